"""What a class becomes, whichever way it was written: recursion, inheritance, generics."""

import sys
from dataclasses import KW_ONLY, dataclass, field
from typing import (
    Annotated,
    Any,
    ClassVar,
    Generic,
    NamedTuple,
    NotRequired,
    Required,
    TypedDict,
    TypeVar,
)

import msgspec
import pytest

from tests.schema import postponed
from tests.schema.build import fields, file_of, message

T = TypeVar("T")
S = TypeVar("S")


@dataclass
class Base:
    id: int


@dataclass
class Derived(Base):
    limit: ClassVar[int] = 3
    _: KW_ONLY
    name: str
    id: int | None  # type: ignore[assignment]
    tags: list[str] = field(default_factory=list)

    @property
    def shown(self) -> str:
        return self.name


class Renamed(msgspec.Struct, rename="camel"):
    user_id: int
    created: str = msgspec.field(name="$created")
    rest: list[int] = []
    kind: ClassVar[str] = "x"


class Row(NamedTuple):
    x: float
    y: float = 0


class Movie(TypedDict):
    title: str
    year: NotRequired[int]


class Sequel(Movie, total=False):
    number: int
    director: Required[str]


class Empty(msgspec.Struct):
    pass


@pytest.mark.parametrize(
    ("cls", "lines"),
    [
        (Derived, ["1 optional int64 id", "2 string name", "3 repeated string tags"]),
        (Renamed, ["1 int64 user_id", "2 string created", "3 repeated int64 rest"]),
        (Row, ["1 double x", "2 optional double y"]),
        (Movie, ["1 string title", "2 optional int64 year"]),
        (Sequel, ["1 string title", "2 optional int64 year", "3 optional int64 number",
                  "4 string director"]),
        (Empty, []),
        (postponed.Person, ["1 string name", "2 optional Person parent", "3 optional Dog dog"]),
        (postponed.Options, ["1 optional int64 a", "2 int64 b", "3 optional Options more"]),
    ],
)  # fmt: skip
def test_fields(cls: Any, lines: list[str]) -> None:
    assert fields(file_of(cls), cls.__name__) == lines


def test_an_undecorated_subclass_without_fields_is_a_message() -> None:
    class Named(Base):
        """Another name for it."""

    assert fields(file_of(Named), "Named") == ["1 int64 id"]


# -- recursion -------------------------------------------------------------------------------


@dataclass
class Tree:
    left: "Tree | None"
    others: "list[Tree]"
    named: "dict[str, Tree]"
    either: "Tree | int"
    deep: "list[list[Tree | None]]"


@dataclass
class Chicken:
    eggs: "list[Egg]"


@dataclass
class Egg:
    chicken: Chicken | None


def test_a_class_may_hold_itself() -> None:
    assert fields(file_of(Tree), "Tree") == [
        "1 optional Tree left",
        "2 repeated Tree others",
        "3 repeated Tree.NamedEntry named",
        "4 Tree either_tree",
        "5 int64 either_int64",
        "6 repeated ListNullableTree deep",
    ]


def test_classes_may_hold_each_other() -> None:
    file = file_of(Chicken, Egg)
    assert fields(file, "Chicken") == ["1 repeated Egg eggs"]
    assert fields(file, "Egg") == ["1 optional Chicken chicken"]


# -- generics --------------------------------------------------------------------------------


@dataclass
class Page(Generic[T]):
    items: list[T]
    next: T | None = None


@dataclass
class Numbers(Page[int]):
    total: int = 0


@dataclass
class Lists(Page[list[S]], Generic[S]):
    first: S | None = None


@dataclass
class Tagged(Generic[S]):
    tag: S | None = None


@dataclass
class Both(Tagged[str], Numbers):
    pass


@dataclass
class Redone(Page[T]):
    items: list[list[T]]  # type: ignore[assignment]


class Crate(msgspec.Struct, Generic[T]):
    item: T
    limited: Annotated[T, "a note"]


class Cell(NamedTuple, Generic[T]):
    value: T


class Bag(TypedDict, Generic[T]):
    item: T


class IntBag(Bag[int]):
    size: int


@dataclass
class Node(Generic[T]):
    value: T
    next: "Node[T] | None"


@pytest.mark.parametrize(
    ("hint", "name", "lines"),
    [
        (Page[int], "PageInt64", ["1 repeated int64 items", "2 optional int64 next"]),
        (Page[Base], "PageBase", ["1 repeated Base items", "2 optional Base next"]),
        (Page[Page[Base]], "PagePageBase",
         ["1 repeated PageBase items", "2 optional PageBase next"]),
        (Page[list[int]], "PageListInt64",
         ["1 repeated ListInt64 items", "2 optional ListInt64 next"]),
        (Page[Any], "PageValue",
         ["1 repeated google.protobuf.Value items", "2 optional google.protobuf.Value next"]),
        (Numbers, "Numbers",
         ["1 repeated int64 items", "2 optional int64 next", "3 optional int64 total"]),
        (Lists[str], "ListsString",
         ["1 repeated ListString items", "2 optional ListString next", "3 optional string first"]),
        (Both, "Both", ["1 repeated int64 items", "2 optional int64 next", "3 optional int64 total",
                        "4 optional string tag"]),
        (Redone[str], "RedoneString",
         ["1 repeated ListString items", "2 optional string next"]),
        (Crate[Base], "CrateBase", ["1 Base item", "2 Base limited"]),
        (Cell[int], "CellInt64", ["1 int64 value"]),
        (Bag[str], "BagString", ["1 string item"]),
        (IntBag, "IntBag", ["1 int64 item", "2 int64 size"]),
        (Node[str], "NodeString", ["1 string value", "2 optional NodeString next"]),
    ],
)  # fmt: skip
def test_generics(hint: Any, name: str, lines: list[str]) -> None:
    assert fields(file_of(list[hint]), name) == lines


def test_two_instances_of_a_generic_class_are_two_messages() -> None:
    file = file_of(Page[int], Page[str], list[Page[int]])
    names = [message.name for message in file.message_type]
    assert names == ["FindRequest", "FindResponse", "PageInt64", "PageString"]


def test_a_class_is_one_message_wherever_it_stands() -> None:
    file = file_of(Base, list[Base], result=Base | None)
    assert [one.name for one in file.message_type] == ["FindRequest", "FindResponse", "Base"]
    assert message(file, "FindRequest").field[0].type_name == ".users.v1.Base"


# -- what only newer Pythons have ------------------------------------------------------------

if sys.version_info >= (3, 12):

    def test_type_statements_and_parameters() -> None:
        written: dict[str, Any] = {"dataclass": dataclass, "__name__": __name__}
        exec(
            "type Ids = list[int]\n"
            "type Either[A] = A | list[A]\n"
            "@dataclass\n"
            "class Box[A]:\n"
            "    ids: Ids\n"
            "    either: Either[A]\n"
            "    none: Ids | None\n",
            written,
        )
        assert fields(file_of(written["Box"][str]), "BoxString") == [
            "1 repeated int64 ids",
            "2 string either_string",
            "3 ListString either_list_string",
            "4 optional ListInt64 none",
        ]
