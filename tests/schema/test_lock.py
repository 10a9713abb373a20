"""Numbers: known names keep them, new ones get the next free, given up ones are reserved."""

from pathlib import Path

import pytest

from gemstone_grpc import Field, StartError
from tests.schema.sources import written

USERS = """
class Users(gemstone.MicroService):
    name = "users"

    @exposed_method()
    async def find(self, {parameters}) -> None: ...
"""


def find(folder: Path, parameters: str) -> list[str]:
    """The lines of FindRequest after its parameters were written so."""
    return block(written(folder, USERS.format(parameters=parameters)), "message FindRequest")


def block(text: str, head: str) -> list[str]:
    """The lines of a block of a contract, without its blank ones."""
    body = text.partition(f"{head} {{\n")[2].partition("\n}")[0]
    return [line.strip() for line in body.splitlines() if line]


def test_without_a_contract_numbers_follow_the_code(tmp_path: Path) -> None:
    assert find(tmp_path, "b: int, a: str") == ["int64 b = 1;", "string a = 2;"]


def test_the_order_of_the_code_changes_nothing(tmp_path: Path) -> None:
    first = written(tmp_path, USERS.format(parameters="b: int, a: str"))
    assert written(tmp_path, USERS.format(parameters="a: str, b: int")) == first


def test_a_field_inserted_before_others_comes_after_them(tmp_path: Path) -> None:
    find(tmp_path, "a: int, b: int")
    assert find(tmp_path, "c: int, a: int, d: int, b: int") == [
        "int64 a = 1;", "int64 b = 2;", "int64 c = 3;", "int64 d = 4;",
    ]  # fmt: skip


def test_what_is_removed_is_reserved_for_good(tmp_path: Path) -> None:
    find(tmp_path, "a: int, b: int, c: int, d: int")
    assert find(tmp_path, "b: int, e: int") == [
        "reserved 1, 3 to 4;", 'reserved "a", "c", "d";', "int64 b = 2;", "int64 e = 5;",
    ]  # fmt: skip
    assert find(tmp_path, "e: int") == [
        "reserved 1 to 4;", 'reserved "a", "b", "c", "d";', "int64 e = 5;",
    ]  # fmt: skip
    with pytest.raises(StartError) as refused:
        find(tmp_path, "e: int, c: int")
    assert str(refused.value) == (
        "FindRequest.c: the name is reserved, for it was removed once: choose another"
    )


def test_a_renamed_field_is_a_removal_and_an_addition(tmp_path: Path) -> None:
    find(tmp_path, "mail: str, age: int")
    assert find(tmp_path, "email: str, age: int") == [
        "reserved 1;", 'reserved "mail";', "int64 age = 2;", "string email = 3;",
    ]  # fmt: skip


def test_unless_it_says_what_it_was(tmp_path: Path) -> None:
    find(tmp_path, "mail: str, age: int")
    renamed = 'email: Annotated[str, Field(was="mail")], age: int'
    lines = ["string email = 1;", "int64 age = 2;"]
    assert find(tmp_path, renamed) == lines
    assert find(tmp_path, renamed) == lines
    assert find(tmp_path, "email: str, age: int") == lines


def test_a_name_that_is_still_there_is_no_former_name(tmp_path: Path) -> None:
    find(tmp_path, "mail: str")
    assert find(tmp_path, 'mail: str, email: Annotated[str, Field(was="mail")]') == [
        "string mail = 1;", "string email = 2;",
    ]  # fmt: skip


def test_a_number_of_the_codes_choice(tmp_path: Path) -> None:
    assert find(tmp_path, "a: int, b: Annotated[int, Field(number=1)], c: int") == [
        "int64 b = 1;", "int64 a = 2;", "int64 c = 3;",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("a: Annotated[int, Field(number=7)]",
         "FindRequest.a: Field(number=7) would move it from 1: leave it out"),
        ("a: int, c: Annotated[int, Field(number=2)]",
         "FindRequest.c: Field(number=2) is reserved: choose another number"),
        ("a: int, c: Annotated[int, Field(number=1)]",
         "FindRequest.c: a has the number 1 too: change one"),
        ("a: int, c: Annotated[int, Field(number=4)], d: Annotated[int, Field(number=4)]",
         "FindRequest.d: c has the number 4 too: change one"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_had(tmp_path: Path, parameters: str, words: str) -> None:
    find(tmp_path, "a: int, b: int")
    find(tmp_path, "a: int")
    with pytest.raises(StartError) as refused:
        find(tmp_path, parameters)
    assert str(refused.value) == words


@pytest.mark.parametrize("number", [0, -1, 2**29, 1.0, "3"])
def test_numbers_that_no_field_can_have(number: int) -> None:
    with pytest.raises(StartError, match="a field's number is a whole number from 1 to 536870911"):
        Field(number=number)


@pytest.mark.parametrize("number", [19000, 19999])
def test_numbers_of_protobuf_itself(number: int) -> None:
    with pytest.raises(StartError, match="protobuf keeps 19000 to 19999 for itself"):
        Field(number=number)


def test_a_new_field_leaves_protobufs_own_numbers_out(tmp_path: Path) -> None:
    (tmp_path / "users/v1").mkdir(parents=True)
    first = written(tmp_path, USERS.format(parameters="a: int"))
    many = first.replace("  int64 a = 1;", "  reserved 2 to 18999;\n  int64 a = 1;")
    (tmp_path / "users/v1/users.proto").write_text(many)
    assert find(tmp_path, "a: int, b: int")[1:] == ["int64 a = 1;", "int64 b = 20000;"]


def test_a_reserved_span_without_end(tmp_path: Path) -> None:
    first = written(tmp_path, USERS.format(parameters="a: int"))
    many = first.replace("  int64 a = 1;", "  reserved 3 to max;\n  int64 a = 1;")
    (tmp_path / "users/v1/users.proto").write_text(many)
    assert find(tmp_path, "a: int, b: int") == [
        "reserved 3 to max;", "int64 a = 1;", "int64 b = 2;",
    ]  # fmt: skip
    with pytest.raises(StartError, match=r"FindRequest: no number is left"):
        find(tmp_path, "a: int, b: int, c: int")


# -- unions ----------------------------------------------------------------------------------


def test_each_arm_is_pinned_alone(tmp_path: Path) -> None:
    find(tmp_path, "a: int | str, b: int")
    assert find(tmp_path, "c: bool, a: bytes | bool | int") == [
        "reserved 2 to 3;",
        'reserved "a_string", "b";',
        "oneof a {", "int64 a_int64 = 1;", "bytes a_bytes = 5;", "bool a_bool = 6;", "}",
        "bool c = 4;",
    ]  # fmt: skip


def test_a_renamed_union_keeps_the_numbers_of_its_arms(tmp_path: Path) -> None:
    find(tmp_path, "x: int, a: int | str")
    assert find(tmp_path, 'b: Annotated[int | str, Field(was="a")], x: int') == [
        "int64 x = 1;", "oneof b {", "int64 b_int64 = 2;", "string b_string = 3;", "}",
    ]  # fmt: skip


# -- enums -----------------------------------------------------------------------------------

COLORS = """
class Color(Enum):
{members}

class Users(gemstone.MicroService):
    name = "users"

    @exposed_method()
    async def find(self, color: Color) -> None: ...
"""


def color(folder: Path, *names: str) -> list[str]:
    members = "\n".join(f"    {name} = {name!r}" for name in names)
    text = written(folder, COLORS.format(members=members))
    return [line for line in block(text, "enum Color") if not line.startswith("//")]


def test_each_enum_value_is_pinned_alone(tmp_path: Path) -> None:
    assert color(tmp_path, "RED", "BLUE", "GREEN") == [
        "COLOR_UNSPECIFIED = 0;", "COLOR_RED = 1;", "COLOR_BLUE = 2;", "COLOR_GREEN = 3;",
    ]  # fmt: skip
    assert color(tmp_path, "BLACK", "GREEN", "BLUE") == [
        "reserved 1;", 'reserved "COLOR_RED";',
        "COLOR_UNSPECIFIED = 0;", "COLOR_BLUE = 2;", "COLOR_GREEN = 3;", "COLOR_BLACK = 4;",
    ]  # fmt: skip
    with pytest.raises(StartError) as refused:
        color(tmp_path, "RED", "BLUE")
    assert str(refused.value) == (
        "Color.COLOR_RED: the name is reserved, for it was removed once: choose another"
    )


# -- Field where it cannot be ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("a: list[Annotated[int, Field(number=3)]]", "put Field(...) around the whole hint"),
        ("a: Annotated[int | str, Field(number=3)]", "is a union, whose arms have a number each"),
    ],
)
def test_a_field_where_none_is(tmp_path: Path, parameters: str, words: str) -> None:
    with pytest.raises(StartError) as refused:
        find(tmp_path, parameters)
    assert str(refused.value).startswith("Users.find, parameter `a`: `")
    assert words in str(refused.value)
