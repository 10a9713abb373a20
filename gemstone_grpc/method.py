"""Methods: how a class exposes them, and what is known of each once it is collected."""

import inspect
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from gemstone_grpc.annotations import UnresolvedHintError, resolve_hints
from gemstone_grpc.errors import Code, RpcError, StartError
from gemstone_grpc.parameters import EMPTY, Parameter, is_stream, item_hint, parameters

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_MARK = "__gemstone_exposure__"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exposure:
    name: str | None
    private: bool
    internal: bool
    scopes: frozenset[str]
    blocking: bool | None
    timeout: float | None
    errors: tuple[type[RpcError], ...]
    deprecated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """An exposed method.

    `label` is its place in the code (`Users.find`), for messages. A method is `client_streaming`
    when one of its parameters is a stream of requests, and `server_streaming` when its result is a
    stream, whose item's hint is then `result`; `timeout` is in seconds.
    """

    name: str
    label: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    result: Any
    client_streaming: bool
    server_streaming: bool
    blocking: bool
    private: bool
    internal: bool
    scopes: frozenset[str]
    timeout: float | None
    errors: tuple[type[RpcError], ...]
    deprecated: bool
    doc: str


def exposed_method(
    name: str | None = None,
    *,
    private: bool = False,
    internal: bool = False,
    scopes: Iterable[str] = (),
    blocking: bool | None = None,
    timeout: float | None = None,
    errors: Iterable[type[RpcError]] = (),
    deprecated: bool = False,
) -> Callable[[F], F]:
    """Expose a method on both faces.

    `name` is the public name, the function's own by default; dots group names (`users.find`).
    `private` asks for an identity and `scopes` for these scopes; `internal` leaves the method off
    the JSON-RPC face. `blocking=None` runs an `async def` on the loop and a `def` on the thread
    pool; `blocking=False` runs a quick `def` on the loop. `timeout`, in seconds, takes the place of
    the service's. `errors` are the `RpcError` subclasses the method declares.
    """
    if callable(name):
        raise StartError(f"{_place(name)}: write @exposed_method() with parentheses")

    def expose(function: F) -> F:
        place = _place(function)
        if not callable(function) and not isinstance(function, staticmethod | classmethod):
            raise StartError(f"{place} cannot be called: put @exposed_method() on a method")
        exposure = _Exposure(
            name=name,
            private=private,
            internal=internal,
            scopes=frozenset(_collection(place, "scopes", scopes)),
            blocking=blocking,
            timeout=timeout,
            errors=_collection(place, "errors", errors),
            deprecated=deprecated,
        )
        setattr(function, _MARK, exposure)
        return function

    return expose


def _place(function: Any) -> str:
    """A function's place in the code, before its class is known: `Users.find`."""
    name = getattr(getattr(function, "fget", function), "__qualname__", repr(function))
    return str(name).rpartition("<locals>.")[2]


def _collection(place: str, option: str, values: Iterable[T]) -> tuple[T, ...]:
    if isinstance(values, str | type):
        shown = getattr(values, "__name__", repr(values))
        raise StartError(f"{place}: {option}={shown} is no collection: write {option}=[{shown}]")
    return tuple(values)


def collect(owners: Iterable[object]) -> tuple[Method, ...]:
    """Every exposed method of these objects, in the order of declaration.

    Raises `StartError` for a method that cannot be exposed, and for two of one name.
    """
    methods: dict[str, Method] = {}
    for owner in owners:
        for attribute, exposure in _exposures(type(owner)).items():
            method = _method(owner, attribute, exposure)
            if other := methods.get(method.name):
                raise StartError(_same_name(method, other))
            methods[method.name] = method
    return tuple(methods.values())


def _same_name(method: Method, other: Method) -> str:
    if method.label == other.label:
        return f"{method.label} is exposed twice: list one object of its class in modules, not two"
    return (
        f"{method.label} and {other.label} are both named {method.name!r}: "
        "give one another name with @exposed_method(name)"
    )


def _exposures(cls: type) -> dict[str, _Exposure]:
    """Marks by attribute; an override without a mark of its own keeps the one it overrides."""
    found: dict[str, _Exposure] = {}
    for base in reversed(cls.__mro__):
        for attribute, value in vars(base).items():
            if mark := _mark(value):
                found[attribute] = mark
    return found


def _mark(value: Any) -> _Exposure | None:
    """The mark of a function, or of what a classmethod or a property holds."""
    for inner in (value, getattr(value, "__func__", None), getattr(value, "fget", None)):
        mark = getattr(inner, _MARK, None)
        if isinstance(mark, _Exposure):
            return mark
    return None


def _method(owner: object, attribute: str, exposure: _Exposure) -> Method:
    label = f"{type(owner).__name__}.{attribute}"
    if not callable(getattr(type(owner), attribute)):
        raise StartError(f"{label} is exposed but cannot be called: expose a method instead")
    name = attribute if exposure.name is None else exposure.name
    _check(label, name, exposure)
    function = getattr(owner, attribute)
    hints = _hints(label, function)
    result = hints.get("return", EMPTY)
    server_streaming = _gives_stream(label, function, result)
    if server_streaming:
        result = item_hint(result)
    is_async = inspect.iscoroutinefunction(function) or server_streaming
    if exposure.blocking and is_async:
        raise StartError(f"{label}: blocking=True is for a plain `def`: drop it, or drop `async`")
    found = parameters(label, function, hints)
    return Method(
        name=name,
        label=label,
        function=function,
        parameters=found,
        result=Any if result is EMPTY else result,
        client_streaming=_takes_stream(label, found, is_async),
        server_streaming=server_streaming,
        blocking=not is_async and exposure.blocking is not False,
        private=exposure.private,
        internal=exposure.internal,
        scopes=exposure.scopes,
        timeout=exposure.timeout,
        errors=exposure.errors,
        deprecated=exposure.deprecated,
        doc=inspect.getdoc(function) or "",
    )


def _gives_stream(label: str, function: Callable[..., Any], result: Any) -> bool:
    """Whether a method gives its results one by one."""
    if inspect.isgeneratorfunction(function):
        raise StartError(
            f"{label} yields in a plain `def`: make it `async def` to stream, or return a list"
        )
    if is_stream(result):
        return True
    if inspect.isasyncgenfunction(function) and result is not EMPTY:
        raise StartError(f"{label} yields, and its hint does not say so: write AsyncIterator[T]")
    return inspect.isasyncgenfunction(function)


def _takes_stream(label: str, found: tuple[Parameter, ...], is_async: bool) -> bool:
    stream = next((parameter for parameter in found if parameter.is_stream), None)
    if stream is not None and not is_async:
        raise StartError(
            f"{label}, parameter `{stream.name}`: a plain `def` cannot wait for a stream of "
            "requests: make it `async def`, or take list[T]"
        )
    return stream is not None


def _check(label: str, name: str, exposure: _Exposure) -> None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise StartError(
            f"{label} cannot be exposed as {name!r}: a name is letters, digits and underscores, "
            "starts with a letter and may be grouped with dots; pass one to @exposed_method(name)"
        )
    if name.startswith("rpc."):
        raise StartError(
            f"{label} cannot be exposed as {name!r}: JSON-RPC 2.0 keeps names that begin with "
            "`rpc.` for itself; choose another"
        )
    if exposure.timeout is not None and not is_duration(exposure.timeout):
        raise StartError(
            f"{label}: timeout={exposure.timeout!r} must be a number of seconds above zero"
        )
    for error in exposure.errors:
        if not (isinstance(error, type) and issubclass(error, RpcError)):
            raise StartError(f"{label}: errors= takes subclasses of RpcError, not {error!r}")
        if not isinstance(getattr(error, "code", None), Code):
            raise StartError(
                f"{label}: {error.__name__} has no code: set `code = Code.NOT_FOUND`, or another, "
                "on the class"
            )


def is_duration(value: Any) -> bool:
    """Whether a value is a number of seconds above zero."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 < value < math.inf


def _hints(label: str, function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return resolve_hints(inspect.unwrap(getattr(function, "__func__", function)))
    except UnresolvedHintError as error:
        where = {None: "", "return": ", result"}.get(error.name, f", parameter `{error.name}`")
        raise StartError(f"{label}{where}: {error}") from None
