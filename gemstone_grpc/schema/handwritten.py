"""Services whose contract was written by hand: which method is which rpc, and what it must be."""

from collections.abc import Iterable, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.errors import StartError
from gemstone_grpc.method import Method
from gemstone_grpc.parameters import EMPTY, Parameter, ParameterKind
from gemstone_grpc.schema import names
from gemstone_grpc.schema.advice import spell
from gemstone_grpc.schema.bound import Binder, same_names
from gemstone_grpc.schema.classes import RawField
from gemstone_grpc.schema.descriptor import MessageClasses, pool_of
from gemstone_grpc.schema.hints import parameters
from gemstone_grpc.schema.implied import signature
from gemstone_grpc.schema.place import Place
from gemstone_grpc.schema.protofile import ProtoFile
from gemstone_grpc.schema.reader import HintReader
from gemstone_grpc.schema.symbols import Symbols
from gemstone_grpc.schema.types import Contract, Message, Rpc


def implement(
    name: str, methods: Sequence[Method], written: ProtoFile
) -> tuple[Contract, MessageClasses]:
    """The contract in a file, implemented by the methods of the service `name`.

    Raises `StartError` for a method that is missing, or that is not what the file says.
    """
    file = pool_of([*written.imports, written.file]).FindFileByName(written.file.name)
    service = _service(name, list(file.services_by_name.values()), written)
    rpcs = _matched(methods, service, written)
    binder = Binder()
    reader = HintReader(Symbols())
    contract = Contract(
        package=file.package,
        service=service.name,
        rpcs=tuple(_rpc(method, rpc, reader, binder) for method, rpc in rpcs),
        messages=(),
        enumerations=(),
    )
    return contract, MessageClasses(written.file, written.imports, binder.full_names)


def _service(
    name: str, services: Sequence[ServiceDescriptor], written: ProtoFile
) -> ServiceDescriptor:
    wanted = (names.service(name), names.pascal(name.rpartition(".")[2]))
    named = [service for service in services if service.name in wanted]
    found = named or (services if len(services) == 1 else [])
    if not found:
        offer = ", ".join(service.name for service in services) or "none"
        raise StartError(
            f"{written.path} has no service {wanted[0]}, which {name!r} would be: it has {offer}"
        )
    return found[0]


def _matched(
    methods: Iterable[Method], service: ServiceDescriptor, written: ProtoFile
) -> list[tuple[Method, MethodDescriptor]]:
    """Each rpc of the service with its method."""
    by_name: dict[str, Method] = {}
    for method in methods:
        other = by_name.setdefault(_letters(method.name), method)
        if other is not method:
            raise StartError(
                f"{method.label} ({method.name!r}) and {other.label} ({other.name!r}) would both "
                "be one rpc: rename one with @exposed_method(name)"
            )
    matched = []
    for rpc in service.methods:
        found = by_name.pop(_letters(rpc.name), None)
        if found is None:
            raise StartError(
                f"{written.path} has the rpc {rpc.name}, and no method is exposed for it: write "
                f"`{signature(rpc)}`"
            )
        matched.append((found, rpc))
    for method in by_name.values():
        raise StartError(
            f"{method.label}: {service.full_name} in {written.path} has no rpc "
            f"{names.pascal(method.name)}: add it to the file, or do not expose the method"
        )
    return matched


def _letters(name: str) -> str:
    """What a method and its rpc have in common: `http_get` and `HTTPGet`."""
    return names.pascal(name).lower()


def _rpc(method: Method, rpc: MethodDescriptor, reader: HintReader, binder: Binder) -> Rpc:
    for word, ours, theirs in (
        ("requests", method.client_streaming, rpc.client_streaming),
        ("responses", method.server_streaming, rpc.server_streaming),
    ):
        if ours != theirs:
            says = f"a stream of {word}" if theirs else f"no stream of {word}"
            raise StartError(
                f"{method.label}: the rpc {rpc.name} has {says}: write `{signature(rpc)}`"
            )
    return Rpc(
        name=rpc.name,
        method=method.name,
        request=_request(method, rpc.input_type, reader, binder),
        response=_response(method, rpc.output_type, reader, binder),
        client_streaming=method.client_streaming,
        server_streaming=method.server_streaming,
        deprecated=method.deprecated,
        doc=method.doc,
    )


def _request(method: Method, descriptor: Descriptor, reader: HintReader, binder: Binder) -> Message:
    """The parameters as fields of the request, or the one parameter that is the request."""
    own = [parameter for parameter in method.parameters if not parameter.is_context]
    members = {names.snake(field.name) for field in descriptor.fields}
    alone = own[0] if len(own) == 1 and names.snake(own[0].name) not in members else None
    if alone is not None and is_generated(alone.hint):
        _refuse_default(alone, method)
        return _generated(alone.hint, descriptor, f"{method.label}, parameter `{alone.name}`")
    for parameter in own:
        _refuse_generated(parameter, method, descriptor)
    request = Message(f"{method.label} request", "call", dict)
    fields = parameters(method, descriptor.name, reader)
    if alone is not None and isinstance(fields[0].type, Message):
        _refuse_default(alone, method)
        return binder.message(fields[0].type, descriptor, f"{method.label}, `{alone.name}`")
    request.fields = binder.fields(fields, descriptor, f"{method.label}, parameter")
    binder.full_names[request.name] = descriptor.full_name
    return request


def _response(
    method: Method, descriptor: Descriptor, reader: HintReader, binder: Binder
) -> Message:
    """The result as the response, or as its only field."""
    words = f"{method.label}, result"
    if is_generated(method.result):
        return _generated(method.result, descriptor, words)
    response = Message(f"{method.label} response", "call", dict)
    binder.full_names[response.name] = descriptor.full_name
    members = descriptor.fields
    if method.result in (None, type(None)):
        if members:
            raise StartError(f"{words}: {descriptor.full_name} has fields: return a value")
        return response
    place = Place(words, f"{descriptor.name}Result")
    name = members[0].name if len(members) == 1 else "result"
    field = reader.field(RawField(name, name, method.result, None), place)
    if isinstance(field.type, Message) and same_names(field.type, descriptor):
        return binder.message(field.type, descriptor, words)
    if len(members) != 1:
        raise StartError(
            f"{words}: {descriptor.full_name} has {len(members)} fields: return a class that has "
            "the same, or None if it has none"
        )
    response.fields = binder.fields([field], descriptor, words)
    return response


def is_generated(hint: Any) -> bool:
    """Whether a hint is a message class that protoc generated."""
    return isinstance(hint, type) and issubclass(hint, ProtoMessage)


def _generated(cls: type[ProtoMessage], descriptor: Descriptor, words: str) -> Message:
    if cls.DESCRIPTOR.full_name != descriptor.full_name:
        raise StartError(
            f"{words}: `{spell(cls)}` is {cls.DESCRIPTOR.full_name}, and the file has "
            f"{descriptor.full_name} here"
        )
    return Message(cls.__name__, "generated", cls)


def _refuse_default(parameter: Parameter, method: Method) -> None:
    words = f"{method.label}, parameter `{parameter.name}`: it is the whole request"
    if parameter.kind in (ParameterKind.VAR_POSITIONAL, ParameterKind.VAR_KEYWORD):
        raise StartError(f"{words}, of which a call has one: drop the stars")
    if parameter.default is not EMPTY:
        raise StartError(f"{words}, which every call has: drop the default")


def _refuse_generated(parameter: Parameter, method: Method, descriptor: Descriptor) -> None:
    if is_generated(parameter.hint):
        raise StartError(
            f"{method.label}, parameter `{parameter.name}`: a message of protoc's stands for a "
            f"whole request: take {descriptor.full_name} alone, under a name that none of its "
            "fields has"
        )
