"""Hints that are no types of a contract, each as the hint of a method of its own."""

import collections
import collections.abc as abc
import datetime
import decimal
import fractions
import ipaddress
import pathlib
import typing
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Annotated, Any, Literal, TypeVar, Union
from uuid import UUID

import msgspec
from msgspec import Meta

import gemstone_grpc as gemstone
from tests.schema.build import exposing

T = TypeVar("T")


@dataclass
class Point:
    x: int


@dataclass
class Circle:
    radius: float


@dataclass
class Cat:
    kind: Literal["cat"]


@dataclass
class Tiger:
    kind: Literal["cat"]


@dataclass
class Dog:
    type: Literal["dog"]


@dataclass
class Puppy:
    kind: Literal["dog"]


@dataclass
class Whelp:
    kind: Literal["dog"]


class Level(IntEnum):
    LOW = 1


class Mixed(Enum):
    ONE = 1
    TWO = "two"


class HTTPServer(msgspec.Struct, tag="a"):
    pass


class HttpServer(msgspec.Struct, tag="b"):
    pass


Number = typing.NewType("Number", int)
Json = Union[dict[str, "Json"], list["Json"], str]  # noqa: UP007


def _json() -> object:
    class Users:
        @gemstone.exposed_method()
        def find(self, value: Json) -> None: ...

    return Users()


def _taking(*hints: Any) -> dict[str, object]:
    return {_title(hint): exposing({"value": hint}) for hint in hints}


def _title(hint: Any) -> str:
    is_class = isinstance(hint, type) and not typing.get_args(hint)
    text = hint.__qualname__ if is_class else repr(hint)
    return text.replace("tests.schema.refused_hints.", "")


PARAMETERS = _taking(
    complex,
    object,
    frozenset,
    frozenset[int],
    bytearray,
    memoryview,
    range,
    collections.deque[int],
    collections.OrderedDict[str, int],
    collections.defaultdict[str, int],
    collections.ChainMap[str, int],
    collections.Counter[str],
    abc.Sequence,
    abc.Sequence[int],
    abc.MutableSequence[int],
    abc.Collection[int],
    abc.Set[int],
    abc.MutableSet[int],
    abc.Mapping[str, int],
    abc.MutableMapping[str, int],
    abc.Iterator[int],
    abc.Iterable[int],
    abc.Generator[int, None, None],
    abc.AsyncIterator[int],
    abc.AsyncIterable[int],
    abc.AsyncGenerator[int, None],
    list[abc.AsyncIterator[int]],
    abc.Awaitable[int],
    abc.Coroutine[Any, Any, int],
    abc.Callable,
    abc.Callable[[int], str],
    abc.Hashable,
    type,
    type[int],
    None,
    tuple[int, str],
    tuple[int],
    tuple[()],
    set[Point],
    set[list[int]],
    set[dict[str, int]],
    dict[float, int],
    dict[bytes, int],
    dict[Point, int],
    dict[Level, int],
    dict[str | None, int],
    dict[Any, int],
    dict[str, complex],
    T,
    list[T],
    typing.AnyStr,
    typing.ParamSpec("P"),
    typing.Never,
    typing.NoReturn,
    typing.Self,
    typing.ClassVar[int],
    typing.LiteralString,
    datetime.time,
    datetime.tzinfo,
    fractions.Fraction,
    pathlib.Path,
    ipaddress.IPv4Address,
    decimal.Context,
    Exception,
    typing.IO[str],
    gemstone.Context | None,
    list[gemstone.Context],
    int | msgspec.UnsetType,
    msgspec.Raw,
    [int],
    ...,
    5,
) | {
    '"Missing"': exposing({"value": "Missing"}),
    '"list[Missing]"': exposing({"first": int, "value": "list[Missing]"}),
    '"inspect.Missing"': exposing({"value": "inspect.Missing"}),
    '"list[int"': exposing({"value": "list[int"}),
    "Json = Union[dict[str, 'Json'], list['Json'], str]": _json(),
}

RESULTS = {
    f"-> {_title(hint)}": exposing({}, hint)
    for hint in (
        complex,
        abc.Iterator[int],
        abc.Generator[int, None, None],
        abc.Awaitable[int],
        abc.AsyncIterator[complex],
        abc.AsyncIterator[int] | None,
        typing.NoReturn,
        tuple[int, str],
        gemstone.Context,
    )
} | {'-> "Missing"': exposing({}, "Missing")}

UNIONS = _taking(
    str | bytes,
    str | datetime.datetime,
    str | UUID | None,
    str | Literal["a"],
    Literal["a"] | Literal["b"],
    int | gemstone.UInt64,
    int | Level,
    int | str | Mixed,
    int | Number,
    float | gemstone.Float32,
    list[int] | list[str],
    list[int] | set[int] | None,
    dict[str, int] | Point,
    Point | Circle,
    Point | Cat,
    Cat | Tiger,
    Cat | Dog,
    Cat | Puppy | Whelp,
    HTTPServer | HttpServer,
    Any | int,
    str | complex,
    list[str | bytes],
)

LIMITS = _taking(
    Annotated[list[int], Meta(max_length=3)],
    Annotated[dict[str, int], Meta(max_length=3)],
    Annotated[Point, Meta(min_length=3)],
    Annotated[Level, Meta(ge=3)],
    Annotated[int | None, Meta(ge=3)],
    Annotated[Annotated[int, Meta(ge=3)], Meta(le=4)],
    Annotated[int, Meta(pattern="x")],
    Annotated[int, Meta(ge=0.5)],
    Annotated[str, Meta(ge=3)],
    Annotated[bool, Meta(ge=0)],
    Annotated[decimal.Decimal, Meta(ge=0)],
    Annotated[Any, Meta(ge=3)],
    Annotated[datetime.datetime, Meta(tz=False)],
)
