"""Messages that are a value by themselves, rather than the parameters or the result of a method.

A contract written by hand may have them: a class of ours, or one that protoc generated.
"""

from typing import Any, Protocol

from google.protobuf import json_format
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.message import MessageCodec
from gemstone_grpc.codec.misfit import Misfit, expected, shorten


class Whole(Protocol):
    """Each raises `Misfit` for what does not fit."""

    def from_wire(self, data: bytes) -> Any:
        """A serialized message → the value."""

    def to_wire(self, value: Any) -> bytes:
        """The value → a serialized message."""

    def from_json(self, value: Any) -> Any:
        """JSON data → the value."""

    def to_json(self, value: Any) -> Any:
        """The value → what msgspec writes as JSON."""


class WholeMessage:
    """A class with fields."""

    __slots__ = ("_codec", "_members", "_message", "to_json")

    def __init__(self, codec: MessageCodec, message: type[ProtoMessage]) -> None:
        self._codec = codec
        self._members = codec.members
        self._message = message
        self.to_json = codec.to_json

    def from_wire(self, data: bytes) -> Any:
        """A serialized message → an instance."""
        return self._codec.from_wire(_parsed(self._message, data))

    def to_wire(self, value: Any) -> bytes:
        """An instance → a serialized message."""
        return self._codec.to_wire(value).SerializeToString()

    def from_json(self, value: Any) -> Any:
        """An object → an instance; its members are parameters, so others are an error."""
        for name in value if isinstance(value, dict) else ():
            if name not in self._members:
                raise Misfit("is no parameter of this method").under(f".{shorten(name)[1:-1]}")
        return self._codec.from_json(value)


class GeneratedMessage:
    """A class that protoc generated; its JSON is protobuf's own, with the names of the `.proto`."""

    __slots__ = ("_message",)

    def __init__(self, message: type[ProtoMessage]) -> None:
        self._message = message

    def from_wire(self, data: bytes) -> ProtoMessage:
        """A serialized message → an instance."""
        return _parsed(self._message, data)

    def to_wire(self, value: Any) -> bytes:
        """An instance → a serialized message."""
        return self._checked(value).SerializeToString()

    def from_json(self, value: Any) -> ProtoMessage:
        """An object → an instance."""
        if not isinstance(value, dict):
            raise expected("an object", value)
        try:
            return json_format.ParseDict(value, self._message())
        except json_format.ParseError as error:
            raise Misfit(str(error).partition("\n")[0].rstrip(".")) from None

    def to_json(self, value: Any) -> dict[str, Any]:
        """An instance → an object; fields that have their default are there too."""
        return json_format.MessageToDict(
            self._checked(value),
            preserving_proto_field_name=True,
            always_print_fields_with_no_presence=True,
        )

    def _checked(self, value: Any) -> ProtoMessage:
        if not isinstance(value, self._message):
            raise expected(self._message.DESCRIPTOR.name, value)
        return value


def _parsed(message: type[ProtoMessage], data: bytes) -> ProtoMessage:
    try:
        return message.FromString(data)
    except DecodeError:
        raise Misfit(f"is not a {message.DESCRIPTOR.full_name}") from None
