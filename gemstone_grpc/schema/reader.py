"""One type hint → the type of a field; a refusal says what, where, and what to write instead."""

import enum
import types
import typing
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec

from gemstone_grpc.schema import advice, classes, enumerations, names, pinned
from gemstone_grpc.schema.classes import MISSING, RawField, UnusableClassError
from gemstone_grpc.schema.constraints import constrained
from gemstone_grpc.schema.place import Place
from gemstone_grpc.schema.symbols import Symbols, class_name, wire_names
from gemstone_grpc.schema.types import (
    Absent,
    Enumeration,
    Field,
    Kind,
    Leaf,
    Map,
    Message,
    Nullable,
    OneOf,
    Repeated,
    Singular,
    Type,
    Wrapped,
    type_name,
)
from gemstone_grpc.schema.unions import ambiguity

_LEAVES: dict[Any, Kind] = {
    str: Kind.STRING,
    bool: Kind.BOOL,
    bytes: Kind.BYTES,
    int: Kind.INT64,
    float: Kind.DOUBLE,
    Decimal: Kind.DECIMAL,
    UUID: Kind.UUID,
    datetime: Kind.TIMESTAMP,
    timedelta: Kind.DURATION,
    date: Kind.DATE,
    Any: Kind.ANY,
}
_KEY_KINDS = {Kind.STRING, Kind.BOOL, Kind.INT32, Kind.INT64, Kind.UINT32, Kind.UINT64}
_QUALIFIERS = {typing.Required, typing.NotRequired, typing.Final}


class HintReader:
    """Reads hints, and keeps the messages and enumerations they ask for, by name."""

    def __init__(self, symbols: Symbols) -> None:
        self.messages: dict[str, Message | Wrapped] = {}
        self.enumerations: dict[str, Enumeration] = {}
        self._symbols = symbols
        self._made: dict[Any, Message | Enumeration] = {}
        self._builders: dict[Any, Callable[[Any, tuple[Any, ...], Place], Type]] = {
            list: self._repeated,
            set: self._repeated,
            tuple: self._tuple,
            dict: self._map,
            typing.Union: self._union,
            types.UnionType: self._union,
            typing.Literal: self._literal,
        }

    def field(self, raw: RawField, place: Place) -> Field:
        """A field or a parameter. Raises `StartError` for a hint that has no place in one."""
        hint, pin = pinned.split(_without_qualifiers(raw.hint))
        type_ = self._type(hint, place)
        default = None if raw.default is None else raw.default()
        if raw.default is not None and default is None and not _takes_none(type_):
            type_ = Nullable(self._held(raw.hint, type_, place))
        if raw.default is not None and not _stands_for_absence(default, type_):
            type_ = self._wrapped(raw.hint, type_, place)
        absent: Absent = "omit"
        if raw.default is None:
            may_be_none = isinstance(type_, Nullable) or type(None) in typing.get_args(hint)
            absent = "none" if may_be_none else "error"
        presence = not isinstance(type_, Repeated | Map) and absent != "error"
        if pin.number is not None and _is_one_of(type_):
            raise place.refuse(raw.hint, "is a union, whose arms have a number each: drop number=")
        wire, doc = names.snake(raw.name), _description(hint)
        return Field(raw.name, raw.json, wire, type_, presence, absent, pin, doc, default)

    # -- types -------------------------------------------------------------------------------

    def _type(self, hint: Any, place: Place) -> Type:
        if hasattr(hint, "__supertype__"):  # NewType
            return self._type(hint.__supertype__, place)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if type(origin or hint).__name__ == "TypeAliasType":
            return self._alias(origin or hint, arguments, place)
        if origin is typing.Annotated:
            return self._annotated(arguments[0], arguments[1:], place)
        if _is_hashable(hint) and hint in _LEAVES:
            return Leaf(_LEAVES[hint])
        if build := self._builders.get(origin or (hint if _is_hashable(hint) else None)):
            return build(hint, arguments, place)
        cls = origin or hint
        if isinstance(cls, type) and issubclass(cls, enum.Enum):
            return self._enumeration(cls, place)
        if classes.shape(cls) is not None:
            return self._message(hint, cls, arguments, place)
        raise place.refuse(hint, advice.unsupported(hint))

    def _alias(self, alias: Any, arguments: tuple[Any, ...], place: Place) -> Type:
        try:
            value = alias.__value__  # evaluated now
        except (NameError, AttributeError, TypeError) as error:
            raise place.refuse(alias, f"cannot be resolved: {error}; define it") from None
        bindings = dict(zip(alias.__type_params__, arguments, strict=False))
        return self._type(classes.substitute(value, bindings), place)

    def _annotated(self, inner: Any, extras: tuple[Any, ...], place: Place) -> Type:
        type_ = self._type(inner, place)
        for extra in extras:
            if isinstance(extra, Kind):
                type_ = Leaf(extra)
            elif isinstance(extra, msgspec.Meta):
                type_ = constrained(type_, inner, extra, place)
            elif isinstance(extra, pinned.Field):
                raise place.refuse(
                    Annotated[inner, extra], "is no field: put Field(...) around the whole hint"
                )
        return type_

    def _repeated(self, hint: Any, arguments: tuple[Any, ...], place: Place) -> Repeated:
        python = typing.get_origin(hint) or hint
        inner = (*arguments, Any)[0]
        item = self._singular(inner, self._type(inner, place), place)
        if python is set and not _is_hashable_type(item):
            raise place.refuse(
                hint, "holds what has no hash: use list[T], or a frozen dataclass as T"
            )
        return Repeated(item, python)

    def _tuple(self, hint: Any, arguments: tuple[Any, ...], place: Place) -> Repeated:
        is_empty = not arguments and isinstance(hint, types.GenericAlias)
        if is_empty or (arguments and arguments[1:] != (...,)):
            raise place.refuse(
                hint, "has a type for each place: use a NamedTuple, or tuple[T, ...]"
            )
        return self._repeated(hint, arguments[:1], place)

    def _map(self, hint: Any, arguments: tuple[Any, ...], place: Place) -> Map:
        key, value = arguments or (str, Any)
        key_type = self._type(key, place)
        if not isinstance(key_type, Leaf) or key_type.kind not in _KEY_KINDS:
            raise place.refuse(
                hint, "has keys that protobuf's maps cannot hold: use str, int or bool"
            )
        return Map(key_type, self._singular(value, self._type(value, place), place))

    def _union(self, hint: Any, arguments: tuple[Any, ...], place: Place) -> Type:
        parts = [argument for argument in arguments if argument is not type(None)]
        if sum(typing.get_origin(part) is typing.Literal for part in parts) > 1:
            raise place.refuse(hint, "has several Literals: write one, with all the strings")
        found = [self._type(part, place) for part in parts]
        nullable = len(parts) < len(arguments) or any(isinstance(t, Nullable) for t in found)
        found = [t.inner if isinstance(t, Nullable) else t for t in found]
        inner: Singular | OneOf
        if len(found) == 1:
            if found[0] == Leaf(Kind.ANY):
                return found[0]
            inner = self._held(parts[0], found[0], place)
        else:
            inner = self._one_of(hint, parts, found, place)
        return Nullable(inner) if nullable else inner

    def _one_of(self, hint: Any, parts: list[Any], found: list[Type], place: Place) -> OneOf:
        arms: list[tuple[str, Singular]] = []
        for part, type_ in zip(parts, found, strict=True):
            inner = [arm for _, arm in type_.arms] if isinstance(type_, OneOf) else [type_]
            arms += [(advice.spell(part), self._singular(part, arm, place)) for arm in inner]
        if problem := ambiguity(arms):
            raise place.refuse(hint, problem)
        named: dict[str, Singular] = {}
        for part, arm in arms:
            name = names.snake(type_name(arm))
            if name in named:
                raise place.refuse(hint, f"has another arm named {name} on the wire: rename {part}")
            named[name] = arm
        return OneOf(tuple(named.items()))

    def _literal(self, hint: Any, arguments: tuple[Any, ...], place: Place) -> Type:
        values = [argument for argument in arguments if argument is not None]
        if not values or not all(isinstance(value, str) for value in values):
            raise place.refuse(hint, "is not a Literal of strings: use strings, or an Enum")
        if (made := self._made.get((hint, place.name))) is None:
            made = self._keep(enumerations.from_literal(hint, values, place), hint, place)
            self._made[hint, place.name] = made
        assert isinstance(made, Enumeration)
        return Nullable(made) if len(values) < len(arguments) else made

    def _enumeration(self, cls: type[enum.Enum], place: Place) -> Enumeration:
        if (made := self._made.get(cls)) is None:
            found = enumerations.from_enum(class_name(cls, place), cls, place)
            made = self._made[cls] = self._keep(found, cls, place)
        assert isinstance(made, Enumeration)
        return made

    def _keep(self, enumeration: Enumeration, hint: Any, place: Place) -> Enumeration:
        self._symbols.reserve(enumeration.name, hint, place.words)
        self._symbols.reserve_values(enumeration, hint, place.words)
        self.enumerations[enumeration.name] = enumeration
        return enumeration

    def _message(self, hint: Any, cls: Any, arguments: tuple[Any, ...], place: Place) -> Message:
        made = self._made.get(hint)
        if made is not None:
            assert isinstance(made, Message)
            return made
        if len(getattr(cls, "__parameters__", ())) != len(arguments):
            raise place.refuse(hint, f"is generic: say of what, such as {cls.__name__}[int]")
        shape = classes.shape(cls)
        assert shape is not None
        name = class_name(cls, place) + "".join(
            type_name(self._type(argument, place)) for argument in arguments
        )
        self._symbols.reserve(name, hint, place.words)
        python = dict if shape == "typeddict" else cls
        message = Message(name, shape, python, cls)
        self._made[hint] = self.messages[name] = message
        try:
            raw_fields = classes.fields(cls, arguments)
        except UnusableClassError as error:
            raise place.refuse(hint, f"cannot be a message: {error}") from None
        message.tag = _tag(cls, raw_fields)  # before the fields: they may hold a union of it
        message.fields = wire_names(
            f"{place.words}, `{name}`",
            [self.field(raw, place.field(name, raw.name)) for raw in raw_fields],
        )
        return message

    # -- wrapping ----------------------------------------------------------------------------

    def _singular(self, hint: Any, type_: Type, place: Place) -> Singular:
        """What may be an item, a map's value or an arm: the type, or a message around it."""
        if isinstance(type_, Repeated | Map | OneOf | Nullable):
            return self._wrapped(hint, type_, place)
        return type_

    def _held(self, hint: Any, type_: Type, place: Place) -> Singular | OneOf:
        """What may be None: a singular type or a union."""
        return type_ if isinstance(type_, OneOf) else self._singular(hint, type_, place)

    def _wrapped(self, hint: Any, type_: Type, place: Place) -> Wrapped:
        wrapped = Wrapped(type_name(type_), type_)
        if self.messages.get(wrapped.name) != wrapped:
            self._symbols.reserve(wrapped.name, hint, place.words)
            self.messages[wrapped.name] = wrapped
        return wrapped


def _is_hashable(hint: Any) -> bool:
    try:
        hash(hint)
    except TypeError:
        return False
    return True


def _without_qualifiers(hint: Any) -> Any:
    while typing.get_origin(hint) in _QUALIFIERS or _is_read_only(hint):
        (hint,) = typing.get_args(hint)
    return hint


def _is_one_of(type_: Type) -> bool:
    return isinstance(type_.inner if isinstance(type_, Nullable) else type_, OneOf)


def _description(hint: Any) -> str:
    """What `Annotated[T, msgspec.Meta(description=...)]` says."""
    extras = getattr(hint, "__metadata__", ())
    found = (extra.description for extra in extras if isinstance(extra, msgspec.Meta))
    return next((text for text in found if text), "")


def _is_read_only(hint: Any) -> bool:
    return getattr(typing.get_origin(hint), "_name", "") == "ReadOnly"


def _takes_none(type_: Type) -> bool:
    return isinstance(type_, Nullable) or (isinstance(type_, Leaf) and type_.kind is Kind.ANY)


def _stands_for_absence(default: Any, type_: Type) -> bool:
    """Whether an absent field can mean `default` and nothing else."""
    if isinstance(type_, Nullable):
        return default is None
    if isinstance(type_, Repeated | Map):
        return default is not MISSING and not default
    return True


def _is_hashable_type(type_: Singular) -> bool:
    if isinstance(type_, Message):
        return type_.python.__hash__ is not None
    if isinstance(type_, Wrapped):
        return isinstance(type_.inner, OneOf | Nullable) or (
            isinstance(type_.inner, Repeated) and type_.inner.python is tuple
        )
    return True


def _tag(cls: Any, raw_fields: Iterable[RawField]) -> tuple[str, str] | None:
    config = getattr(cls, "__struct_config__", None)
    if config is not None and isinstance(config.tag, str):
        return config.tag_field, config.tag
    for raw in raw_fields:
        hint = _without_qualifiers(raw.hint)
        values = typing.get_args(hint)
        if typing.get_origin(hint) is typing.Literal and len(values) == 1:
            return raw.json, str(values[0])
    return None
