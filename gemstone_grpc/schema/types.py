"""The types of a contract, between Python's hints and protobuf's descriptor.

A field holds a *singular* type (`Leaf`, `Enumeration`, `Message`, `Wrapped`), a `Repeated` or `Map`
of one, a `OneOf` of several, or a `Nullable` of a singular or of a `OneOf`. What protobuf cannot
hold directly, such as a list of lists, is `Wrapped`: a message with the one field `value`, which
JSON does not see.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from gemstone_grpc.schema import names, pinned


class Kind(StrEnum):
    """The leaves of every value."""

    STRING = "string"
    BOOL = "bool"
    BYTES = "bytes"
    INT32 = "int32"
    INT64 = "int64"
    UINT32 = "uint32"
    UINT64 = "uint64"
    FLOAT = "float"
    DOUBLE = "double"
    DECIMAL = "decimal"
    UUID = "uuid"
    TIMESTAMP = "timestamp"
    DURATION = "duration"
    DATE = "date"
    ANY = "any"


Int32 = Annotated[int, Kind.INT32]
UInt32 = Annotated[int, Kind.UINT32]
UInt64 = Annotated[int, Kind.UINT64]
Float32 = Annotated[float, Kind.FLOAT]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value without parts; `constraint` is checked on top of its kind, and not on the wire."""

    kind: Kind
    constraint: msgspec.Meta | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Member:
    """A value of an enumeration: its name on the wire, in JSON and in Python."""

    name: str
    json: str | int
    python: Any


@dataclass(frozen=True, slots=True, eq=False)
class Enumeration:
    """An `Enum` class or a `Literal` of strings.

    `zero_is_absent` says that the number 0 is no member, and stands for none.
    """

    name: str
    members: tuple[Member, ...]
    python: type
    zero_is_absent: bool = True

    @property
    def zero(self) -> str:
        """The name of the value 0, which says that there is none."""
        return f"{names.constant(self.name)}_UNSPECIFIED"


Absent = Literal["error", "none", "omit"]
_UNPINNED = pinned.Field()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a message, or a parameter of a method.

    `name` is Python's, `json` the JSON member's, `wire` protobuf's. `presence` asks protobuf to
    tell absent from zero. An absent field is an `error`, is `none`, or is one to `omit`: Python's
    own default takes its place, or the key stays away. `pin` is what the code says of its number,
    `doc` what its hint says in words, `default` its own default, if that is not None. It is an arm
    of `one_of`, if a class has the arms of a oneof one by one.
    """

    name: str
    json: str
    wire: str
    type: "Type"
    presence: bool
    absent: Absent
    pin: pinned.Field = _UNPINNED
    doc: str = ""
    default: Any = None
    one_of: str = ""


Shape = Literal["dataclass", "struct", "typeddict", "namedtuple", "call", "generated"]


@dataclass(slots=True, eq=False)
class Message:
    """A class with fields, the request or response of a method (`call`), or a class of protoc's
    (`generated`), whose fields are its own affair.

    `python` makes its values, and `declared` is the class that a user wrote. `fields` is filled
    after the message is made, so that it may hold itself. `tag` is the JSON member and value that
    tell this message from others in a union.
    """

    name: str
    shape: Shape
    python: type
    declared: type | None = None
    fields: tuple[Field, ...] = ()
    tag: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Repeated:
    """A list, tuple or set, by its Python class."""

    item: "Singular"
    python: type


@dataclass(frozen=True, slots=True)
class Map:
    """A dict; its keys are strings, whole numbers or booleans."""

    key: Leaf
    value: "Singular"


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union; each arm's field has the name of the union before its own if they are `prefixed`."""

    arms: tuple[tuple[str, "Singular"], ...]
    prefixed: bool = True


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or None."""

    inner: "Singular | OneOf"


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A message with the one field `value`; JSON shows the value alone."""

    name: str
    inner: "Type"


Singular = Leaf | Enumeration | Message | Wrapped
Type = Singular | Repeated | Map | OneOf | Nullable


def type_name(type_: Type) -> str:
    """A type's name as part of another: `list[int]` → `ListInt64`."""
    match type_:
        case Leaf(kind=kind):
            return "Value" if kind is Kind.ANY else names.pascal(kind.value)
        case Repeated(item=item, python=python):
            return names.pascal(python.__name__) + type_name(item)
        case Map(key=key, value=value):
            return f"Map{type_name(key)}{type_name(value)}"
        case Nullable(inner=inner):
            return f"Nullable{type_name(inner)}"
        case OneOf(arms=arms):
            return "Or".join(type_name(arm) for _, arm in arms)
        case _:
            return type_.name


@dataclass(frozen=True, slots=True)
class Rpc:
    """A method of the contract; `method` is its public name."""

    name: str
    method: str
    request: Message
    response: Message
    client_streaming: bool
    server_streaming: bool
    deprecated: bool
    doc: str


@dataclass(frozen=True, slots=True)
class Contract:
    """A service on the wire: `package` is `users.v1`, `service` is `UsersService`."""

    package: str
    service: str
    rpcs: tuple[Rpc, ...]
    messages: tuple[Message | Wrapped, ...]
    enumerations: tuple[Enumeration, ...]

    @property
    def full_name(self) -> str:
        """The service's full name, `users.v1.UsersService`."""
        return f"{self.package}.{self.service}" if self.package else self.service

    @property
    def file(self) -> str:
        """The contract's file, `users/v1/users.proto`."""
        *folders, version = self.package.split(".")
        return "/".join([*folders, version, folders[-1]]) + ".proto"
