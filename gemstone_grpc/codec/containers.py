"""Codecs of values that hold others: lists, maps, unions, None, enumerations."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from gemstone_grpc.codec.misfit import Misfit, expected, shorten
from gemstone_grpc.codec.text import key_step, key_text
from gemstone_grpc.schema.types import Enumeration, Kind, Map, Repeated


class Codec(Protocol):
    """Converts between Python, plain JSON data and the value of a protobuf field.

    Every converter raises `Misfit` for a value that does not fit.
    """

    @property
    def from_json(self) -> Callable[[Any], Any]:
        """JSON data → Python."""

    @property
    def to_json(self) -> Callable[[Any], Any]:
        """Python → what msgspec writes as JSON."""

    @property
    def from_wire(self) -> Callable[[Any], Any]:
        """The value of a field → Python."""

    @property
    def to_wire(self) -> Callable[[Any], Any]:
        """Python → the value of a field."""


class RepeatedCodec:
    """A list, tuple or set."""

    __slots__ = ("_item", "_python")

    def __init__(self, type_: Repeated, item: Codec) -> None:
        self._item = item
        self._python = type_.python

    def from_json(self, value: Any) -> Any:
        """An array → the collection."""
        if not isinstance(value, list):
            raise expected("an array", value)
        return self._collect(each(self._item.from_json, value))

    def to_json(self, value: Any) -> list[Any]:
        """The collection → an array."""
        return each(self._item.to_json, self._checked(value))

    def from_wire(self, value: Any) -> Any:
        """A repeated field → the collection."""
        return self._collect(each(self._item.from_wire, value))

    def to_wire(self, value: Any) -> list[Any]:
        """The collection → a repeated field."""
        return each(self._item.to_wire, self._checked(value))

    def _checked(self, value: Any) -> Any:
        if not isinstance(value, self._python):
            raise expected(self._python.__name__, value)
        return value

    def _collect(self, items: list[Any]) -> Any:
        if self._python is list:
            return items
        try:
            return self._python(items)
        except TypeError:
            raise Misfit("holds a value that cannot be in a set") from None


def each(convert: Callable[[Any], Any], values: Any) -> list[Any]:
    """The converted values; a misfit is told where it was, as `[2]`."""
    done: list[Any] = []
    try:
        for value in values:
            done.append(convert(value))
    except Misfit as misfit:
        raise misfit.under(f"[{len(done)}]") from None
    return done


class MapCodec:
    """A dict."""

    __slots__ = ("_key", "_parse_key", "_value")

    def __init__(self, type_: Map, key: Codec, value: Codec) -> None:
        self._key = key
        self._value = value
        self._parse_key = _KEY_PARSERS.get(type_.key.kind, _whole_key)

    def from_json(self, value: Any) -> dict[Any, Any]:
        """An object → the dict; its keys are texts, `"7"` or `"true"` too."""
        if not isinstance(value, dict):
            raise expected("an object", value)
        return entries(
            value, lambda key: self._key.from_json(self._parse_key(key)), self._value.from_json
        )

    def to_json(self, value: Any) -> dict[str, Any]:
        """The dict → an object."""
        return entries(
            _checked_dict(value),
            lambda key: key_text(self._key.to_json(key)),
            self._value.to_json,
        )

    def from_wire(self, value: Any) -> dict[Any, Any]:
        """A map field → the dict."""
        return entries(value, self._key.from_wire, self._value.from_wire)

    def to_wire(self, value: Any) -> dict[Any, Any]:
        """The dict → a map field."""
        return entries(_checked_dict(value), self._key.to_wire, self._value.to_wire)


def _checked_dict(value: Any) -> Any:
    if not isinstance(value, dict):
        raise expected("dict", value)
    return value


def entries(
    source: Mapping[Any, Any], convert_key: Callable[[Any], Any], convert: Callable[[Any], Any]
) -> dict[Any, Any]:
    """The converted entries; a misfit is told where it was, as `["key"]`."""
    done: dict[Any, Any] = {}
    key: Any = ""
    try:
        for key, value in source.items():
            done[convert_key(key)] = convert(value)
    except Misfit as misfit:
        raise misfit.under(key_step(key)) from None
    return done


def _whole_key(key: str) -> int:
    try:
        number = int(key) if len(key) <= 20 else None
    except ValueError:
        number = None
    if number is None or str(number) != key:
        raise Misfit("expected a key that is a whole number")
    return number


def _boolean_key(key: str) -> bool:
    if key not in ("true", "false"):
        raise Misfit("expected the key true or false")
    return key == "true"


_KEY_PARSERS: dict[Kind, Callable[[str], Any]] = {Kind.STRING: str, Kind.BOOL: _boolean_key}


class EnumerationCodec:
    """A member of an `Enum`, or one of the strings of a `Literal`."""

    __slots__ = ("_choices", "_from_json", "_from_wire", "_python", "_to_json", "_to_wire")

    def __init__(self, type_: Enumeration, numbers: Mapping[str, int]) -> None:
        self._from_json = {(type(m.json), m.json): m.python for m in type_.members}
        self._to_json = {m.python: m.json for m in type_.members}
        self._from_wire = {numbers[m.name]: m.python for m in type_.members}
        self._to_wire = {m.python: numbers[m.name] for m in type_.members}
        self._choices = ", ".join(repr(m.json) for m in type_.members)
        self._python = type_.python

    def from_json(self, value: Any) -> Any:
        """The member's value → the member."""
        try:
            return self._from_json[type(value), value]
        except (KeyError, TypeError):
            raise self._unknown(value) from None

    def to_json(self, value: Any) -> Any:
        """The member → its value."""
        return self._look_up(self._to_json, value)

    def from_wire(self, value: Any) -> Any:
        """The member's number → the member."""
        try:
            return self._from_wire[value]
        except KeyError:
            raise self._unknown(value) from None

    def to_wire(self, value: Any) -> Any:
        """The member → its number."""
        return self._look_up(self._to_wire, value)

    def _look_up(self, table: Mapping[Any, Any], value: Any) -> Any:
        if not isinstance(value, self._python):  # an IntEnum's member equals its number
            raise self._unknown(value)
        try:
            return table[value]
        except KeyError:
            raise self._unknown(value) from None

    def _unknown(self, value: Any) -> Misfit:
        return Misfit(f"expected one of {self._choices}, got {shorten(value)}")


class NullableCodec:
    """A value or None; on the wire None is an absent field, which messages see to."""

    __slots__ = ("_inner", "from_wire")

    def __init__(self, inner: Codec) -> None:
        self._inner = inner
        self.from_wire = inner.from_wire

    def from_json(self, value: Any) -> Any:
        """`null` → None."""
        return None if value is None else self._inner.from_json(value)

    def to_json(self, value: Any) -> Any:
        """None → `null`."""
        return None if value is None else self._inner.to_json(value)

    def to_wire(self, value: Any) -> Any:
        """None → an absent field."""
        return None if value is None else self._inner.to_wire(value)
