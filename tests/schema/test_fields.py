"""What a parameter becomes: one line of a request message, or several."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Annotated, Any, List, Literal, NewType, Optional, Union  # noqa: UP035
from uuid import UUID

import msgspec
import pytest

import gemstone_grpc as gemstone
from gemstone_grpc.method import collect
from gemstone_grpc.schema.descriptor import file_descriptor
from gemstone_grpc.schema.hints import derive
from tests.schema.build import contract_of, fields, file_of


class Color(Enum):
    """What it looks like."""

    RED = "red"
    DARK_BLUE = "dark-blue"


class Level(IntEnum):
    HIGH = 100
    LOW = 0


@dataclass
class User:
    id: int


@dataclass
class Guest:
    kind: Literal["guest"]


@dataclass
class Host:
    kind: Literal["host"]


UserId = NewType("UserId", int)
UserIds = NewType("UserIds", list[UserId])

LINES: list[tuple[Any, list[str]]] = [
    (str, ["1 string a"]),
    (bool, ["1 bool a"]),
    (bytes, ["1 bytes a"]),
    (int, ["1 int64 a"]),
    (gemstone.Int32, ["1 int32 a"]),
    (gemstone.UInt32, ["1 uint32 a"]),
    (gemstone.UInt64, ["1 uint64 a"]),
    (float, ["1 double a"]),
    (gemstone.Float32, ["1 float a"]),
    (Decimal, ["1 string a"]),
    (UUID, ["1 string a"]),
    (datetime, ["1 google.protobuf.Timestamp a"]),
    (timedelta, ["1 google.protobuf.Duration a"]),
    (date, ["1 google.type.Date a"]),
    (Any, ["1 google.protobuf.Value a"]),
    (User, ["1 User a"]),
    (Color, ["1 Color a"]),
    (Literal["x"], ["1 FindRequestA a"]),
    (int | None, ["1 optional int64 a"]),
    (Optional[User], ["1 optional User a"]),  # noqa: UP045
    (Color | None, ["1 optional Color a"]),
    (Literal["x", None], ["1 optional FindRequestA a"]),
    (Any | None, ["1 optional google.protobuf.Value a"]),
    (list, ["1 repeated google.protobuf.Value a"]),
    (list[int], ["1 repeated int64 a"]),
    (List[int], ["1 repeated int64 a"]),  # noqa: UP006
    (tuple, ["1 repeated google.protobuf.Value a"]),
    (tuple[int, ...], ["1 repeated int64 a"]),
    (set[Color], ["1 repeated Color a"]),
    (list[User], ["1 repeated User a"]),
    (list[int] | None, ["1 optional ListInt64 a"]),
    (list[int | None], ["1 repeated NullableInt64 a"]),
    (list[list[int]], ["1 repeated ListInt64 a"]),
    (list[dict[str, User]], ["1 repeated MapStringUser a"]),
    (list[int | str], ["1 repeated Int64OrString a"]),
    (list[list[User | None] | None], ["1 repeated NullableListNullableUser a"]),
    (set[tuple[int, ...]], ["1 repeated TupleInt64 a"]),
    (dict, ["1 repeated FindRequest.AEntry a"]),
    (dict[str, int], ["1 repeated FindRequest.AEntry a"]),
    (dict[str, int] | None, ["1 optional MapStringInt64 a"]),
    (int | str, ["1 int64 a_int64", "2 string a_string"]),
    (int | str | None, ["1 int64 a_int64", "2 string a_string"]),
    (int | float | bool, ["1 int64 a_int64", "2 double a_double", "3 bool a_bool"]),
    (User | list[User], ["1 User a_user", "2 ListUser a_list_user"]),
    (Guest | Host | None, ["1 Guest a_guest", "2 Host a_host"]),
    (str | dict[str, int], ["1 string a_string", "2 MapStringInt64 a_map_string_int64"]),
    (Union[None, Level, str], ["1 Level a_level", "2 string a_string"]),  # noqa: UP007
    (UserId, ["1 int64 a"]),
    (UserIds, ["1 repeated int64 a"]),
    (Annotated[int, "a note"], ["1 int64 a"]),
    (Annotated[int, msgspec.Meta(ge=1)], ["1 int64 a"]),
    (Annotated[gemstone.UInt32, msgspec.Meta(ge=1)], ["1 uint32 a"]),
    (Annotated[User, "a note"] | None, ["1 optional User a"]),
    (Annotated[datetime, msgspec.Meta(tz=True)], ["1 google.protobuf.Timestamp a"]),
    ("int", ["1 int64 a"]),
    ("list['int']", ["1 repeated int64 a"]),
]


@pytest.mark.parametrize(("hint", "lines"), LINES, ids=lambda value: str(value))
def test_a_hint(hint: Any, lines: list[str]) -> None:
    assert fields(file_of(hint), "FindRequest") == lines


@pytest.mark.parametrize(
    ("hint", "default", "line"),
    [
        (int, 1, "1 optional int64 a"),
        (int, None, "1 optional int64 a"),
        (int | None, None, "1 optional int64 a"),
        (int | None, 1, "1 optional NullableInt64 a"),
        (User, None, "1 optional User a"),
        (Color, Color.RED, "1 optional Color a"),
        (Any, 1, "1 optional google.protobuf.Value a"),
        (list[int], [], "1 repeated int64 a"),
        (list[int], [1], "1 optional ListInt64 a"),
        (tuple[int, ...], (), "1 repeated int64 a"),
        (list[int], None, "1 optional ListInt64 a"),
        (dict[str, int], {}, "1 repeated FindRequest.AEntry a"),
        (dict[str, int], {"x": 1}, "1 optional MapStringInt64 a"),
        (int | str, None, "1 int64 a_int64"),
    ],
    ids=lambda value: str(value),
)
def test_a_default(hint: Any, default: Any, line: str) -> None:
    assert fields(file_of(hint, a=default), "FindRequest")[0] == line


@pytest.mark.parametrize(
    ("result", "lines"),
    [
        (None, []),
        (int, ["1 int64 result"]),
        (int | None, ["1 optional int64 result"]),
        (list[User] | None, ["1 optional ListUser result"]),
        (int | str, ["1 int64 result_int64", "2 string result_string"]),
        (AsyncIterator[User], ["1 User result"]),
        (AsyncIterator[None], []),
        (AsyncIterator, ["1 google.protobuf.Value result"]),
    ],
    ids=lambda value: str(value),
)
def test_a_result(result: Any, lines: list[str]) -> None:
    file = file_of(result=result)
    assert fields(file, "FindResponse") == lines
    (method,) = file.service[0].method
    assert method.server_streaming == ("Async" in str(result))
    assert not method.client_streaming


@pytest.mark.parametrize(
    ("hint", "lines"),
    [
        (AsyncIterator[User], ["1 User chunks"]),
        (AsyncIterable[int], ["1 int64 chunks"]),
        (AsyncGenerator[str | None, None], ["1 optional string chunks"]),
        (AsyncIterator[list[User]], ["1 repeated User chunks"]),
        (AsyncIterator, ["1 google.protobuf.Value chunks"]),
    ],
    ids=lambda value: str(value),
)
@pytest.mark.parametrize("result", [int, AsyncIterator[int]])
def test_a_stream_of_requests(hint: Any, lines: list[str], result: Any) -> None:
    class Uploads:
        @gemstone.exposed_method()
        async def find(self, chunks: Any, context: gemstone.Context) -> Any: ...

    Uploads.find.__annotations__ |= {"chunks": hint, "return": result}
    file = file_descriptor(contract_of(Uploads()))
    assert fields(file, "FindRequest") == lines
    assert fields(file, "FindResponse") == ["1 int64 result"]
    (method,) = file.service[0].method
    assert method.client_streaming
    assert method.server_streaming == (result is not int)


class Kinds:
    @gemstone.exposed_method()
    def find(self, a: int, /, b, *rest: str, c: bool, context: gemstone.Context, **more: User):  # type: ignore[no-untyped-def]
        """Every kind of parameter."""


def test_kinds_of_parameters() -> None:
    file = file_descriptor(derive("users", "v1", collect([Kinds()])))
    assert fields(file, "FindRequest") == [
        "1 int64 a",
        "2 google.protobuf.Value b",
        "3 repeated string rest",
        "4 bool c",
        "5 repeated FindRequest.MoreEntry more",
    ]
    assert fields(file, "FindResponse") == ["1 google.protobuf.Value result"]


def test_a_map_is_a_repeated_entry() -> None:
    (request, *_) = file_of(dict[bool, User]).message_type
    (entry,) = request.nested_type
    assert entry.options.map_entry
    assert [(field.name, field.number) for field in entry.field] == [("key", 1), ("value", 2)]
    assert entry.field[1].type_name == ".users.v1.User"


def test_an_enumeration_has_a_prefix_and_a_zero() -> None:
    (color, level) = file_of(Color, Level).enum_type
    assert [value.name for value in color.value] == [
        "COLOR_UNSPECIFIED",
        "COLOR_RED",
        "COLOR_DARK_BLUE",
    ]
    assert [(value.name, value.number) for value in level.value] == [
        ("LEVEL_UNSPECIFIED", 0),
        ("LEVEL_HIGH", 1),
        ("LEVEL_LOW", 2),
    ]


def test_a_literal_is_an_enumeration_named_after_its_place() -> None:
    (enumeration,) = file_of(list[Literal["good", "not so good", "1"]]).enum_type
    assert [value.name for value in enumeration.value] == [
        "FIND_REQUEST_A_UNSPECIFIED",
        "FIND_REQUEST_A_GOOD",
        "FIND_REQUEST_A_NOT_SO_GOOD",
        "FIND_REQUEST_A_1",
    ]


def test_one_wrapper_serves_every_place() -> None:
    limited = Annotated[int, msgspec.Meta(ge=1)]
    file = file_of(list[list[int]], list[int] | None, list[list[limited]])
    names = [message.name for message in file.message_type]
    assert names == ["FindRequest", "FindResponse", "ListInt64"]
    assert fields(file, "ListInt64") == ["1 repeated int64 value"]
