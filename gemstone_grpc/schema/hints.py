"""Type hints → the types of a contract; a refusal says what, where, and what to write instead."""

import enum
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from gemstone_grpc.errors import StartError
from gemstone_grpc.method import EMPTY, Method, Parameter
from gemstone_grpc.schema import advice, classes, names
from gemstone_grpc.schema.classes import MISSING, RawField, UnusableClassError
from gemstone_grpc.schema.types import (
    Absent,
    Contract,
    Enumeration,
    Field,
    Kind,
    Leaf,
    Map,
    Member,
    Message,
    Nullable,
    OneOf,
    Repeated,
    Rpc,
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
    EMPTY: Kind.ANY,
}
_KEY_KINDS = {Kind.STRING, Kind.BOOL, Kind.INT32, Kind.INT64, Kind.UINT32, Kind.UINT64}
_QUALIFIERS = {typing.Required, typing.NotRequired, typing.Final}


def derive(service: str, version: str, methods: Iterable[Method]) -> Contract:
    """The contract of a service; raises `StartError` for a hint that has no place in one."""
    return _Derivation().contract(service, version, methods)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hint stands: in words for messages, and as a name for what has none of its own."""

    words: str
    name: str

    def field(self, owner: str, name: str) -> "_Place":
        return _Place(f"{self.words}, field `{owner}.{name}`", owner + names.pascal(name))

    def refuse(self, hint: Any, why: str) -> StartError:
        return StartError(f"{self.words}: `{advice.spell(hint)}` {why}")


class _Derivation:
    def __init__(self) -> None:
        self._messages: dict[str, Message | Wrapped] = {}
        self._enumerations: dict[str, Enumeration] = {}
        self._origins: dict[str, Any] = {}  # what each name on the wire was made for
        self._made: dict[Any, Message | Enumeration] = {}
        self._builders: dict[Any, Callable[[Any, tuple[Any, ...], _Place], Type]] = {
            list: self._repeated,
            set: self._repeated,
            tuple: self._tuple,
            dict: self._map,
            typing.Union: self._union,
            types.UnionType: self._union,
            typing.Literal: self._literal,
        }

    # -- the service -------------------------------------------------------------------------

    def contract(self, service: str, version: str, methods: Iterable[Method]) -> Contract:
        methods = tuple(methods)
        self._reserve_rpcs(methods)
        rpcs = tuple(self._rpc(method) for method in methods)
        return Contract(
            package=f"{service}.{version}",
            service=names.service(service),
            rpcs=rpcs,
            messages=tuple(self._messages.values()),
            enumerations=tuple(self._enumerations.values()),
        )

    def _reserve_rpcs(self, methods: Sequence[Method]) -> None:
        taken: dict[str, Method] = {}
        for method in methods:
            name = names.pascal(method.name)
            if other := taken.get(name):
                raise StartError(
                    f"{method.label} ({method.name!r}) and {other.label} ({other.name!r}) would "
                    f"both be the rpc {name}: rename one with @exposed_method(name)"
                )
            taken[name] = method

    def _rpc(self, method: Method) -> Rpc:
        name = names.pascal(method.name)
        request = Message(f"{name}Request", "call", dict)
        self._reserve(request.name, method.label)
        self._messages[request.name] = request
        request.fields = self._wire_names(
            f"{method.label}, parameters",
            [
                self._parameter(parameter, request.name, method.label)
                for parameter in method.parameters
                if not parameter.is_context
            ],
        )
        response = Message(f"{name}Response", "call", dict)
        self._reserve(response.name, method.label)
        self._messages[response.name] = response
        if method.result is not type(None) and method.result is not None:
            place = _Place(f"{method.label}, result", f"{response.name}Result")
            raw = RawField("result", "result", method.result, None)
            response.fields = self._wire_names(place.words, [self._field(raw, place)])
        return Rpc(
            name=name,
            method=method.name,
            request=request,
            response=response,
            streams=method.streams,
            deprecated=method.deprecated,
            doc=method.doc,
        )

    def _parameter(self, parameter: Parameter, owner: str, label: str) -> Field:
        place = _Place(
            f"{label}, parameter `{parameter.name}`", owner + names.pascal(parameter.name)
        )
        hint: Any = parameter.hint
        default: Callable[[], Any] | None = None
        if parameter.kind is inspect.Parameter.VAR_POSITIONAL:
            hint, default = list[hint], list
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            hint, default = dict[str, hint], dict
        elif parameter.default is not EMPTY:
            default = _always(parameter.default)
        return self._field(RawField(parameter.name, parameter.name, hint, default), place)

    # -- fields ------------------------------------------------------------------------------

    def _field(self, raw: RawField, place: _Place) -> Field:
        type_ = self._type(_without_qualifiers(raw.hint), place)
        default = None if raw.default is None else raw.default()
        if raw.default is not None and default is None and not _takes_none(type_):
            type_ = Nullable(self._held(type_, place))
        if raw.default is not None and not _stands_for_absence(default, type_):
            type_ = self._wrapped(type_)
        absent: Absent = "omit"
        if raw.default is None:
            absent = "none" if isinstance(type_, Nullable) else "error"
        presence = not isinstance(type_, Repeated | Map) and absent != "error"
        return Field(raw.name, raw.json, names.snake(raw.name), type_, presence, absent)

    def _wire_names(self, words: str, fields: list[Field]) -> tuple[Field, ...]:
        """Refuse fields that have no name on the wire, or share one."""
        taken: dict[str, str] = {}
        for field in fields:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", field.wire):
                raise StartError(
                    f"{words}: `{field.name}` cannot be a name in protobuf: use ASCII letters, "
                    "digits and underscores, and begin with a letter"
                )
            inner = field.type.inner if isinstance(field.type, Nullable) else field.type
            arms = inner.arms if isinstance(inner, OneOf) else ()
            for wire in [field.wire, *(f"{field.wire}_{arm}" for arm, _ in arms)]:
                key = wire.replace("_", "")  # protobuf's JSON names must differ too
                if other := taken.get(key):
                    raise StartError(
                        f"{words}: `{other}` and `{field.name}` would share the name {wire} on the "
                        "wire: rename one"
                    )
                taken[key] = field.name
        return tuple(fields)

    # -- types -------------------------------------------------------------------------------

    def _type(self, hint: Any, place: _Place) -> Type:
        if hasattr(hint, "__supertype__"):  # NewType
            return self._type(hint.__supertype__, place)
        if type(hint).__name__ == "TypeAliasType":
            return self._type(hint.__value__, place)
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
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

    def _annotated(self, inner: Any, extras: tuple[Any, ...], place: _Place) -> Type:
        type_ = self._type(inner, place)
        for extra in extras:
            if isinstance(extra, Kind):
                type_ = Leaf(extra)
            elif isinstance(extra, msgspec.Meta) and _constrains(extra):
                if not isinstance(type_, Leaf) or type_.constraint is not None:
                    raise place.refuse(
                        inner, "cannot carry a msgspec.Meta constraint: put one on a plain value"
                    )
                type_ = Leaf(type_.kind, extra)
        return type_

    def _repeated(self, hint: Any, arguments: tuple[Any, ...], place: _Place) -> Repeated:
        python = typing.get_origin(hint) or hint
        item = self._singular(self._type((*arguments, Any)[0], place))
        if python is set and not _is_hashable_type(item):
            raise place.refuse(hint, "holds values that cannot be in a set: use a list")
        return Repeated(item, python)

    def _tuple(self, hint: Any, arguments: tuple[Any, ...], place: _Place) -> Repeated:
        if arguments and (len(arguments) != 2 or arguments[1] is not ...):
            raise place.refuse(hint, "has places of their own: use a NamedTuple, or tuple[T, ...]")
        return self._repeated(hint, arguments[:1], place)

    def _map(self, hint: Any, arguments: tuple[Any, ...], place: _Place) -> Map:
        key, value = arguments or (str, Any)
        key_type = self._type(key, place)
        if not isinstance(key_type, Leaf) or key_type.kind not in _KEY_KINDS:
            raise place.refuse(
                hint, "has keys that protobuf's maps cannot hold: use str, int or bool"
            )
        return Map(key_type, self._singular(self._type(value, place)))

    def _union(self, hint: Any, arguments: tuple[Any, ...], place: _Place) -> Type:
        parts = [argument for argument in arguments if argument is not type(None)]
        found = [self._type(part, place) for part in parts]
        nullable = len(parts) < len(arguments) or any(isinstance(t, Nullable) for t in found)
        found = [t.inner if isinstance(t, Nullable) else t for t in found]
        inner: Singular | OneOf
        if len(found) == 1:
            if found[0] == Leaf(Kind.ANY):
                return found[0]
            inner = self._held(found[0], place)
        else:
            inner = self._one_of(hint, found, place)
        return Nullable(inner) if nullable else inner

    def _one_of(self, hint: Any, found: list[Type], place: _Place) -> OneOf:
        arms: dict[str, Singular] = {}
        for type_ in found:
            if isinstance(type_, OneOf):
                arms |= dict(type_.arms)
            else:
                arm = self._singular(type_)
                arms[names.snake(type_name(arm))] = arm
        if problem := ambiguity(list(arms.values())):
            raise place.refuse(hint, problem)
        return OneOf(tuple(arms.items()))

    def _literal(self, hint: Any, arguments: tuple[Any, ...], place: _Place) -> Type:
        values = [argument for argument in arguments if argument is not None]
        if not values or not all(isinstance(value, str) for value in values):
            raise place.refuse(hint, "is not a Literal of strings: use strings, or an Enum")
        if (made := self._made.get((hint, place.name))) is None:
            named = {value: (value, value) for value in values}
            made = self._enumerate(place.name, named, str, hint, place)
            self._made[hint, place.name] = made
        assert isinstance(made, Enumeration)
        return Nullable(made) if len(values) < len(arguments) else made

    def _enumeration(self, cls: type[enum.Enum], place: _Place) -> Enumeration:
        if (made := self._made.get(cls)) is None:
            if issubclass(cls, enum.Flag):
                raise place.refuse(cls, "is a Flag, whose values combine: use set[...] of an Enum")
            named = {member.name: (member.value, member) for member in cls}
            made = self._enumerate(cls.__name__, named, cls, cls, place)
            self._made[cls] = made
        assert isinstance(made, Enumeration)
        return made

    def _enumerate(
        self, name: str, named: dict[str, tuple[Any, Any]], python: type, hint: Any, place: _Place
    ) -> Enumeration:
        if not named:
            raise place.refuse(hint, "has no members: give it some")
        prefix = names.constant(name)
        members: dict[str, Member] = {}
        for number, (label, (value, member)) in enumerate(named.items(), start=1):
            wire = f"{prefix}_{names.constant(label)}"
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise place.refuse(hint, f"has the value {value!r}: use strings or whole numbers")
            if not names.constant(label) or wire in members or label.upper() == "UNSPECIFIED":
                raise place.refuse(
                    hint,
                    f"has no name of its own on the wire for {label!r}: use an Enum, or rename it",
                )
            members[wire] = Member(wire, number, value, member)
        self._reserve(name, hint)
        doc = _own_doc(python) if python is not str else ""
        self._enumerations[name] = Enumeration(name, tuple(members.values()), python, doc)
        return self._enumerations[name]

    def _message(self, hint: Any, cls: Any, arguments: tuple[Any, ...], place: _Place) -> Message:
        made = self._made.get(hint)
        if made is not None:
            assert isinstance(made, Message)
            return made
        if len(getattr(cls, "__parameters__", ())) != len(arguments):
            raise place.refuse(hint, f"is generic: say of what, such as {cls.__name__}[int]")
        shape = classes.shape(cls)
        assert shape is not None
        name = cls.__name__ + "".join(
            type_name(self._type(argument, place)) for argument in arguments
        )
        self._reserve(name, hint)
        message = Message(name, shape, dict if shape == "typeddict" else cls, doc=_own_doc(cls))
        self._made[hint] = self._messages[name] = message
        try:
            raw_fields = classes.fields(cls, arguments)
        except UnusableClassError as error:
            raise place.refuse(hint, f"cannot be a message: {error}") from None
        except NameError as error:
            raise place.refuse(
                hint,
                f"has the hint {error.name!r}, which cannot be resolved: define it at the top"
                " of its module",
            ) from None
        message.tag = _tag(cls, raw_fields)  # before the fields: they may hold a union of it
        message.fields = self._wire_names(
            f"{place.words}, `{name}`",
            [self._field(raw, place.field(name, raw.name)) for raw in raw_fields],
        )
        return message

    # -- wrapping ----------------------------------------------------------------------------

    def _singular(self, type_: Type) -> Singular:
        """What may be an item, a map's value or an arm: the type, or a message around it."""
        return (
            self._wrapped(type_) if isinstance(type_, Repeated | Map | OneOf | Nullable) else type_
        )

    def _held(self, type_: Type, place: _Place) -> Singular | OneOf:
        """What may be None: a singular type or a union."""
        return type_ if isinstance(type_, OneOf) else self._singular(type_)

    def _wrapped(self, type_: Type) -> Wrapped:
        wrapped = Wrapped(type_name(type_), type_)
        if not isinstance(self._messages.get(wrapped.name), Wrapped):
            self._reserve(wrapped.name, f"{wrapped.name} (a value wrapped in a message)")
            self._messages[wrapped.name] = wrapped
        return wrapped

    def _reserve(self, name: str, origin: Any) -> None:
        if name in self._origins:
            raise StartError(
                f"{advice.spell(origin)} and {advice.spell(self._origins[name])} would both be "
                f"{name} on the wire: rename one"
            )
        self._origins[name] = origin


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


def _is_hashable(hint: Any) -> bool:
    return getattr(type(hint), "__hash__", None) is not None


def _without_qualifiers(hint: Any) -> Any:
    while typing.get_origin(hint) in _QUALIFIERS or _is_read_only(hint):
        (hint,) = typing.get_args(hint)
    return hint


def _is_read_only(hint: Any) -> bool:
    return getattr(typing.get_origin(hint), "_name", "") == "ReadOnly"


def _constrains(meta: msgspec.Meta) -> bool:
    limits = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "tz")
    return any(getattr(meta, limit) is not None for limit in limits)


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


def _own_doc(cls: type) -> str:
    doc = inspect.cleandoc(cls.__dict__.get("__doc__") or "")
    return "" if doc.startswith(f"{cls.__name__}(") else doc


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
