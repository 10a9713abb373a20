"""Any JSON value, as plain Python and as `google.protobuf.Value`."""

import math
from typing import Any

import msgspec
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.containers import each, entries
from gemstone_grpc.codec.misfit import Misfit
from gemstone_grpc.codec.text import key_step, key_text, utf8_text

_INT64 = range(-(2**63), 2**63)
_EXACT = 2**53  # whole numbers up to here are exact in a double


class AnyCodec:
    """Values of `Any`, and of parameters and results without a hint.

    A whole number that is exact in a double comes as `int`, whether it was written `1` or `1.0`.
    Results may hold whatever msgspec can write as JSON: a dataclass or a datetime too.
    """

    __slots__ = ("_value_class",)

    def __init__(self, value_class: type[ProtoMessage]) -> None:
        self._value_class = value_class

    def from_json(self, value: Any) -> Any:
        """Decoded JSON is plain already; only its numbers need a look."""
        return plain_json(value)

    def to_json(self, value: Any) -> Any:
        """The value as plain JSON data."""
        return plain_json(value)

    def from_wire(self, value: Any) -> Any:
        """A `google.protobuf.Value` → plain JSON data."""
        return _read(value)

    def to_wire(self, value: Any) -> Any:
        """A `google.protobuf.Value`."""
        message = self._value_class()
        _fill(message, plain_json(value))
        return message


def plain_json(value: Any) -> Any:
    """Any value msgspec can write → plain JSON data. Raises `Misfit`."""
    match value:
        case None | bool():
            return value
        case str():
            return utf8_text(value)
        case int():
            return _whole(int(value))
        case float():
            return _number(value)
        case list() | tuple():
            return each(plain_json, value)
        case dict():
            return _plain_dict(value)
    try:
        builtins = msgspec.to_builtins(value, str_keys=True)
    except TypeError:
        raise Misfit(f"{type(value).__qualname__} cannot be written as JSON") from None
    return plain_json(builtins)


def _whole(number: int) -> int:
    if number not in _INT64:
        raise Misfit(f"out of range for int64: {_INT64.start} to {_INT64.stop - 1}")
    return number


def _number(number: float) -> int | float:
    if not math.isfinite(number):
        raise Misfit(f"JSON has no {number}")
    whole = abs(number) <= _EXACT and number.is_integer()
    return int(number) if whole else float(number)


def _plain_dict(value: dict[Any, Any]) -> dict[str, Any]:
    plain = entries(value, _plain_key, plain_json)
    if len(plain) != len(value):
        raise Misfit("has two keys that are one and the same in JSON")
    return plain


def _plain_key(key: Any) -> str:
    if isinstance(key, str | bool):
        return utf8_text(key_text(key))
    try:
        (name,) = msgspec.to_builtins({key: None}, str_keys=True)
    except TypeError:
        raise Misfit(f"{type(key).__qualname__} cannot be a key in JSON") from None
    return utf8_text(name)


def _read(value: Any) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return _number(value.number_value)
        case "bool_value":
            return value.bool_value
        case "list_value":
            return each(_read, value.list_value.values)
        case "struct_value":
            return entries(value.struct_value.fields, str, _read)
    return None


def _fill(message: Any, value: Any) -> None:
    match value:
        case None:
            message.null_value = 0
        case bool():
            message.bool_value = value
        case str():
            message.string_value = value
        case int():
            if int(float(value)) != value:
                raise Misfit(f"{value} is not exact in google.protobuf.Value: give it the hint int")
            message.number_value = value
        case float():
            message.number_value = value
        case list():
            message.list_value.SetInParent()
            each(lambda item: _fill(message.list_value.values.add(), item), value)
        case dict():
            message.struct_value.SetInParent()
            for key, item in value.items():
                try:
                    _fill(message.struct_value.fields[key], item)
                except Misfit as misfit:
                    raise misfit.under(key_step(key)) from None
