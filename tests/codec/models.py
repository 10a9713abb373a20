"""Classes of every shape that a contract takes."""

import enum
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    NamedTuple,
    NewType,
    NotRequired,
    TypedDict,
    TypeVar,
)
from uuid import UUID

import msgspec

T = TypeVar("T")

UserId = NewType("UserId", int)
Natural = Annotated[int, msgspec.Meta(ge=0)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=8)]
Photo = Annotated[bytes, msgspec.Meta(min_length=1)]


class Color(enum.Enum):
    RED = "red"
    GREEN = "green"
    DEEP_BLUE = "deep-blue"
    CRIMSON = "red"  # noqa: PIE796  an alias of RED


class Level(enum.IntEnum):
    NONE = 0
    LOW = -3
    HIGH = 2**40
    TOP = 2**40  # an alias of HIGH


class Mood(enum.StrEnum):
    GLAD = "glad"
    EMPTY = ""


class Mixed(enum.Enum):
    ONE = 1
    TEXT = "1"


@dataclass
class User:
    id: int
    email: str
    created: datetime
    nickname: str | None = None
    tags: list[str] = field(default_factory=list)


@dataclass
class Admin(User):
    scopes: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: float = 0.5
    y: float
    label: Color = Color.GREEN


@dataclass
class Even:
    """Refuses odd numbers."""

    number: int

    def __post_init__(self) -> None:
        if self.number % 2:
            raise ValueError(f"{self.number} is odd")


@dataclass
class Options:
    """Defaults that are not what protobuf takes an absent field for."""

    retries: int | None = 5
    hosts: list[str] = field(default_factory=lambda: ["localhost"])
    ports: tuple[int, ...] = (80, 443)
    flags: set[int] | None = field(default_factory=lambda: {1})
    limits: dict[str, float] = field(default_factory=lambda: {"cpu": 0.5})
    color: Color = Color.DEEP_BLUE
    level: Level | None = Level.LOW
    price: Decimal = Decimal("1.10")
    either: int | str | None = "either"
    origin: Point = Point(y=-0.0)
    note: Any = "note"


class Account(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    account_id: UserId
    owner_name: str = ""
    sub_accounts: list["Account"] = []


class Folder(msgspec.Struct):
    name: str
    folders: dict[str, "Folder"] = {}


@dataclass
class Node:
    value: int
    children: list["Node"] = field(default_factory=list)
    parent: "Node | None" = None


@dataclass
class Page(Generic[T]):
    items: list[T]
    first: T | None = None
    total: int = 0


@dataclass
class UserPage(Page[User]):
    next: str = ""


@dataclass
class Tree(Generic[T]):
    value: T
    children: "list[Tree[T]]" = field(default_factory=list)


class Pair(msgspec.Struct, Generic[T]):
    left: T
    right: T


class Key(msgspec.Struct, frozen=True, tag_field="kind", tag="key", rename="pascal"):
    parts: tuple[str, ...]


class Movie(TypedDict):
    title: str
    year: NotRequired[int]
    rating: NotRequired[float | None]
    cast: list[str] | None


class Sequel(Movie):
    part: int


class Draft(TypedDict, total=False):
    title: str
    tags: list[str]


class Spot(NamedTuple):
    row: int
    column: int = 1
    marks: list[str] = ["x"]


class Cat(msgspec.Struct, tag=True):
    lives: int = 9


class Dog(msgspec.Struct, tag=True):
    name: str


class Circle(msgspec.Struct, tag_field="shape", tag="circle"):
    radius: float


@dataclass
class Card:
    number: str
    type: Literal["card"] = "card"


@dataclass
class Transfer:
    iban: str
    amount: int
    type: Literal["transfer"] = "transfer"


class Created(TypedDict):
    kind: Literal["created"]
    name: str


class Deleted(TypedDict):
    kind: Literal["deleted"]
    id: int


class Line(TypedDict):
    price: Decimal
    codes: NotRequired[list[UUID]]


class Order(msgspec.Struct, rename="camel"):
    order_lines: list[Line]
    shipped_at: datetime | None = None
    prices: dict[str, Natural] = {}
    next_order: "Order | None" = None
