"""What two forms of one field break, as `buf breaking` has it.

https://protobuf.dev/programming-guides/proto3/#updating says which types read each other's bytes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

Breaks = frozenset[Literal["wire", "json", "source"]]

# Each takes in the one before it: who cannot read the bytes cannot read the JSON either.
NOTHING: Breaks = frozenset()
SOURCE: Breaks = frozenset({"source"})
JSON: Breaks = frozenset({"json", "source"})
WIRE: Breaks = frozenset({"wire", "json", "source"})

_Proto = FieldDescriptorProto
_NAMED = (_Proto.TYPE_MESSAGE, _Proto.TYPE_ENUM, _Proto.TYPE_GROUP)
# buf lets signs be mixed: a negative number is then read as a huge one.
_SAME_JSON = (
    {_Proto.TYPE_INT32, _Proto.TYPE_UINT32},
    {_Proto.TYPE_INT64, _Proto.TYPE_UINT64},
    {_Proto.TYPE_FIXED32, _Proto.TYPE_SFIXED32},
    {_Proto.TYPE_FIXED64, _Proto.TYPE_SFIXED64},
)
_SAME_WIRE = (
    {
        _Proto.TYPE_INT32,
        _Proto.TYPE_INT64,
        _Proto.TYPE_UINT32,
        _Proto.TYPE_UINT64,
        _Proto.TYPE_BOOL,
    },
    {_Proto.TYPE_SINT32, _Proto.TYPE_SINT64},
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the fields of a file are understood by: its package, its syntax and its enums.

    `enums` holds names and numbers of the values, by the enum's full name with a leading dot.
    """

    package: str
    syntax: str
    enums: Mapping[str, frozenset[tuple[str, int]]]

    @classmethod
    def of(cls, file: FileDescriptorProto) -> "Scope":
        """The scope of a file."""
        root = f".{file.package}" if file.package else ""
        found = _enums(root, file.enum_type, file.message_type)
        enums = {name: frozenset((v.name, v.number) for v in enum.value) for name, enum in found}
        return cls(file.package, file.syntax or "proto2", enums)

    def name(self, full_name: str) -> str:
        """`.users.v1.User` → `User` in the package `users.v1`."""
        return full_name.removeprefix(f".{self.package}.").removeprefix(".")


def _enums(
    root: str, enums: Iterable[EnumDescriptorProto], messages: Iterable[DescriptorProto]
) -> Iterator[tuple[str, EnumDescriptorProto]]:
    for enum in enums:
        yield f"{root}.{enum.name}", enum
    for message in messages:
        yield from _enums(f"{root}.{message.name}", message.enum_type, message.nested_type)


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value; `values` are those of an enum, empty for one that is imported."""

    kind: "_Proto.Type.ValueType"
    name: str
    values: frozenset[tuple[str, int]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Form:
    """How a field holds values: of one type, or of a map's key and value.

    `entry` is the name of the message that stands for the entries of a map.
    """

    label: Literal["", "optional", "required", "repeated", "map"]
    types: tuple[Type, ...]
    oneof: str = ""
    entry: str = ""

    def __str__(self) -> str:
        names = ", ".join(type_.name for type_ in self.types)
        text = f"map<{names}>" if self.label == "map" else f"{self.label} {names}".lstrip()
        return f"{text} in oneof `{self.oneof}`" if self.oneof else text


def form(proto: FieldDescriptorProto, message: DescriptorProto, scope: Scope) -> Form:
    """The form of a field of a message."""
    for entry in message.nested_type:
        if entry.options.map_entry and proto.type_name.endswith(f".{message.name}.{entry.name}"):
            return Form("map", tuple(_type(part, scope) for part in entry.field), entry=entry.name)
    types = (_type(proto, scope),)
    if proto.label == _Proto.LABEL_REPEATED:
        return Form("repeated", types)
    if proto.label == _Proto.LABEL_REQUIRED:
        return Form("required", types)
    if proto.HasField("oneof_index") and not proto.proto3_optional:
        return Form("", types, message.oneof_decl[proto.oneof_index].name)
    # A message is present or absent with `optional` and without.
    explicit = proto.proto3_optional or scope.syntax != "proto3"
    return Form("optional" if explicit and proto.type != _Proto.TYPE_MESSAGE else "", types)


def _type(proto: FieldDescriptorProto, scope: Scope) -> Type:
    if proto.type in _NAMED:
        values = scope.enums.get(proto.type_name, frozenset())
        return Type(proto.type, scope.name(proto.type_name), values)
    return Type(proto.type, _kind(proto.type), frozenset())


def _kind(number: "_Proto.Type.ValueType") -> str:
    return _Proto.Type.Name(number).removeprefix("TYPE_").lower()


def form_change(old: Form, new: Form) -> tuple[str, Breaks]:
    """In words what became of a field's form, and what that breaks."""
    before, after = str(old), str(new)
    if before == after and old.entry != new.entry:
        before, after = f"entries {old.entry}", new.entry
    elif before == after:  # the name was an enum's and is a message's, or the other way round
        before, after = (f"{side} ({_kind(side.types[-1].kind)})" for side in (old, new))
    return f"{before} → {after}", _breaks(old, new)


def _breaks(old: Form, new: Form) -> Breaks:
    # buf wants oneofs and the messages of entries to keep their names, though no peer sees those
    if old.oneof != new.oneof or old.entry != new.entry:
        return WIRE
    presence = {old.label, new.label} <= {"", "optional"}
    if old.label != new.label and not presence:
        return WIRE
    of_label = NOTHING if old.label == new.label else SOURCE
    of_types = (_type_breaks(*pair) for pair in zip(old.types, new.types, strict=True))
    return of_label.union(*of_types)


def _type_breaks(old: Type, new: Type) -> Breaks:
    if old == new:
        return NOTHING
    if old.kind == new.kind:
        return SOURCE if _moved(old, new) else WIRE
    pair = {old.kind, new.kind}
    if any(pair <= group for group in _SAME_JSON):
        return SOURCE
    to_bytes = (old.kind, new.kind) == (_Proto.TYPE_STRING, _Proto.TYPE_BYTES)
    return JSON if to_bytes or any(pair <= group for group in _SAME_WIRE) else WIRE


def _moved(old: Type, new: Type) -> bool:
    """Whether it is the same enum in another place; for messages buf has no such leniency."""
    same_name = old.name.rpartition(".")[2] == new.name.rpartition(".")[2]
    return same_name and bool(old.values) and old.values <= new.values
