"""Classes that cannot be messages or enumerations."""

import dataclasses
import enum
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    TypedDict,
    TypeVar,
)

import msgspec

from tests.schema.build import exposing

if TYPE_CHECKING:
    from decimal import Decimal as OnlyForTypeCheckers

T = TypeVar("T")


class Flagged(enum.Flag):
    A = 1


class Empty(enum.Enum):
    pass


class Fraction(enum.Enum):
    HALF = 0.5


class Tuples(enum.Enum):
    PAIR = (1, 2)


class Truths(enum.Enum):
    YES = True


class Huge(enum.Enum):
    MANY = 2**63


class Farbe(enum.Enum):
    GRÜN = "green"


class Cases(enum.Enum):
    a = 1
    A = 2


class Unknown(enum.Enum):
    UNSPECIFIED = "unspecified"


ENUMERATIONS = {
    cls.__name__: exposing({"value": cls})
    for cls in (Flagged, Empty, Fraction, Tuples, Truths, Huge, Farbe, Cases, Unknown, enum.Enum)
} | {
    str(hint).removeprefix("typing."): exposing({"value": hint})
    for hint in (
        Literal[1, 2],
        Literal["a", 1],
        Literal[True],
        Literal[b"a"],
        Literal[Truths.YES],
        Literal[None],
        Literal["a-b", "a_b"],
        Literal["a", "A"],
        Literal["+", "-"],
        Literal[""],
        Literal["grün"],
        Literal["unspecified"],
    )
}


class Plain:
    def __init__(self, x: int) -> None:
        self.x = x


class Hinted:
    x: int


class Duck(Protocol):
    x: int


class Model:
    """As pydantic makes them."""

    model_fields: Any = {}


@dataclass
class Box(Generic[T]):
    item: T


class Crate(msgspec.Struct, Generic[T]):
    item: T


@dataclass
class Init:
    seed: dataclasses.InitVar[int]
    x: int = 0


@dataclass
class InheritedInit(Init):
    y: int = 0


@dataclass
class NotInInit:
    x: int = dataclasses.field(init=False)


@dataclass(init=False)
class OwnInit:
    x: int

    def __init__(self, text: str) -> None:
        self.x = int(text)


@dataclass
class Base:
    x: int


class Undecorated(Base):
    y: int


class Pair(NamedTuple):
    x: int


class Wider(Pair):
    y: int


class Array(msgspec.Struct, array_like=True):
    x: int


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    x: int


class Numbered(msgspec.Struct, tag=1):
    x: int


@dataclass
class Forward:
    x: "OnlyForTypeCheckers"


class ForwardDict(TypedDict):
    x: "list[OnlyForTypeCheckers]"


@dataclass
class Misspelled:
    x: "dataclasses.Missing"  # type: ignore[name-defined]


@dataclass
class Inner:
    z: complex


@dataclass
class Outer:
    inner: list[Inner] | None


@dataclass
class Endless(Generic[T]):
    inner: "Endless[list[T]] | None"


CLASSES = {
    cls.__name__: exposing({"value": cls})
    for cls in (
        Plain, Hinted, Duck, Model, Box, Crate, Init, InheritedInit, NotInInit, OwnInit,
        Undecorated, Wider, Array, Strict, Numbered, Forward, ForwardDict, Misspelled, Outer,
    )
} | {
    "Box[T]": exposing({"value": Box[T]}),
    "Endless[int]": exposing({"value": Endless[int]}),
}  # fmt: skip
