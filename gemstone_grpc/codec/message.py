"""Codecs of messages and their fields."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.choices import Choices, choices
from gemstone_grpc.codec.containers import Codec
from gemstone_grpc.codec.misfit import Misfit, expected
from gemstone_grpc.schema.types import (
    Enumeration,
    Field,
    Kind,
    Leaf,
    Map,
    Message,
    Nullable,
    OneOf,
    Repeated,
    Type,
    Wrapped,
)

ABSENT: Any = object()
"""What stands for a field that did not come."""

TOO_DEEP = (DecodeError, RecursionError)
"""How protobuf (at 100 messages) and Python refuse to write what is nested too deeply."""

_MESSAGE_KINDS = {Kind.TIMESTAMP, Kind.DURATION, Kind.DATE, Kind.ANY}


class FieldCodec:
    """A field: how it is read from and written to a message and a JSON object.

    `get` reads it from a protobuf message and gives `ABSENT` when it is not there.
    """

    __slots__ = ("_one_of", "_prefix", "codec", "field", "get", "takes_null")

    def __init__(self, field: Field, codec: Codec) -> None:
        self.field = field
        self.codec = codec
        inner = field.type.inner if isinstance(field.type, Nullable) else field.type
        self._one_of = isinstance(inner, OneOf)
        self._prefix = f"{field.wire}_" if isinstance(inner, OneOf) and inner.prefixed else ""
        self.takes_null = _takes_null(field.type)
        self.get = _getter(field, codec)

    def from_json(self, members: dict[str, Any]) -> Any:
        """The field's value, or `ABSENT` when its default stands for it."""
        value = members.get(self.field.json, ABSENT)
        if value is None and not self.takes_null and self.field.absent == "omit":
            value = ABSENT
        return self.or_absent(value if value is ABSENT else self.codec.from_json(value))

    def from_wire(self, message: Any) -> Any:
        """The field's value, or `ABSENT` when its default stands for it."""
        return self.or_absent(self.get(message))

    def or_absent(self, value: Any) -> Any:
        """What an absent field means: an error, None, or its default."""
        if value is not ABSENT or self.field.absent == "omit":
            return value
        if self.field.absent == "none":
            return None
        raise Misfit("is required")

    def to_wire(self, value: Any, out: dict[str, Any]) -> None:
        """Put the field into the arguments of a message class."""
        wire = self.codec.to_wire(value)
        if not self._one_of:
            out[self.field.wire] = wire  # protobuf takes None for absent
        elif wire is not None:
            out[f"{self._prefix}{wire[0]}"] = wire[1]


def _takes_null(type_: Type) -> bool:
    match type_:
        case Wrapped(inner=inner):
            return _takes_null(inner)
        case Leaf(kind=kind):
            return kind is Kind.ANY
    return isinstance(type_, Nullable)


def _getter(field: Field, codec: Codec) -> Callable[[Any], Any]:
    wire, convert = field.wire, codec.from_wire
    inner = field.type.inner if isinstance(field.type, Nullable) else field.type
    if isinstance(inner, OneOf):
        prefix = len(wire) + 1 if inner.prefixed else 0

        def get(message: Any) -> Any:
            arm = message.WhichOneof(wire)
            return ABSENT if arm is None else convert((arm[prefix:], getattr(message, arm)))

    elif isinstance(inner, Enumeration) and inner.zero_is_absent:

        def get(message: Any) -> Any:
            number = getattr(message, wire)
            return ABSENT if number == 0 else convert(number)

    elif isinstance(inner, Repeated | Map) or (_is_scalar(inner) and not field.presence):

        def get(message: Any) -> Any:
            return convert(getattr(message, wire))

    else:

        def get(message: Any) -> Any:
            return convert(getattr(message, wire)) if message.HasField(wire) else ABSENT

    return get


def _is_scalar(type_: Type) -> bool:
    if isinstance(type_, Leaf):
        return type_.kind not in _MESSAGE_KINDS
    return isinstance(type_, Enumeration)


class MessageCodec:
    """A class with fields. Its own fields are given to `link` once they are known."""

    __slots__ = ("_choices", "_class", "_fields", "_is_dict", "_python", "_tag", "_type")

    def __init__(self, type_: Message, message_class: type[ProtoMessage]) -> None:
        self._type = type_
        self._class = message_class
        self._python = type_.python
        self._is_dict = type_.python is dict
        self._fields: tuple[FieldCodec, ...] = ()
        self._choices: Choices | None = None
        self._tag: tuple[str, str] | None = None

    def link(self, fields: Iterable[FieldCodec]) -> None:
        """Complete the codec; a message that holds itself needs its codec before its fields."""
        self._fields = tuple(fields)
        self._choices = choices(field.field for field in self._fields)
        tag = self._type.tag
        if tag is not None and all(field.field.json != tag[0] for field in self._fields):
            self._tag = tag

    @property
    def members(self) -> set[str]:
        """The names of the members that its JSON may have."""
        named = {field.field.json for field in self._fields}
        return named if self._tag is None else {self._tag[0], *named}

    def from_json(self, value: Any) -> Any:
        """An object → an instance; members of other names are passed over."""
        if not isinstance(value, dict):
            raise expected("an object", value)
        if self._tag is not None and value.get(self._tag[0], self._tag[1]) != self._tag[1]:
            raise Misfit(f"expected {self._tag[1]!r}").under(f".{self._tag[0]}")
        if self._choices is not None:
            self._choose(value)
        return self._build(FieldCodec.from_json, value)

    def from_wire(self, message: Any) -> Any:
        """A message → an instance."""
        return self._build(FieldCodec.from_wire, message)

    def to_json(self, value: Any) -> dict[str, Any]:
        """An instance → an object; fields that have their default are there too."""
        out: dict[str, Any] = {} if self._tag is None else {self._tag[0]: self._tag[1]}
        for field, item in self._items(value):
            try:
                out[field.field.json] = field.codec.to_json(item)
            except Misfit as misfit:
                raise misfit.under(f".{field.field.json}") from None
        return out

    def to_wire(self, value: Any) -> ProtoMessage:
        """An instance → a message."""
        out: dict[str, Any] = {}
        for field, item in self._items(value):
            try:
                field.to_wire(item, out)
            except Misfit as misfit:
                raise misfit.under(f".{field.field.json}") from None
        return self._class(**out)

    def _build(self, read: Callable[[FieldCodec, Any], Any], source: Any) -> Any:
        values = {}
        for field in self._fields:
            try:
                value = read(field, source)
            except Misfit as misfit:
                raise misfit.under(f".{field.field.json}") from None
            if value is not ABSENT:
                values[field.field.name] = value
        try:
            return self._python(**values)
        except ValueError as error:  # how __post_init__ refuses a value
            raise Misfit(str(error)) from None

    def _items(self, value: Any) -> list[tuple[FieldCodec, Any]]:
        python: Any = self._python
        if not isinstance(value, python):
            raise expected(self._type.name, value)
        if self._is_dict:
            items = self._dict_items(value)
        else:
            items = [(field, getattr(value, field.field.name)) for field in self._fields]
        if self._choices is not None:
            self._choose({field.field.json: item for field, item in items})
        return items

    def _choose(self, members: Mapping[str, Any]) -> None:
        assert self._choices is not None
        if conflict := self._choices.conflict(members):
            name, why = conflict
            raise Misfit(why).under(f".{name}")

    def _dict_items(self, value: dict[str, Any]) -> list[tuple[FieldCodec, Any]]:
        items = []
        for field in self._fields:
            if field.field.name in value:
                items.append((field, value[field.field.name]))
            elif field.field.absent != "omit":
                raise Misfit("is missing").under(f".{field.field.json}")
        return items


class WrappedCodec:
    """A value in a message of its own, which JSON does not see."""

    __slots__ = ("_class", "_field", "from_json", "to_json")

    def __init__(self, field: FieldCodec, message_class: type[ProtoMessage]) -> None:
        self._field = field
        self._class = message_class
        self.from_json = field.codec.from_json
        self.to_json = field.codec.to_json

    def from_wire(self, message: Any) -> Any:
        """The message's `value`."""
        return self._field.from_wire(message)

    def to_wire(self, value: Any) -> ProtoMessage:
        """A message with this `value`."""
        out: dict[str, Any] = {}
        self._field.to_wire(value, out)
        return self._class(**out)
