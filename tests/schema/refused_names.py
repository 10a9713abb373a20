"""Names that cannot be on the wire, and names that two would have there."""

import dataclasses
import enum
from collections import namedtuple
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from tests.schema.build import exposing
from tests.schema.refused_classes import Box


@dataclass
class Twins:
    userId: int
    user_id: int


@dataclass
class JsonTwins:
    x1: int
    x_1: int


@dataclass
class Umlaut:
    größe: int


@dataclass
class ArmTwin:
    value: int | str
    value_string: str


@dataclass
class Größe:
    x: int


@dataclass
class _1:
    x: int


@dataclass
class ListInt64:
    x: int


@dataclass
class Int64:
    x: int


@dataclass
class FindRequest:
    x: int


@dataclass
class FindResponse:
    x: int


@dataclass
class UsersService:
    x: int


@dataclass
class FindRequestValue:
    x: int


class Color(enum.Enum):
    RED_DARK = 1


class ColorRed(enum.Enum):
    DARK = 1


class HTTPCode(enum.Enum):
    OK = 200


class HttpCode(enum.Enum):
    FINE = 200


def user_of(module: str) -> type:
    cls = dataclasses.make_dataclass("User", [("id", int)])
    cls.__module__ = module
    return cls


def _taking(*hints: Any) -> object:
    return exposing(dict(zip(("value", "other"), hints, strict=False)))


NAMES = {
    "userId, user_id": _taking(Twins),
    "x1, x_1": _taking(JsonTwins),
    "größe": _taking(Umlaut),
    "value: int | str, value_string": _taking(ArmTwin),
    "Größe": _taking(Größe),
    "_1": _taking(_1),
    "find(self, größe)": exposing({"größe": int}),
    "find(self, _)": exposing({"_": int}),
    "find(self, _1)": exposing({"_1": int}),
    "find(self, userId, user_id)": exposing({"userId": int, "user_id": int}),
    "find(self, value: int | str, value_int64)": exposing({"value": int | str, "value_int64": int}),
    "namedtuple('Row', 'a _1')": _taking(namedtuple("Row", "a 1", rename=True)),
    "crm.User, shop.User": _taking(user_of("crm"), user_of("shop")),
    "FindRequest": _taking(FindRequest),
    "FindResponse": _taking(FindResponse),
    "UsersService": _taking(UsersService),
    "ListInt64, list[list[int]]": _taking(ListInt64, list[list[int]]),
    "list[list[int]], ListInt64": _taking(list[list[int]], ListInt64),
    "list[list[int]], list[list[Int64]]": _taking(list[list[int]], list[list[Int64]]),
    "list[list[A | B]], list[list[A] | B]": _taking(list[list[int | str]], list[list[int] | str]),
    "Literal['a'], FindRequestValue": _taking(Literal["a"], FindRequestValue),
    "Box[int], Box[Annotated[int, Meta(ge=1)]]": _taking(Box[int], Box[Annotated[int, Meta(ge=1)]]),
    "Color.RED_DARK, ColorRed.DARK": _taking(Color, ColorRed),
    "HTTPCode, HttpCode": _taking(HTTPCode, HttpCode),
}
