"""The codec of a method's result: a field of the response, the response itself, or nothing."""

from typing import Any, Protocol

import msgspec
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.message import TOO_DEEP, FieldCodec
from gemstone_grpc.codec.misfit import Misfit
from gemstone_grpc.codec.whole import Whole

_encode_json = msgspec.json.Encoder().encode


class ResultError(TypeError):
    """A method returned a value that does not fit its result type."""


class ResultCodec(Protocol):
    """Each raises `ResultError` for what does not fit."""

    def to_wire(self, value: Any) -> bytes:
        """A result → a serialized response."""

    def to_json(self, value: Any) -> bytes:
        """A result → JSON."""

    def from_wire(self, data: bytes) -> Any:
        """A serialized response → the result, as a client reads it."""


class FieldResult:
    """The result is the one field of the response."""

    __slots__ = ("_field", "_label", "_response")

    def __init__(self, label: str, field: FieldCodec, response: type[ProtoMessage]) -> None:
        self._label = label
        self._field = field
        self._response = response

    def to_wire(self, value: Any) -> bytes:
        """The result in a response."""
        out: dict[str, Any] = {}
        try:
            self._field.to_wire(value, out)
            return self._response(**out).SerializeToString()
        except Misfit as misfit:
            raise _error(self._label, misfit) from None
        except TOO_DEEP:
            raise _error(self._label, Misfit("is nested too deeply")) from None

    def to_json(self, value: Any) -> bytes:
        """The result alone."""
        try:
            return _encode_json(self._field.codec.to_json(value))
        except Misfit as misfit:
            raise _error(self._label, misfit) from None
        except TOO_DEEP:
            raise _error(self._label, Misfit("is nested too deeply")) from None

    def from_wire(self, data: bytes) -> Any:
        """The result in a response."""
        message = self._response.FromString(data)
        try:
            return self._field.from_wire(message)
        except Misfit as misfit:
            raise _error(self._label, misfit) from None


class WholeResult:
    """The result is the response."""

    __slots__ = ("_label", "_whole")

    def __init__(self, label: str, whole: Whole) -> None:
        self._label = label
        self._whole = whole

    def to_wire(self, value: Any) -> bytes:
        """The result, serialized."""
        try:
            return self._whole.to_wire(value)
        except Misfit as misfit:
            raise _error(self._label, misfit) from None
        except TOO_DEEP:
            raise _error(self._label, Misfit("is nested too deeply")) from None

    def to_json(self, value: Any) -> bytes:
        """The result as JSON."""
        try:
            return _encode_json(self._whole.to_json(value))
        except Misfit as misfit:
            raise _error(self._label, misfit) from None
        except TOO_DEEP:
            raise _error(self._label, Misfit("is nested too deeply")) from None

    def from_wire(self, data: bytes) -> Any:
        """The response."""
        try:
            return self._whole.from_wire(data)
        except Misfit as misfit:
            raise _error(self._label, misfit) from None


class NoResult:
    """The result is None."""

    __slots__ = ("_label",)

    def __init__(self, label: str) -> None:
        self._label = label

    def to_wire(self, value: Any) -> bytes:
        """An empty response."""
        return self._nothing(value, b"")

    def to_json(self, value: Any) -> bytes:
        """`null`."""
        return self._nothing(value, b"null")

    def from_wire(self, data: bytes) -> None:
        """None."""

    def _nothing(self, value: Any, encoded: bytes) -> bytes:
        if value is not None:
            raise ResultError(f"{self._label} returned {type(value).__name__}, not None")
        return encoded


def _error(label: str, misfit: Misfit) -> ResultError:
    return ResultError(
        f"{label} returned what does not fit its hint: result{misfit.path}: {misfit.description}"
    )
