"""Codecs compiled from a contract, once, when the service starts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from gemstone_grpc.codec.arguments import Arguments, ArgumentsCodec, StreamCodec, WholeArguments
from gemstone_grpc.codec.containers import (
    Codec,
    EnumerationCodec,
    MapCodec,
    NullableCodec,
    RepeatedCodec,
)
from gemstone_grpc.codec.leaves import leaf_codec
from gemstone_grpc.codec.message import FieldCodec, MessageCodec, WrappedCodec
from gemstone_grpc.codec.results import FieldResult, NoResult, ResultCodec, WholeResult
from gemstone_grpc.codec.union import OneOfCodec
from gemstone_grpc.codec.whole import GeneratedMessage, Whole, WholeMessage
from gemstone_grpc.context import Context
from gemstone_grpc.method import Method
from gemstone_grpc.requests import Requests
from gemstone_grpc.schema.descriptor import MessageClasses, wrapped_field
from gemstone_grpc.schema.types import (
    Contract,
    Enumeration,
    Leaf,
    Map,
    Message,
    Nullable,
    OneOf,
    Repeated,
    Rpc,
    Type,
    Wrapped,
)


@dataclass(frozen=True, slots=True)
class MethodCodec:
    """Converters between the bytes of a face and a call of the method, and back."""

    arguments: ArgumentsCodec | WholeArguments
    result: ResultCodec

    def arguments_from_wire(self, payload: bytes | Requests, context: Context) -> Arguments:
        """A serialized request, or a stream of them → arguments.

        Raises `RpcError` INVALID_ARGUMENT; of a stream, reading an item does.
        """
        return self.arguments.from_wire(payload, context)

    def arguments_from_json(self, params: msgspec.Raw | None, context: Context) -> Arguments:
        """JSON-RPC's params → arguments. Raises `RpcError` INVALID_ARGUMENT."""
        return self.arguments.from_json(params, context)

    def request_to_wire(self, values: Mapping[str, Any]) -> bytes:
        """Arguments by name → a serialized request, as a client sends it."""
        return self.arguments.to_wire(values)

    @property
    def result_to_wire(self) -> Callable[[Any], bytes]:
        """A result → a serialized response. Raises `ResultError`."""
        return self.result.to_wire

    @property
    def result_to_json(self) -> Callable[[Any], bytes]:
        """A result → JSON. Raises `ResultError`."""
        return self.result.to_json

    def result_from_wire(self, data: bytes) -> Any:
        """A serialized response → the result, as a client reads it. Raises `ResultError`."""
        return self.result.from_wire(data)


def compile_codecs(
    contract: Contract, methods: Iterable[Method], classes: MessageClasses
) -> dict[str, MethodCodec]:
    """A codec for each method, by public name."""
    compiler = _Compiler(classes)
    rpcs = {rpc.method: rpc for rpc in contract.rpcs}
    return {method.name: compiler.method(method, rpcs[method.name]) for method in methods}


class _Compiler:
    def __init__(self, classes: MessageClasses) -> None:
        self._classes = classes
        self._messages: dict[Message, MessageCodec] = {}

    def method(self, method: Method, rpc: Rpc) -> MethodCodec:
        return MethodCodec(self._arguments(method, rpc.request), self._result(method, rpc.response))

    def _arguments(self, method: Method, request: Message) -> ArgumentsCodec | WholeArguments:
        if request.shape != "call":
            return WholeArguments(method, self._whole(request))
        fields = (FieldCodec(field, self._codec(field.type)) for field in request.fields)
        codec = StreamCodec if method.client_streaming else ArgumentsCodec
        return codec(method, fields, self._classes[request.name])

    def _result(self, method: Method, response: Message) -> ResultCodec:
        if response.shape != "call":
            return WholeResult(method.label, self._whole(response))
        for field in response.fields:
            codec = FieldCodec(field, self._codec(field.type))
            return FieldResult(method.label, codec, self._classes[response.name])
        return NoResult(method.label)

    def _whole(self, message: Message) -> Whole:
        if message.shape == "generated":
            return GeneratedMessage(message.python)
        return WholeMessage(self._message(message), self._classes[message.name])

    def _codec(self, type_: Type) -> Codec:
        match type_:
            case Leaf():
                return leaf_codec(type_, self._classes)
            case Enumeration():
                return EnumerationCodec(type_, self._classes.numbers(type_))
            case Repeated(item=item):
                return RepeatedCodec(type_, self._codec(item))
            case Map(key=key, value=value):
                return MapCodec(type_, self._codec(key), self._codec(value))
            case Nullable(inner=inner):
                return NullableCodec(self._codec(inner))
            case OneOf(arms=arms):
                return OneOfCodec(type_, [self._codec(arm) for _, arm in arms])
            case Wrapped(name=name, inner=inner):
                field = FieldCodec(wrapped_field(inner), self._codec(inner))
                return WrappedCodec(field, self._classes[name])
            case Message():
                return self._message(type_)

    def _message(self, type_: Message) -> MessageCodec:
        if (codec := self._messages.get(type_)) is None:
            codec = self._messages[type_] = MessageCodec(type_, self._classes[type_.name])
            codec.link(FieldCodec(field, self._codec(field.type)) for field in type_.fields)
        return codec
