"""Contracts as others write them: names, enums, oneofs and packages that we would never derive."""

from pathlib import Path
from typing import Any

import pytest

from gemstone_grpc import MicroService, RpcError, StartError, testing
from tests.schema import sources

HEAD = """
class Users(gemstone.MicroService):
    name = "users"
    contract = "users.proto"
"""
COLOR = """
class Color(Enum):
    RED = "red"
    BLUE = "blue"
"""
SHAPES = """
class Circle(msgspec.Struct, tag="circle"):
    size: float

class Square(msgspec.Struct, tag="square"):
    size: float
"""


def proto(rpc: str, declared: str, head: str = 'syntax = "proto3";\npackage other;') -> str:
    return f"{head}\nservice UsersService {{ rpc {rpc}; }}\n{declared}\nmessage Empty {{}}\n"


def method(signature: str, body: str = "...", decorator: str = "exposed_method()") -> str:
    return f"    @{decorator}\n    async def {signature}: {body}\n\n"


def module(folder: Path, file: str, source: str) -> Any:
    (folder / "users.proto").write_text(file)
    return sources.load(folder, source)


def service(folder: Path, file: str, *source: str) -> MicroService:
    users: MicroService = module(folder, file, "".join(source)).Users()
    return users


# -- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rpc", "name"), [("HTTPGet", "http_get"), ("Get_Item", "get_item"), ("sayHi", "say_hi")]
)
async def test_an_rpc_of_any_style(rpc: str, name: str, tmp_path: Path) -> None:
    users = service(
        tmp_path, proto(f"{rpc}(Empty) returns (Empty)", ""), HEAD, method(f"{name}(self) -> None")
    )
    async with testing.running(users) as client:
        await client.grpc(name)
        assert client.path(name) == f"/other.UsersService/{rpc}"


async def test_a_file_without_a_package(tmp_path: Path) -> None:
    file = proto("Ping(Empty) returns (Empty)", "", 'syntax = "proto3";')
    async with testing.running(
        service(tmp_path, file, HEAD, method("ping(self) -> None"))
    ) as client:
        call: Any = client.channel.unary_unary("/UsersService/Ping")
        assert await call(b"") == b""


async def test_names_that_python_keeps_for_itself(tmp_path: Path) -> None:
    file = proto("Import(R) returns (R)", "message R { string from = 1; string self = 2; }")
    with pytest.raises(StartError) as refused:
        service(tmp_path, file, HEAD, method("other(self) -> None")).wire({})
    written = "async def import_(self, from_: str, self_: str) -> R"
    assert written in str(refused.value)
    source = f"""
@dataclass
class R:
    from_: str
    self_: str
{HEAD}
    @exposed_method()
    {written}:
        return R(from_, self_)
"""
    users = module(tmp_path, file, source)
    async with testing.running(users.Users()) as client:
        assert await client.grpc("import_", from_="a", self_="b") == users.R("a", "b")


async def test_a_class_in_request_and_response(tmp_path: Path) -> None:
    file = proto("Find(R) returns (R)", "message R { int32 userId = 1; }")
    source = "@dataclass\nclass R:\n    user_id: int\n"
    users = service(tmp_path, file, source, HEAD, method("find(self, r: R) -> R", "return r"))
    async with testing.running(users) as client:
        assert await client.jsonrpc("find", {"user_id": 3}) == {"user_id": 3}
        with pytest.raises(RpcError) as caught:
            await client.jsonrpc("find", {"user_id": 3, "userId": 4})
        (violation,) = caught.value.violations
        assert (violation.field, violation.description) == (
            "userId", "is no parameter of this method",
        )  # fmt: skip


async def test_a_parameter_that_is_the_only_field(tmp_path: Path) -> None:
    file = proto(
        "Move(R) returns (A)", "message R { A homeAddress = 1; } message A { string street = 1; }"
    )
    source = "@dataclass\nclass A:\n    street: str\n"
    body = method("move(self, home_address: A) -> A", "return home_address")
    async with testing.running(service(tmp_path, file, source, HEAD, body)) as client:
        params = {"home_address": {"street": "High Street"}}
        assert await client.jsonrpc("move", params) == params["home_address"]


# -- oneofs and enums ------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["Square | Circle", "Circle | Square"])
async def test_arms_with_the_same_fields_go_by_their_names(order: str, tmp_path: Path) -> None:
    file = proto(
        "Draw(R) returns (E)",
        "message R { oneof shape { Circle circle = 1; Square square = 2; } }\n"
        "message Circle { double size = 1; } message Square { double size = 1; }\n"
        "message E { string drawn = 1; }",
    )
    body = method(f"draw(self, shape: {order}) -> str", "return type(shape).__name__")
    async with testing.running(service(tmp_path, file, SHAPES, HEAD, body)) as client:
        request = client.face.classes["Users.draw request"]
        for arm in ("circle", "square"):
            sent = request(**{arm: {"size": 2}}).SerializeToString()
            assert await client.unary("draw", sent) == b"\n\x06" + arm.capitalize().encode()


async def test_two_arms_of_a_oneof_are_never_given(tmp_path: Path) -> None:
    file = proto(
        "Pick(R) returns (R)", "message R { oneof key { string name = 1; int32 number = 2; } }"
    )
    source = """
@dataclass
class R:
    name: str | None
    number: int | None
"""
    bodies = method(
        "pick(self, name: str | None, number: int | None) -> R", "return R('x', number)"
    )
    users = module(tmp_path, file, source + HEAD + bodies)
    async with testing.running(users.Users()) as client:
        assert await client.grpc("pick", name="x") == users.R("x", None)
        both = {"name": "x", "number": 0}
        for call in (client.jsonrpc("pick", both), client.grpc("pick", **both)):
            with pytest.raises(RpcError) as caught:
                await call
            (violation,) = caught.value.violations
            assert (violation.field, violation.description) == (
                "number", "cannot be given together with name: both are of key",
            )  # fmt: skip
        for result in (client.jsonrpc("pick", {"number": 1}), client.grpc("pick", number=1)):
            with pytest.raises(RpcError) as caught:  # what the method gives back has both
                await result
            assert caught.value.message == "Internal error"


async def test_an_enum_of_proto2_without_zero(tmp_path: Path) -> None:
    head = 'syntax = "proto2";\npackage other;'
    declared = (
        "enum Color { RED = 1; BLUE = 2; } message R { optional Color color = 1; }"
        "message E { required string seen = 1; }"
    )
    body = method("pick(self, color: Color | None) -> str", "return str(color)")
    users = module(tmp_path, proto("Pick(R) returns (E)", declared, head), COLOR + HEAD + body)
    async with testing.running(users.Users()) as client:
        for color in (None, users.Color.RED, users.Color.BLUE):
            assert await client.grpc("pick", color=color) == str(color)


@pytest.mark.parametrize(
    ("values", "default"),
    [("RED = 0; BLUE = 1;", "RED"), ("COLOR_UNSPECIFIED = 0; RED = 4; BLUE = 1;", "BLUE")],
)
async def test_a_default_that_an_absent_enum_stands_for(
    values: str, default: str, tmp_path: Path
) -> None:
    declared = (
        f"enum Color {{ {values} }} message R {{ Color color = 1; }} message E {{ Color c = 1; }}"
    )
    body = method(f"pick(self, color: Color = Color.{default}) -> Color", "return color")
    users = module(tmp_path, proto("Pick(R) returns (E)", declared), COLOR + HEAD + body)
    async with testing.running(users.Users()) as client:
        assert await client.grpc("pick") is users.Color[default]
        assert await client.jsonrpc("pick") == default.lower()
        for color in users.Color:
            assert await client.grpc("pick", color=color) is color


# -- refusals --------------------------------------------------------------------------------

R = "message R { int32 id = 1; optional int32 limit = 2; repeated int32 ids = 3; }"
ENUM = "message R { Color color = 1; } enum Color { GREEN = 0; RED = 1; BLUE = 2; }"
ALL = "id: int, limit: int | None, ids: list[int]"
NUMBERS = "message R { oneof key { int32 small = 1; int64 large = 2; string name = 3; } }"
ALIKE = """
message R { oneof shape { Disc disc = 1; Box box = 2; } }
message Disc { double size = 1; } message Box { double size = 1; }
"""
PINNED = "\nPinned = Annotated[int, Field(number=4)]\n"
CLASS = "\n@dataclass(frozen=True)\nclass R:\n    id: int\n"

REFUSALS = {
    "two methods for one rpc": (
        R, HEAD + method(f"find(self, {ALL}) -> None") + method("f_ind(self) -> None"),
        "Users.f_ind ('f_ind') and Users.find ('find') would both be one rpc: rename one with "
        "@exposed_method(name)",
    ),
    "another number": (
        R, PINNED + HEAD + method(f"find(self, {ALL}) -> None").replace("int,", "Pinned,", 1),
        "Users.find, parameter `id`: the file has the number 1 here: drop Field(number=4)",
    ),
    "a default of a list": (
        R, HEAD + method(f"find(self, {ALL} = [1]) -> None"),
        "Users.find, parameter `ids`: no field of the file can have this default: write list[int] "
        "without one",
    ),
    "a default beside None": (
        R, HEAD + method("find(self, id: int, ids: list[int], limit: int | None = 5) -> None"),
        "Users.find, parameter `limit`: no field of the file can have this default: write "
        "int | None without one",
    ),
    "a default of a whole request": (
        "message R { int32 id = 1; }", CLASS + HEAD + method("find(self, r: R = R(3)) -> None"),
        "Users.find, parameter `r`: it is the whole request, which every call has: drop the "
        "default",
    ),
    "a zero that the class has not": (
        ENUM, COLOR + HEAD + method("find(self, color: Color) -> None"),
        "Users.find, parameter `color`: other.Color has GREEN too: add a member for it",
    ),
    "an enum's default that is not zero": (
        ENUM, COLOR.replace("RED", "GREEN = 'green'\n    RED") + HEAD
        + method("find(self, color: Color = Color.RED) -> None"),
        "Users.find, parameter `color`: its default cannot be told from protobuf's zero: make "
        "`color` `optional` in the file, or drop the default",
    ),
    "an arm for several fields": (
        NUMBERS, HEAD + method("find(self, key: int | str) -> None"),
        "Users.find, parameter `key`: the arm int64 fits several fields of the oneof `key`, small "
        "and large: write `small: int | None`, `large: int | None`, `name: str | None` in its "
        "place",
    ),
    "arms that no name tells apart": (
        ALIKE, SHAPES + HEAD + method("find(self, shape: Circle | Square) -> None"),
        "Users.find, parameter `shape`: the arm circle fits several fields of the oneof `shape`, "
        "disc and box: write `disc: Disc | None`, `box: Box | None` in its place",
    ),
    "a field of the oneof that the union has not": (
        NUMBERS.replace("int64 large = 2; ", ""),
        HEAD + method("find(self, key: bool | str) -> None"),
        "Users.find, parameter `key`: no field of the oneof `key` is for the arm bool: it has "
        "int32 small, string name",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal(name: str, tmp_path: Path) -> None:
    declared, source, words = REFUSALS[name]
    with pytest.raises(StartError) as refused:
        service(tmp_path, proto("Find(R) returns (Empty)", declared), source).wire({})
    assert str(refused.value) == words
