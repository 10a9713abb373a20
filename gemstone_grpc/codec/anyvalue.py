"""Any JSON value, as plain Python and as `google.protobuf.Value`."""

import math
from typing import Any

import msgspec
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.misfit import Misfit

_INT64 = range(-(2**63), 2**63)
_EXACT = 2**53  # whole numbers up to here are exact in a double


class AnyCodec:
    """Values of `Any`, and of parameters and results without a hint.

    Results may hold whatever msgspec can write as JSON: a dataclass or a datetime too.
    """

    __slots__ = ("_value_class",)

    def __init__(self, value_class: type[ProtoMessage]) -> None:
        self._value_class = value_class

    def from_json(self, value: Any) -> Any:
        """Decoded JSON is plain already; only its numbers need a look."""
        return _plain(value)

    def to_json(self, value: Any) -> Any:
        """The value as plain JSON data."""
        return _plain(value)

    def from_wire(self, value: Any) -> Any:
        """A whole number that is exact in a double comes as `int`."""
        return _read(value)

    def to_wire(self, value: Any) -> Any:
        """A `google.protobuf.Value`."""
        message = self._value_class()
        _fill(message, _plain(value))
        return message


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | str():
            return value
        case int():
            if value not in _INT64:
                raise Misfit(f"out of range for int64: {_INT64.start} to {_INT64.stop - 1}")
            return value
        case float():
            if not math.isfinite(value):
                raise Misfit(f"JSON has no {value}")
            return value
        case list() | tuple():
            return _plain_list(value)
        case dict():
            return _plain_dict(value)
    try:
        return _plain(msgspec.to_builtins(value, str_keys=True))
    except TypeError:
        raise Misfit(f"{type(value).__qualname__} cannot be written as JSON") from None


def _plain_list(values: Any) -> list[Any]:
    done: list[Any] = []
    try:
        for value in values:
            done.append(_plain(value))
    except Misfit as misfit:
        raise misfit.under(f"[{len(done)}]") from None
    return done


def _plain_dict(values: dict[Any, Any]) -> dict[str, Any]:
    done: dict[str, Any] = {}
    name = ""
    try:
        for key, value in values.items():
            name = (
                key
                if isinstance(key, str)
                else msgspec.to_builtins({key: 0}, str_keys=True).popitem()[0]
            )
            done[name] = _plain(value)
    except Misfit as misfit:
        raise misfit.under(f'["{name}"]') from None
    return done


def _read(value: Any) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "number_value":
            return _number(value.number_value)
        case "bool_value":
            return value.bool_value
        case "list_value":
            return _read_list(value.list_value.values)
        case "struct_value":
            return _read_struct(value.struct_value.fields)
    return None


def _number(number: float) -> int | float:
    if not math.isfinite(number):
        raise Misfit(f"JSON has no {number}")
    return int(number) if abs(number) <= _EXACT and number.is_integer() else number


def _read_list(values: Any) -> list[Any]:
    done: list[Any] = []
    try:
        for value in values:
            done.append(_read(value))
    except Misfit as misfit:
        raise misfit.under(f"[{len(done)}]") from None
    return done


def _read_struct(fields: Any) -> dict[str, Any]:
    done: dict[str, Any] = {}
    key = ""
    try:
        for key, value in fields.items():
            done[key] = _read(value)
    except Misfit as misfit:
        raise misfit.under(f'["{key}"]') from None
    return done


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
            for item in value:
                _fill(message.list_value.values.add(), item)
        case dict():
            message.struct_value.SetInParent()
            for key, item in value.items():
                _fill(message.struct_value.fields[key], item)
