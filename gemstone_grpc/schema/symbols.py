"""Names on the wire, each for one thing: in a package, and among the fields of a message."""

import re
import typing
from collections.abc import Iterable
from typing import Any

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema import classes, names
from gemstone_grpc.schema.advice import spell
from gemstone_grpc.schema.place import Place
from gemstone_grpc.schema.types import Enumeration, Field, Nullable, OneOf

_FIELD = re.compile(r"[a-z][a-z0-9_]*")
_CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")


class Symbols:
    """Who has which name in a package: messages, enumerations, their values and the service.

    An owner is a hint, or words for what has none.
    """

    def __init__(self) -> None:
        self._owners: dict[str, Any] = {}

    def reserve(self, name: str, owner: Any, words: str) -> None:
        """Give a name to its owner. Raises `StartError` when it has another."""
        if name in self._owners:
            other = self._owners[name]
            one, two = _spelled_apart(owner, other)
            raise StartError(
                f"{words}: {one} and {two} would both have the name {name} on the wire: "
                + _way_out(owner, other)
            )
        self._owners[name] = owner

    def reserve_values(self, enumeration: Enumeration, hint: Any, words: str) -> None:
        """Values live beside their enumeration, not in it."""
        for name in (enumeration.zero, *(member.name for member in enumeration.members)):
            self.reserve(name, hint, words)


def class_name(cls: type, place: Place) -> str:
    """The name of a class on the wire. Raises `StartError` for one that protobuf cannot have."""
    name = names.pascal(cls.__name__)
    if not _CLASS.fullmatch(name):
        raise place.refuse(
            cls,
            "has a name that protobuf cannot have: use ASCII letters and digits, a letter first",
        )
    return name


def wire_names(words: str, fields: Iterable[Field]) -> tuple[Field, ...]:
    """The fields. Raises `StartError` when one has no name on the wire, or two share one."""
    taken: dict[str, tuple[str, str]] = {}
    fields = tuple(fields)
    for field in fields:
        if not _FIELD.fullmatch(field.wire):
            raise StartError(
                f"{words}: `{field.name}` cannot be a name in protobuf: use ASCII letters, digits "
                "and underscores, a letter first"
            )
        for wire in (field.wire, *_arms(field)):
            camel = names.camel(wire)
            other, other_wire = taken.setdefault(camel, (field.name, wire))
            if other != field.name:
                name = (
                    f"{wire} on the wire" if wire == other_wire else f"{camel} in protobuf's JSON"
                )
                raise StartError(
                    f"{words}: `{other}` and `{field.name}` would both have the name {name}: "
                    "rename one"
                )
    return fields


def _arms(field: Field) -> list[str]:
    inner = field.type.inner if isinstance(field.type, Nullable) else field.type
    return [f"{field.wire}_{arm}" for arm, _ in inner.arms] if isinstance(inner, OneOf) else []


def _spelled_apart(one: Any, other: Any) -> tuple[str, str]:
    """Both owners; two of one spelling come with their modules."""
    spelled = spell(one), spell(other)
    if spelled[0] == spelled[1]:
        spelled = _with_module(one), _with_module(other)
    quoted = [
        text if isinstance(owner, str) else f"`{text}`"
        for owner, text in zip((one, other), spelled, strict=True)
    ]
    return quoted[0], quoted[1]


def _with_module(owner: Any) -> str:
    module = getattr(owner, "__module__", None)
    return f"{module}.{spell(owner)}" if module else spell(owner)


def _way_out(one: Any, other: Any) -> str:
    if typing.Literal in (typing.get_origin(one), typing.get_origin(other)):
        return "make the Literal an Enum, which has a name of its own"
    if isinstance(one, str) or isinstance(other, str):
        return "rename the class"
    origin = typing.get_origin(one)
    if origin is typing.get_origin(other) and classes.shape(origin) is not None:
        return "use one of them alone, or give one a class of its own"
    return "rename one of the classes"
