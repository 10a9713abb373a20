"""Configuration: class attributes < environment < command line < constructor."""

import argparse
import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

from gemstone_grpc.errors import StartError

ENVIRONMENT_PREFIX = "GEMSTONE_"

Port = Annotated[int, Meta(ge=0, le=65535)]
Seconds = Annotated[float, Meta(gt=0, le=2_000_000)]  # gRPC counts milliseconds in 32 bits
Count = Annotated[int, Meta(ge=1, le=2**31 - 1)]
File = Annotated[str, Meta(min_length=1)]
_HOST = r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9_.-]+)\Z"
_ORIGIN = r"^https?://(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?\Z"
Hosts = tuple[Annotated[str, Meta(pattern=_HOST)], ...]
Origins = tuple[Annotated[str, Meta(pattern=_ORIGIN)], ...]
_NAME = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What a service runs with. Times are in seconds, sizes in bytes."""

    name: Annotated[str, Meta(pattern=_NAME)]
    version: Annotated[str, Meta(pattern=r"^v[1-9][0-9]*\Z")] = "v1"
    host: Annotated[str, Meta(min_length=1, description="the address both faces listen on")] = (
        "127.0.0.1"
    )
    port: Annotated[Port, Meta(description="the port of JSON-RPC; 0 picks a free one")] = 8000
    grpc_port: Annotated[Port, Meta(description="the port of gRPC; 0 picks a free one")] = 50051
    jsonrpc_envelope: Annotated[
        Literal["standard", "gemstone"],
        Meta(description="gemstone: answers carry both result and error, as gemstone 0.12 had it"),
    ] = "standard"

    timeout: Annotated[Seconds, Meta(description="the deadline of a call, in seconds")] = 30.0
    grace: Annotated[
        Seconds, Meta(description="how long running calls may take to finish at stop, in seconds")
    ] = 10.0
    max_in_flight: Annotated[Count, Meta(description="how many calls may run at once")] = 1000
    threads: Annotated[Count, Meta(description="how many plain def methods may run at once")] = 32

    tls_cert: Annotated[
        File | None, Meta(description="a certificate chain in PEM; both ports then speak TLS")
    ] = None
    tls_key: Annotated[File | None, Meta(description="the certificate's key, in PEM")] = None
    client_ca: Annotated[
        File | None,
        Meta(description="the CA of the certificates that gRPC clients must show, in PEM"),
    ] = None
    allowed_hosts: Annotated[
        Hosts | None,
        Meta(
            description="the names HTTP requests may be for (default: this machine's on loopback)"
        ),
    ] = None
    allowed_origins: Annotated[
        Origins, Meta(description="the origins of pages that may call the API (CORS)")
    ] = ()
    max_connections: Annotated[
        Count, Meta(description="how many connections a port may have open")
    ] = 1000

    max_header_size: Annotated[Count, Meta(description="of an HTTP request, in bytes")] = 16 * 1024
    max_body_size: Annotated[Count, Meta(description="of an HTTP request, in bytes")] = 1024 * 1024
    max_batch: Annotated[Count, Meta(description="how many calls a batch may hold")] = 50
    max_nesting: Annotated[Count, Meta(description="how deep JSON may be nested")] = 64
    batch_concurrency: Annotated[
        Count, Meta(description="how many calls of one batch run at once")
    ] = 16
    body_timeout: Annotated[
        Seconds, Meta(description="how long an HTTP request may take to arrive, in seconds")
    ] = 30.0
    idle_timeout: Annotated[
        Seconds, Meta(description="how long an HTTP connection may be idle, in seconds")
    ] = 75.0

    max_message_size: Annotated[
        Count, Meta(description="of a gRPC message, each way, in bytes")
    ] = 4 * 1024 * 1024
    max_concurrent_streams: Annotated[
        Count, Meta(description="how many calls one gRPC connection may have open")
    ] = 100
    max_connection_age: Annotated[
        Seconds | None,
        Meta(description="after how long clients are asked to connect anew, in seconds"),
    ] = 300.0
    max_connection_age_grace: Annotated[
        Seconds | None,
        Meta(description="how long open calls may outlive that, in seconds (default: no limit)"),
    ] = None
    keepalive_time: Annotated[
        Seconds, Meta(description="how often an idle gRPC connection is probed, in seconds")
    ] = 60.0
    keepalive_timeout: Annotated[
        Seconds, Meta(description="how long a probe may stay unanswered, in seconds")
    ] = 20.0
    reflection: Annotated[
        bool | None, Meta(description="gRPC reflection (default: on for loopback only)")
    ] = None
    token_recheck: Annotated[
        Seconds, Meta(description="how often the caller of an open stream is verified, in seconds")
    ] = 5.0
    access_log: Annotated[
        Literal["off", "text", "json"], Meta(description="a line for each call")
    ] = "off"

    @property
    def reflects(self) -> bool:
        """Whether reflection is on: by choice, or because only this machine can ask."""
        return self.is_loopback if self.reflection is None else self.reflection

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can call."""
        return _is_loopback(self.host)

    @property
    def hosts(self) -> frozenset[str] | None:
        """The names that HTTP requests may be for, in lower case; None for all.

        On loopback a page from elsewhere could otherwise reach the service by a name of its own
        that resolves to it (DNS rebinding).
        """
        if self.allowed_hosts is not None:
            return frozenset(host.lower() for host in self.allowed_hosts)
        own = f"[{self.host}]" if ":" in self.host else self.host.lower()
        return frozenset({*_LOOPBACK_NAMES, own}) if self.is_loopback else None


_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")

SETTINGS: Mapping[str, msgspec.structs.FieldInfo] = {
    field.name: field for field in msgspec.structs.fields(Config)
}
_IDENTITY = ("name", "version")  # part of the code, not of a deployment


def resolve(
    service: object,
    constructor: Mapping[str, Any],
    arguments: Mapping[str, str] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Config:
    """The configuration of a service; raises `StartError` for a bad value."""
    cls = type(service)
    _refuse_misspelt(cls, environment)
    values: dict[str, Any] = {}
    for name in SETTINGS:
        if hasattr(service, name):
            values[name] = _attribute(service, name)
        variable = ENVIRONMENT_PREFIX + name.upper()
        if name not in _IDENTITY and variable in environment:
            values[name] = _parsed(name, environment[variable], variable)
    for name, text in (arguments or {}).items():
        values[name] = _parsed(name, text, flag(name))
    for name, value in constructor.items():
        if name not in SETTINGS:
            raise StartError(f"{cls.__name__}() has no setting {name!r}{_suggestion(name)}")
        values[name] = _checked(name, value, f"{cls.__name__}({name}={value!r})")
    if "name" not in values:
        raise StartError(
            f'{cls.__name__} has no name: add `name = "{_suggested_name(cls)}"` to the class'
        )
    if (values.get("tls_cert") is None) != (values.get("tls_key") is None):
        raise StartError("tls_cert and tls_key belong together: give both, or none")
    if values.get("client_ca") is not None and values.get("tls_cert") is None:
        raise StartError("client_ca needs TLS: give tls_cert and tls_key too")
    return Config(**values)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A flag for each setting; what is not given stays out of the result."""
    for name, field in SETTINGS.items():
        if name in _IDENTITY:
            continue
        default = "" if field.default in (None, ()) else f" (default: {field.default})"
        parser.add_argument(
            flag(name),
            dest=name,
            metavar=_metavar(field.type),
            default=argparse.SUPPRESS,
            help=_description(field.type) + default,
        )


def flag(name: str) -> str:
    """The command-line flag of a setting."""
    return "--" + name.replace("_", "-")


def _refuse_misspelt(cls: type, environment: Mapping[str, str]) -> None:
    """Refuse what is nearly a setting: it would be passed over in silence."""
    for variable in environment:
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower()
        if name != variable.lower() and (meant := _nearly(name)):
            right = ENVIRONMENT_PREFIX + meant.upper()
            raise StartError(f"{variable} is no setting: did you mean {right}?")
    for base in cls.__mro__:
        if base.__module__.startswith("gemstone_grpc."):
            return
        for attribute, value in vars(base).items():
            if (meant := _nearly(attribute)) and _fits(meant, value):
                raise StartError(
                    f"{base.__name__}.{attribute} is no setting: did you mean {meant!r}? If not, "
                    "give it another name"
                )


def _nearly(name: str) -> str | None:
    """The setting that was probably meant by a name that is none."""
    if name in SETTINGS:
        return None
    alike = (
        known for known in SETTINGS if known[0] == name[:1] and abs(len(known) - len(name)) < 2
    )
    return next(iter(difflib.get_close_matches(name, alike, n=1, cutoff=0.75)), None)


def _fits(name: str, value: Any) -> bool:
    try:
        msgspec.convert(value, SETTINGS[name].type)
    except msgspec.ValidationError:
        return False
    return True


def _attribute(service: object, name: str) -> Any:
    value, place = getattr(service, name), f"{type(service).__name__}.{name}"
    if callable(value):
        raise StartError(
            f"{place} is a method, and {name!r} is a setting: rename the method; "
            f'@exposed_method("{name}") keeps its public name'
        )
    return _checked(name, value, f"{place} = {value!r}")


def _checked(name: str, value: Any, place: str) -> Any:
    try:
        return msgspec.convert(value, SETTINGS[name].type)
    except msgspec.ValidationError:
        raise StartError(f"{place}: {_expectation(name)}") from None


def _parsed(name: str, text: str, place: str) -> Any:
    hint = SETTINGS[name].type
    if text.lower() == "none" and type(None) in _layers(hint):
        return None
    value = [part.strip() for part in text.split(",") if part.strip()] if _is_list(hint) else text
    try:
        return msgspec.convert(value, hint, strict=False)
    except msgspec.ValidationError:
        raise StartError(f"{place}={text!r}: {_expectation(name)}") from None


def _expectation(name: str) -> str:
    """What a setting may be."""
    if name == "name":
        return 'a name is lower-case words, such as "users" or "shop.users"'
    if name == "version":
        return 'a version is "v1", "v2", ...'
    parts = list(_layers(SETTINGS[name].type))
    if name == "allowed_hosts":
        return 'expected names without scheme and port, such as "api.example.com"'
    if name == "allowed_origins":
        return 'expected origins, scheme://host[:port] in lower case, such as "https://example.com"'
    if choices := _choices(SETTINGS[name].type):
        return "expected one of " + ", ".join(choices)
    limits = [meta for part in parts for meta in getattr(part, "__metadata__", ())]
    most = next((meta.le for meta in limits if meta.le is not None), None)
    least = next((meta.ge for meta in limits if meta.ge is not None), 0)
    expected = {
        int: f"a whole number from {least} to {most}",
        float: f"a number of seconds above 0, up to {most}",
        bool: "true or false",
        str: "an address or a host name",
    }
    text = next(expected[part] for part in parts if part in expected)
    return f"expected {text}" + (", or none" if type(None) in parts else "")


def _layers(hint: Any) -> Iterator[Any]:
    """A hint and what its Annotated and unions hold."""
    yield hint
    if get_origin(hint) is Annotated:
        yield from _layers(hint.__origin__)
    elif get_origin(hint) is not Literal:
        for argument in get_args(hint):
            yield from _layers(argument)


def _is_list(hint: Any) -> bool:
    return any(get_origin(part) is tuple for part in _layers(hint))


def _choices(hint: Any) -> Iterable[str]:
    return next((get_args(part) for part in _layers(hint) if get_origin(part) is Literal), ())


def _metavar(hint: Any) -> str:
    names = {str: "TEXT", int: "N", float: "SECONDS", bool: "true|false"}
    if _is_list(hint):
        return "TEXT,..."
    choices = "|".join(_choices(hint))
    return choices or next(names[part] for part in _layers(hint) if part in names)


def _description(hint: Any) -> str:
    metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, Meta)]
    return next((meta.description for meta in metas if meta.description), "")


def _suggestion(name: str) -> str:
    close = difflib.get_close_matches(name, SETTINGS, n=1)
    return f": did you mean {close[0]!r}?" if close else f"; it has {', '.join(SETTINGS)}"


def _suggested_name(cls: type) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
    return words if re.fullmatch(_NAME, words) else "my_service"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
