"""A service that uses every row of the table of types."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, Literal, NamedTuple, TypedDict, TypeVar
from uuid import UUID

import msgspec

import gemstone_grpc as gemstone

T = TypeVar("T")


class Color(Enum):
    RED = "red"
    DARK_BLUE = "dark-blue"


@dataclass
class Scalars:
    """Values without parts."""

    text: str
    truth: bool
    data: bytes
    whole: int
    small: gemstone.Int32
    count: gemstone.UInt32
    large: gemstone.UInt64
    real: float
    single: gemstone.Float32
    price: Decimal
    key: UUID
    when: datetime
    span: timedelta
    day: date
    anything: Any
    color: Color
    mood: Literal["good", "not so good"]


@dataclass
class Absence:
    nullable: int | None
    defaulted: int = 3
    nullable_defaulted: int | None = None
    nullable_with_another_default: int | None = 3
    nullable_enum: Color | None = None
    nullable_list: list[int] | None = None
    full_list: list[int] = field(default_factory=lambda: [1])
    empty_list: list[int] = field(default_factory=list)
    any: Any = None


@dataclass
class Containers:
    names: list[str]
    spans: tuple[timedelta, ...]
    keys: set[UUID]
    by_name: dict[str, Scalars]
    by_number: dict[int, bool]
    by_truth: dict[bool, bytes]
    untyped_list: list  # type: ignore[type-arg]
    untyped_dict: dict  # type: ignore[type-arg]
    matrix: list[list[float]]
    lists_by_name: dict[str, list[int]]
    maps: list[dict[str, int]]
    holes: list[int | None]


class Circle(msgspec.Struct, tag="circle"):
    radius: float


class Square(msgspec.Struct, tag="square"):
    side: float


@dataclass
class Unions:
    scalar: int | str
    shape: Circle | Square
    nullable: int | list[str] | None
    many: list[Circle | Square]


@dataclass
class Tree:
    value: int
    children: "list[Tree]"
    parent: "Tree | None" = None


@dataclass
class Page(Generic[T]):
    items: list[T]
    next: str | None


class Address(TypedDict, total=False):
    street: str


class Point(NamedTuple):
    x: float
    y: float = 0


class Everything(gemstone.MicroService):
    name = "shop.everything"
    version = "v2"

    @gemstone.exposed_method()
    async def echo(
        self, scalars: Scalars, absence: Absence, containers: Containers, unions: Unions
    ) -> None:
        """Takes everything."""

    @gemstone.exposed_method("tree.grow", deprecated=True)
    async def grow(self, tree: Tree, context: gemstone.Context) -> Tree:
        return tree

    @gemstone.exposed_method()
    async def pages(self, address: Address, pages: Page[Page[Point]]) -> list[Page[Point]] | None:
        return pages.items

    @gemstone.exposed_method()
    def untyped(self, value, *rest, **named):  # type: ignore[no-untyped-def]
        return value

    @gemstone.exposed_method()
    async def rest(self, userId: int, *rest: Color, **named: float) -> int | str:
        return userId

    @gemstone.exposed_method()
    async def watch(self, color: Color | None = None) -> AsyncIterator[Color]:
        yield color or Color.RED

    @gemstone.exposed_method()
    async def tick(self) -> AsyncIterator[None]:
        yield None
