"""A contract written by hand: the hints of a service's methods, bound to its descriptors.

What comes of it has the names of the file; nothing of the file is left out, and nothing added.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor, OneofDescriptor

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema import names
from gemstone_grpc.schema.implied import (
    INTEGERS,
    WELL_KNOWN,
    hint,
    is_repeated,
    map_entry,
    spelled,
)
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
    Singular,
    Type,
)

_SCALARS: dict[Kind, set[int]] = {
    Kind.STRING: {FieldDescriptor.TYPE_STRING},
    Kind.DECIMAL: {FieldDescriptor.TYPE_STRING},
    Kind.UUID: {FieldDescriptor.TYPE_STRING},
    Kind.BOOL: {FieldDescriptor.TYPE_BOOL},
    Kind.BYTES: {FieldDescriptor.TYPE_BYTES},
    Kind.FLOAT: {FieldDescriptor.TYPE_FLOAT},
    Kind.DOUBLE: {FieldDescriptor.TYPE_FLOAT, FieldDescriptor.TYPE_DOUBLE},
    Kind.INT64: set(INTEGERS),
} | {
    kind: {number for number, known in INTEGERS.items() if known is kind}
    for kind in (Kind.INT32, Kind.UINT32, Kind.UINT64)
}


class Binder:
    """Binds types to descriptors; `full_names` has what each message and enum stands for."""

    def __init__(self) -> None:
        self.full_names: dict[str, str] = {}

    def fields(
        self, fields: Iterable[Field], descriptor: Descriptor, words: str
    ) -> tuple[Field, ...]:
        """Fields with the names and types of the file. Raises `StartError`."""
        members = {names.snake(member.name): member for member in descriptor.fields}
        unions = {union.name: union for union in descriptor.oneofs if not _is_synthetic(union)}
        bound = []
        for field in fields:
            place = f"{words} `{field.name}`"
            inner = field.type.inner if isinstance(field.type, Nullable) else field.type
            if isinstance(inner, OneOf) and field.wire in unions:
                union = unions[field.wire]
                bound.append(replace(field, type=self._union(field.type, inner, union, place)))
                for taken in union.fields:
                    del members[names.snake(taken.name)]
            elif (member := members.pop(field.wire, None)) is not None:
                bound.append(self._field(field, member, place))
            else:
                raise StartError(
                    f"{place}: {descriptor.full_name} has no field of this name: it has "
                    + (", ".join(member.name for member in descriptor.fields) or "none")
                )
        for member in members.values():
            raise StartError(
                f"{words}: {descriptor.full_name} has the field `{member.name}` too: add "
                f"`{names.snake(member.name)}: {hint(member)}`"
            )
        return tuple(bound)

    def message(self, message: Message, descriptor: Descriptor, words: str) -> Message:
        """The class with the fields of the file's message."""
        if self._is_new(message.name, descriptor, words):
            place = f"{words}, `{message.name}`, field"
            message.fields = self.fields(message.fields, descriptor, place)
        return message

    # -- fields ------------------------------------------------------------------------------

    def _field(self, field: Field, member: FieldDescriptor, place: str) -> Field:
        type_ = self._type(field.type, member, place)
        repeated = is_repeated(member)
        if field.absent == "omit" and not (member.has_presence or repeated or field.zero_default):
            raise StartError(
                f"{place}: its default cannot be told from protobuf's zero: make `{member.name}` "
                "`optional` in the file, or drop the default"
            )
        return replace(field, wire=member.name, type=type_, presence=member.has_presence)

    def _type(self, type_: Type, member: FieldDescriptor, place: str) -> Type:
        if isinstance(type_, Nullable) and not isinstance(type_.inner, OneOf):
            if not member.has_presence:
                raise StartError(
                    f"{place}: protobuf cannot tell None from zero here: write {hint(member)}, or "
                    f"make `{member.name}` `optional` in the file"
                )
            return Nullable(self._singular(type_.inner, member, place))
        if (entry := map_entry(member)) is not None:
            if not isinstance(type_, Map):
                raise _refusal(member, place)
            key = self._singular(type_.key, entry[0], place)
            assert isinstance(key, Leaf)
            return Map(key, self._singular(type_.value, entry[1], place))
        if isinstance(type_, Repeated) and is_repeated(member):
            return Repeated(self._singular(type_.item, member, place), type_.python)
        if is_repeated(member) or isinstance(type_, Repeated | Map | Nullable | OneOf):
            raise _refusal(member, place)
        return self._singular(type_, member, place)

    def _singular(self, type_: Singular, member: FieldDescriptor, place: str) -> Singular:
        message, enum = member.message_type, member.enum_type
        if isinstance(type_, Leaf):
            if type_.kind in _SCALARS and member.type in _SCALARS[type_.kind]:
                return Leaf(_narrowed(type_.kind, member), type_.constraint)
            if message is not None and WELL_KNOWN.get(message.full_name) is type_.kind:
                return type_
        elif isinstance(type_, Enumeration) and enum is not None:
            return self._enumeration(type_, enum, place)
        elif isinstance(type_, Message) and message is not None:
            return self.message(type_, message, place)
        raise _refusal(member, place)

    def _union(self, type_: Type, inner: OneOf, union: OneofDescriptor, place: str) -> Type:
        free = list(union.fields)
        arms = []
        for name, arm in inner.arms:
            member = next((member for member in free if self._fits(arm, member)), None)
            if member is None:
                raise StartError(
                    f"{place}: no field of the oneof `{union.name}` is for the arm {name}: it has "
                    + ", ".join(f"{spelled(member)} {member.name}" for member in union.fields)
                )
            free.remove(member)
            arms.append((member.name, self._singular(arm, member, place)))
        if free:
            raise StartError(
                f"{place}: the oneof `{union.name}` has `{free[0].name}` too: add {hint(free[0])}"
            )
        bound = OneOf(tuple(arms), prefixed=False)
        return Nullable(bound) if isinstance(type_, Nullable) else bound

    def _fits(self, arm: Singular, member: FieldDescriptor) -> bool:
        if isinstance(arm, Message):
            return member.message_type is not None and same_names(arm, member.message_type)
        try:
            Binder()._singular(arm, member, "")
        except StartError:
            return False
        return True

    def _enumeration(
        self, enumeration: Enumeration, enum: EnumDescriptor, place: str
    ) -> Enumeration:
        self._is_new(enumeration.name, enum, place)
        prefix = f"{names.constant(enumeration.name)}_"
        file_prefix = f"{names.constant(enum.name)}_"
        values = {value.name.removeprefix(file_prefix): value for value in enum.values}
        members = []
        for member in enumeration.members:
            value = values.pop(member.name.removeprefix(prefix), None)
            if value is None:
                raise StartError(
                    f"{place}: {enum.full_name} has no value for {member.json!r}: it has "
                    + ", ".join(value.name for value in enum.values)
                )
            members.append(replace(member, name=value.name))
        zero = enum.values_by_number[0].name
        left = [value.name for value in values.values() if value.name != zero]
        if left:
            raise StartError(f"{place}: {enum.full_name} has {left[0]} too: add a member for it")
        has_zero = any(member.name == zero for member in members)
        return replace(enumeration, members=tuple(members), has_zero=has_zero)

    def _is_new(self, name: str, descriptor: Any, words: str) -> bool:
        """Note what a class stands for; whether it did not yet."""
        known = self.full_names.get(name)
        if known not in (None, descriptor.full_name):
            raise StartError(
                f"{words}: `{name}` stands for {known}, and here for {descriptor.full_name}: give "
                "each a class of its own"
            )
        self.full_names[name] = descriptor.full_name
        return known is None


def same_names(message: Message, descriptor: Descriptor) -> bool:
    """Whether a class has fields of the same names as a message."""
    unions = {union.name for union in descriptor.oneofs if not _is_synthetic(union)}
    alone = {
        names.snake(field.name)
        for field in descriptor.fields
        if field.containing_oneof is None or _is_synthetic(field.containing_oneof)
    }
    own = {field.wire for field in message.fields}
    members = {names.snake(field.name) for field in descriptor.fields}
    return alone <= own <= members | unions


def _is_synthetic(union: OneofDescriptor) -> bool:
    """Whether a oneof is protobuf's own, for an `optional` field."""
    return len(union.fields) == 1 and union.name == f"_{union.fields[0].name}"


def _narrowed(kind: Kind, member: FieldDescriptor) -> Kind:
    """`int` for an `int32` field has its range, and `float` for a `float` field."""
    if kind is Kind.INT64:
        return INTEGERS[member.type]
    return Kind.FLOAT if member.type == FieldDescriptor.TYPE_FLOAT else kind


def _refusal(member: FieldDescriptor, place: str) -> StartError:
    return StartError(f"{place}: the file has `{spelled(member)}` here: write {hint(member)}")
