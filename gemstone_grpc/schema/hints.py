"""The hints of a service's methods → its contract."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gemstone_grpc.errors import StartError
from gemstone_grpc.method import Method
from gemstone_grpc.parameters import EMPTY, Parameter
from gemstone_grpc.schema import names
from gemstone_grpc.schema.classes import RawField
from gemstone_grpc.schema.place import Place
from gemstone_grpc.schema.reader import HintReader
from gemstone_grpc.schema.symbols import Symbols, wire_names
from gemstone_grpc.schema.types import Contract, Field, Message, Rpc


def derive(service: str, version: str, methods: Iterable[Method]) -> Contract:
    """The contract of a service; raises `StartError` for a hint that has no place in one."""
    methods = tuple(methods)
    symbols = Symbols()
    symbols.reserve(names.service(service), "the service", service)
    _reserve_rpcs(methods, symbols)
    reader = HintReader(symbols)
    rpcs = tuple(_rpc(method, reader) for method in methods)
    return Contract(
        package=f"{service}.{version}",
        service=names.service(service),
        rpcs=rpcs,
        messages=tuple(reader.messages.values()),
        enumerations=tuple(reader.enumerations.values()),
    )


def _reserve_rpcs(methods: Sequence[Method], symbols: Symbols) -> None:
    taken: dict[str, Method] = {}
    for method in methods:
        name = names.pascal(method.name)
        if other := taken.get(name):
            raise StartError(
                f"{method.label} ({method.name!r}) and {other.label} ({other.name!r}) would "
                f"both be the rpc {name}: rename one with @exposed_method(name)"
            )
        taken[name] = method
        symbols.reserve(f"{name}Request", f"the request of {method.label}", method.label)
        symbols.reserve(f"{name}Response", f"the response of {method.label}", method.label)


def _rpc(method: Method, reader: HintReader) -> Rpc:
    name = names.pascal(method.name)
    request = Message(f"{name}Request", "call", dict)
    response = Message(f"{name}Response", "call", dict)
    reader.messages |= {request.name: request, response.name: response}
    try:
        request.fields = parameters(method, request.name, reader)
        if method.result not in (None, type(None)):
            place = Place(f"{method.label}, result", f"{response.name}Result")
            response.fields = (
                reader.field(RawField("result", "result", method.result, None), place),
            )
    except RecursionError:
        raise StartError(
            f"{method.label}: a hint holds itself without end: use Any for any JSON, or a "
            "dataclass, which may hold itself"
        ) from None
    return Rpc(
        name=name,
        method=method.name,
        request=request,
        response=response,
        client_streaming=method.client_streaming,
        server_streaming=method.server_streaming,
        deprecated=method.deprecated,
        doc=method.doc,
    )


def parameters(method: Method, owner: str, reader: HintReader) -> tuple[Field, ...]:
    """The parameters of a method as fields; `owner` names what has no name of its own."""
    found = []
    for parameter in method.parameters:
        if not parameter.is_context:
            words = f"{method.label}, parameter `{parameter.name}`"
            place = Place(words, owner + names.pascal(parameter.name))
            found.append(reader.field(_raw(parameter), place))
    return wire_names(f"{method.label}, parameters", found)


def _raw(parameter: Parameter) -> RawField:
    hint: Any = parameter.hint
    default: Callable[[], Any] | None = None
    if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
        hint, default = list[hint], list
    elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
        hint, default = dict[str, hint], dict
    elif parameter.default is not EMPTY:

        def default() -> Any:
            return parameter.default

    return RawField(parameter.name, parameter.name, hint, default)
