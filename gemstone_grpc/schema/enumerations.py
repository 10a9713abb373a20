"""`Enum` classes and `Literal`s of strings → enumerations."""

import enum
from collections.abc import Iterable
from typing import Any

from gemstone_grpc.schema import names
from gemstone_grpc.schema.place import Place
from gemstone_grpc.schema.types import Enumeration, Member

_Entry = tuple[str, Any, Any]  # what it is named after, its JSON and its Python value


def from_enum(name: str, cls: type[enum.Enum], place: Place) -> Enumeration:
    """A class, by its members' names and values. Raises `StartError`."""
    if issubclass(cls, enum.Flag):
        raise place.refuse(cls, "is a Flag, whose values combine: use set[T] of an Enum")
    for member in cls:
        if not _is_json(member.value):
            raise place.refuse(
                cls,
                f"has the value {member.value!r}: use strings, or whole numbers that fit int64",
            )
    entries = ((member.name, member.value, member) for member in cls)
    members = _members(name, entries, cls, place, "rename the member")
    return Enumeration(name, members, cls)


def from_literal(hint: Any, values: Iterable[str], place: Place) -> Enumeration:
    """A `Literal`, named after its place. Raises `StartError`."""
    entries = ((value, value, value) for value in values)
    way_out = "use an Enum, whose members have names"
    return Enumeration(place.name, _members(place.name, entries, hint, place, way_out), str)


def _is_json(value: Any) -> bool:
    if isinstance(value, int) and not isinstance(value, bool):
        return -(2**63) <= value < 2**63
    return isinstance(value, str)


def _members(
    name: str, entries: Iterable[_Entry], hint: Any, place: Place, way_out: str
) -> tuple[Member, ...]:
    members: list[Member] = []
    labels: dict[str, str] = {}
    for label, json, python in entries:
        word = names.constant(label)
        other = labels.setdefault(word, label)
        problem = ""
        if not word:
            problem = f"{label!r}, which is no name in ASCII letters and digits"
        elif word == "UNSPECIFIED":
            problem = f"{label!r}, which is protobuf's name for no value"
        elif other != label:
            problem = f"{other!r} and {label!r}, which are both {word} on the wire"
        if problem:
            raise place.refuse(hint, f"holds {problem}: {way_out}")
        members.append(Member(f"{names.constant(name)}_{word}", json, python))
    if not members:
        raise place.refuse(hint, "has no members: give it some")
    return tuple(members)
