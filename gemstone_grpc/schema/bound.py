"""A contract written by hand: the hints of a service's methods, bound to its descriptors.

What comes of it has the names of the file; nothing of the file is left out, and nothing added.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from google.protobuf.descriptor import (
    Descriptor,
    EnumDescriptor,
    EnumValueDescriptor,
    FieldDescriptor,
    OneofDescriptor,
)

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema import names
from gemstone_grpc.schema.implied import (
    INTEGERS,
    WELL_KNOWN,
    hint,
    is_repeated,
    map_entry,
    python_name,
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
    Wrapped,
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
                f"`{python_name(member.name)}: {hint(member)}`"
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
        if field.pin.number not in (None, member.number):
            raise StartError(
                f"{place}: the file has the number {member.number} here: drop "
                f"Field(number={field.pin.number})"
            )
        if isinstance(field.type, Wrapped) and field.absent == "omit":
            raise StartError(
                f"{place}: no field of the file can have this default: write {hint(member)} "
                "without one"
            )
        type_ = self._type(field.type, member, place)
        if field.absent == "omit" and not _can_be_absent(field.default, type_, member):
            raise StartError(
                f"{place}: its default cannot be told from protobuf's zero: make `{member.name}` "
                "`optional` in the file, or drop the default"
            )
        union = member.containing_oneof
        one_of = union.name if union is not None and not _is_synthetic(union) else ""
        presence = member.has_presence
        return replace(field, wire=member.name, type=type_, presence=presence, one_of=one_of)

    def _type(self, type_: Type, member: FieldDescriptor, place: str) -> Type:
        if isinstance(type_, Nullable) and not isinstance(type_.inner, OneOf):
            if not member.has_presence:
                fix = (
                    ""
                    if is_repeated(member)
                    else f", or make `{member.name}` `optional` in the file"
                )
                raise StartError(
                    f"{place}: protobuf cannot tell None from zero here: write {hint(member)}{fix}"
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
        arms = []
        free = {member.name: member for member in union.fields}
        for name, arm in inner.arms:
            member = self._arm(name, arm, union, place)
            if free.pop(member.name, None) is None:
                raise StartError(
                    f"{place}: two arms are for `{member.name}` of the oneof `{union.name}`: "
                    f"{_one_by_one(union)}"
                )
            arms.append((member.name, self._singular(arm, member, place)))
        for member in free.values():
            raise StartError(
                f"{place}: the oneof `{union.name}` has `{member.name}` too: add {_item(member)}"
            )
        bound = OneOf(tuple(arms), prefixed=False)
        return Nullable(bound) if isinstance(type_, Nullable) else bound

    def _arm(self, name: str, arm: Singular, union: OneofDescriptor, place: str) -> FieldDescriptor:
        """The field of an arm: the only one it fits, or the one of these that has its name."""
        fitting = [member for member in union.fields if self._fits(arm, member)]
        if not fitting:
            raise StartError(
                f"{place}: no field of the oneof `{union.name}` is for the arm {name}: it has "
                + ", ".join(f"{spelled(member)} {member.name}" for member in union.fields)
            )
        if len(fitting) == 1:
            return fitting[0]
        named = [member for member in fitting if name in _names(member)]
        if len(named) != 1:
            raise StartError(
                f"{place}: the arm {name} fits several fields of the oneof `{union.name}`, "
                f"{' and '.join(member.name for member in fitting)}: {_one_by_one(union)}"
            )
        return named[0]

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
        numbers = set()
        for member in enumeration.members:
            value = values.pop(member.name.removeprefix(prefix), None)
            if value is None:
                raise StartError(
                    f"{place}: {enum.full_name} has no value for {member.json!r}: it has "
                    + ", ".join(value.name for value in enum.values)
                )
            members.append(replace(member, name=value.name))
            numbers.add(value.number)
        for value in values.values():
            if not _says_nothing(value):
                raise StartError(
                    f"{place}: {enum.full_name} has {value.name} too: add a member for it"
                )
        is_zero_absent = 0 in enum.values_by_number and 0 not in numbers
        return replace(enumeration, members=tuple(members), zero_is_absent=is_zero_absent)

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
    own = {names.snake(field.wire) for field in message.fields}
    members = {names.snake(field.name) for field in descriptor.fields}
    return alone <= own <= members | unions


def _is_synthetic(union: OneofDescriptor) -> bool:
    """Whether a oneof is protobuf's own, for an `optional` field."""
    return len(union.fields) == 1 and union.name == f"_{union.fields[0].name}"


def _says_nothing(value: EnumValueDescriptor) -> bool:
    """Whether a value is the 0 that stands for none, as the style guide of protobuf names it."""
    return value.number == 0 and value.name.split("_")[-1].upper() == "UNSPECIFIED"


def _can_be_absent(default: Any, type_: Type, member: FieldDescriptor) -> bool:
    """Whether an absent field can stand for this default and for nothing else."""
    if member.has_presence or is_repeated(member):
        return True
    if isinstance(type_, Enumeration):
        assert member.enum_type is not None
        zero = member.enum_type.values_by_number[0].name
        values = {bound.name: bound.python for bound in type_.members}
        return type_.zero_is_absent or values[zero] == default
    return isinstance(default, str | bytes | int | float) and not default


def _names(member: FieldDescriptor) -> set[str]:
    """The names that an arm for this field may have."""
    message = member.message_type
    return {names.snake(member.name)} | ({names.snake(message.name)} if message else set())


def _item(member: FieldDescriptor) -> str:
    return hint(member).removesuffix(" | None")


def _one_by_one(union: OneofDescriptor) -> str:
    listed = ", ".join(f"`{python_name(m.name)}: {hint(m)}`" for m in union.fields)
    return f"write {listed} in its place"


def _narrowed(kind: Kind, member: FieldDescriptor) -> Kind:
    """`int` for an `int32` field has its range, and `float` for a `float` field."""
    if kind is Kind.INT64:
        return INTEGERS[member.type]
    return Kind.FLOAT if member.type == FieldDescriptor.TYPE_FLOAT else kind


def _refusal(member: FieldDescriptor, place: str) -> StartError:
    return StartError(f"{place}: the file has `{spelled(member)}` here: write {hint(member)}")
