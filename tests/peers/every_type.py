"""A service with a method for each type a hint may be, and what each looks like on the wire."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, Literal, NamedTuple, TypedDict, TypeVar
from uuid import UUID

import msgspec

import gemstone_grpc as gemstone

T = TypeVar("T")


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Tree:
    name: str
    children: list["Tree"]


@dataclass
class Page(Generic[T]):
    items: list[T]
    total: int


class Circle(msgspec.Struct, tag=True):
    radius: float


class Square(msgspec.Struct, tag=True):
    side: float


class Point(TypedDict):
    x: float
    y: float


class Pair(NamedTuple):
    left: int
    right: int


@dataclass(frozen=True)
class Row:
    """A hint, the fields of a request that carries it, and a request and response in JSON.

    The JSON is protobuf's own.
    """

    hint: Any
    fields: dict[str, str]
    request: dict[str, Any]
    response: dict[str, Any]


def _row(hint: Any, field: str, value: Any) -> Row:
    return Row(hint, {"value": field}, {"value": value}, {"result": value})


ROWS = {
    "text": _row(str, "string", "tea"),
    "boolean": _row(bool, "bool", True),
    "binary": _row(bytes, "bytes", "AAH/"),
    "integer": _row(int, "int64", "-9007199254740993"),
    "number": _row(float, "double", 0.1),
    "int32": _row(gemstone.Int32, "int32", -5),
    "uint32": _row(gemstone.UInt32, "uint32", 5),
    "uint64": _row(gemstone.UInt64, "uint64", "18446744073709551615"),
    "float32": _row(gemstone.Float32, "float", 0.5),
    "nullable": _row(int | None, "optional int64", "7"),
    "list": _row(list[str], "repeated string", ["a", "b"]),
    "tuple": _row(tuple[float, ...], "repeated double", [1.5, 2.5]),
    "set": _row(set[str], "repeated string", ["a"]),
    "dict": _row(dict[str, int], "map<string, int64>", {"a": "1"}),
    "dict_of_ints": _row(dict[int, bool], "map<int64, bool>", {"7": True}),
    "dict_of_bools": _row(dict[bool, Pair], "map<bool, Pair>", {"true": {"left": "1"}}),
    "dataclass": _row(Tree, "Tree", {"name": "a", "children": [{"name": "b"}]}),
    "struct": _row(Circle, "Circle", {"radius": 1.5}),
    "typed_dict": _row(Point, "Point", {"x": 1.5, "y": 2.5}),
    "named_tuple": _row(Pair, "Pair", {"left": "1", "right": "2"}),
    "generic": _row(Page[Point], "PagePoint", {"items": [{"x": 1.5}], "total": "9"}),
    "enum": _row(Colour, "Colour", "COLOUR_GREEN"),
    "literal": Row(
        Literal["on", "off"],
        {"value": "LiteralRequestValue"},
        {"value": "LITERAL_REQUEST_VALUE_OFF"},
        {"result": "LITERAL_RESPONSE_RESULT_OFF"},
    ),
    "union_of_scalars": Row(
        int | str,
        {"value_int64": "int64 of value", "value_string": "string of value"},
        {"value_string": "tea"},
        {"result_string": "tea"},
    ),
    "union_of_messages": Row(
        Circle | Square,
        {"value_circle": "Circle of value", "value_square": "Square of value"},
        {"value_square": {"side": 2.5}},
        {"result_square": {"side": 2.5}},
    ),
    "datetime": _row(datetime, "google.protobuf.Timestamp", "2026-11-22T10:00:00.500Z"),
    "timedelta": _row(timedelta, "google.protobuf.Duration", "1.500s"),
    "date": _row(date, "google.type.Date", {"year": 2026, "month": 11, "day": 22}),
    "decimal": _row(Decimal, "string", "1.10"),
    "uuid": _row(UUID, "string", "6f2c1c1e-8f0b-4a53-9d5e-0d8f3a1b2c3d"),
    "any": _row(Any, "google.protobuf.Value", {"a": [1.0, None, "tea"]}),
    "list_of_lists": _row(list[list[int]], "repeated ListInt64", [{"value": ["1", "2"]}]),
    "list_of_nulls": _row(list[int | None], "repeated NullableInt64", [{"value": "1"}, {}]),
    "dict_of_lists": _row(dict[str, list[str]], "map<string, ListString>", {"a": {"value": ["b"]}}),
    "nullable_list": _row(list[bool] | None, "optional ListBool", {"value": [True]}),
    "default": _row(str, "optional string", "tea"),
    "positional": _row(int, "repeated int64", ["1", "2"]),
    "named": _row(float, "map<string, double>", {"a": 1.5}),
}


class EveryType(gemstone.MicroService):
    """Gives back what it is given."""

    name = "every_type"

    @gemstone.exposed_method()
    async def default(self, value: str = "coffee") -> str | None:
        return value

    @gemstone.exposed_method()
    async def positional(self, *value: int) -> list[int]:
        return list(value)

    @gemstone.exposed_method()
    async def named(self, **value: float) -> dict[str, float]:
        return value


def _echo(hint: Any) -> Callable[..., Awaitable[Any]]:
    async def echo(self: EveryType, value: Any) -> Any:
        return value

    echo.__annotations__ |= {"value": hint, "return": hint}
    return echo


for _name, _one in ROWS.items():
    if not hasattr(EveryType, _name):
        setattr(EveryType, _name, gemstone.exposed_method(_name)(_echo(_one.hint)))
