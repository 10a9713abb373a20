"""Codecs compiled from a contract, once, when the service starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.arguments import Arguments, ArgumentsCodec, StreamCodec
from gemstone_grpc.codec.containers import (
    Codec,
    EnumerationCodec,
    MapCodec,
    NullableCodec,
    RepeatedCodec,
)
from gemstone_grpc.codec.leaves import leaf_codec
from gemstone_grpc.codec.message import TOO_DEEP, FieldCodec, MessageCodec, WrappedCodec
from gemstone_grpc.codec.misfit import Misfit
from gemstone_grpc.codec.union import OneOfCodec
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

_encode_json = msgspec.json.Encoder().encode


class ResultError(TypeError):
    """A method returned a value that does not fit its result type."""


@dataclass(frozen=True, slots=True)
class MethodCodec:
    """Converters between the bytes of a face and a call of the method, and back."""

    arguments: ArgumentsCodec
    label: str
    result: FieldCodec | None
    response: type[ProtoMessage]

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

    def result_to_wire(self, value: Any) -> bytes:
        """A result → a serialized response. Raises `ResultError`."""
        if self.result is None:
            return self._nothing(value, b"")
        out: dict[str, Any] = {}
        try:
            self.result.to_wire(value, out)
            return self.response(**out).SerializeToString()
        except Misfit as misfit:
            raise self._error(misfit) from None
        except TOO_DEEP:
            raise self._error(Misfit("is nested too deeply")) from None

    def result_to_json(self, value: Any) -> bytes:
        """A result → JSON. Raises `ResultError`."""
        if self.result is None:
            return self._nothing(value, b"null")
        try:
            return _encode_json(self.result.codec.to_json(value))
        except Misfit as misfit:
            raise self._error(misfit) from None
        except TOO_DEEP:
            raise self._error(Misfit("is nested too deeply")) from None

    def result_from_wire(self, data: bytes) -> Any:
        """A serialized response → the result, as a client reads it. Raises `ResultError`."""
        message = self.response.FromString(data)
        try:
            return None if self.result is None else self.result.from_wire(message)
        except Misfit as misfit:
            raise self._error(misfit) from None

    def _nothing(self, value: Any, encoded: bytes) -> bytes:
        if value is not None:
            raise ResultError(f"{self.label} returned {type(value).__name__}, not None")
        return encoded

    def _error(self, misfit: Misfit) -> ResultError:
        return ResultError(
            f"{self.label} returned what does not fit its hint: "
            f"result{misfit.path}: {misfit.description}"
        )


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
        fields = (FieldCodec(field, self._codec(field.type)) for field in rpc.request.fields)
        result = next(
            (FieldCodec(field, self._codec(field.type)) for field in rpc.response.fields), None
        )
        arguments = StreamCodec if method.client_streaming else ArgumentsCodec
        return MethodCodec(
            arguments(method, fields, self._classes[rpc.request.name]),
            method.label,
            result,
            self._classes[rpc.response.name],
        )

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
