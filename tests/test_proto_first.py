"""Services that follow a contract written by hand: what fits it, and what is refused at start."""

import importlib
from collections.abc import AsyncIterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from examples.greeter import GreetAllRequest, Greeter
from gemstone_grpc import Code, MicroService, RpcError, StartError, testing
from gemstone_grpc.cli import main
from gemstone_grpc.stubs import write
from tests.schema import sources

PROTO = """\
syntax = "proto3";

package users.v1;

import "google/protobuf/timestamp.proto";

service UsersService {
  rpc Find(FindRequest) returns (User);
}

message FindRequest {
  int32 id = 1;
  optional string note = 5;
  repeated string tags = 9;
  map<string, int64> counts = 3;
  Color color = 4;
  oneof key {
    string by_name = 6;
    int64 by_number = 7;
  }
  google.protobuf.Timestamp since = 8;
}

message User {
  sint64 id = 2;
  string displayName = 1;
  User.Address home = 3;
  repeated Shade shades = 4;

  message Address {
    string street = 1;
  }
}

enum Color {
  RED = 0;
  COLOR_BLUE = 7;
}

enum Shade {
  SHADE_UNSPECIFIED = 0;
  SHADE_DARK = 3;
}
"""

PYTHON = """
class Color(Enum):
    BLUE = "blue"
    RED = "red"

class Shade(Enum):
    DARK = "dark"

@dataclass
class Address:
    street: str

@dataclass
class Person:
    id: int
    display_name: str
    home: Address | None
    shades: list[Shade]

class Users(gemstone.MicroService):
    name = "users"
    contract = "users/v1/users.proto"

    @exposed_method()
    async def find(
        self, tags: list[str], id: int, color: Color, key: int | str | None,
        counts: dict[str, int], since: datetime | None = None, note: str | None = None,
    ) -> Person:
        self.seen = [tags, id, color, key, counts, since, note]
        return Person(id, note or "", Address("High Street") if tags else None, [Shade.DARK])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "users/v1").mkdir(parents=True)
    (tmp_path / "users/v1/users.proto").write_text(PROTO)
    return tmp_path


async def test_types_are_bound_to_the_file(folder: Path) -> None:
    module = sources.load(folder, PYTHON)
    service = module.Users()
    async with testing.running(service) as client:
        for color, key in (
            (module.Color.RED, "ann"),
            (module.Color.BLUE, 7),
            (module.Color.RED, None),
        ):
            person = await client.grpc(
                "find", id=7, tags=["a"], color=color, key=key, counts={"a": 1}
            )
            assert service.seen == [["a"], 7, color, key, {"a": 1}, None, None]
            assert person == module.Person(
                7, "", module.Address("High Street"), [module.Shade.DARK]
            )
        params = {"id": 7, "tags": [], "color": "blue", "key": 3, "counts": {}, "note": "x"}
        assert await client.jsonrpc("find", params) == {
            "id": 7, "display_name": "x", "home": None, "shades": ["dark"],
        }  # fmt: skip
        with pytest.raises(RpcError) as caught:
            await client.jsonrpc("find", {**params, "id": 2**31})
        assert "out of range for int32" in caught.value.message
        assert client.face.contract.full_name == "users.v1.UsersService"
        request = client.face.classes["Users.find request"](id=1, by_name="x")
        assert request.DESCRIPTOR.full_name == "users.v1.FindRequest"


# -- refusals --------------------------------------------------------------------------------

PATH = "/users/v1/users.proto"
REFUSALS = {
    "a missing method": (
        "find(", "look(",
        "{path} has the rpc Find, and no method is exposed for it: write `async def find(self, "
        "id: int, note: str | None, tags: list[str], counts: dict[str, int], color: Color, "
        "by_name: str | None, by_number: int | None, since: datetime) -> User`",
    ),
    "a method too many": (
        "    @exposed_method()\n",
        "    @exposed_method()\n    async def drop(self) -> None: ...\n\n    @exposed_method()\n",
        "Users.drop: users.v1.UsersService in {path} has no rpc Drop: add it to the file, or do "
        "not expose the method",
    ),
    "another type": (
        "tags: list[str]", "tags: list[int]",
        "Users.find, parameter `tags`: the file has `repeated string` here: write list[str]",
    ),
    "no list": (
        "tags: list[str]", "tags: str",
        "Users.find, parameter `tags`: the file has `repeated string` here: write list[str]",
    ),
    "a list": (
        "id: int, color", "id: list[int], color",
        "Users.find, parameter `id`: the file has `int32` here: write int",
    ),
    "a narrower number": (
        "id: int, color", "id: gemstone.UInt32, color",
        "Users.find, parameter `id`: the file has `int32` here: write int",
    ),
    "a map of another type": (
        "dict[str, int]", "dict[str, str]",
        "Users.find, parameter `counts`: the file has `int64` here: write int",
    ),
    "no map": (
        "dict[str, int]", "list[int]",
        "Users.find, parameter `counts`: the file has `map<string, int64>` here: write "
        "dict[str, int]",
    ),
    "None where there is no presence": (
        "id: int, color", "id: int | None, color",
        "Users.find, parameter `id`: protobuf cannot tell None from zero here: write int, or make "
        "`id` `optional` in the file",
    ),
    "a nullable list": (
        "tags: list[str]", "tags: list[str] | None",
        "Users.find, parameter `tags`: protobuf cannot tell None from zero here: write list[str]",
    ),
    "a nested list": (
        "tags: list[str]", "tags: list[list[str]]",
        "Users.find, parameter `tags`: the file has `repeated string` here: write list[str]",
    ),
    "a parameter that is no field": (
        "id: int, color", "id: int, extra: int, color",
        "Users.find, parameter `extra`: users.v1.FindRequest has no field of this name: it has id, "
        "note, tags, counts, color, by_name, by_number, since",
    ),
    "a field that is no parameter": (
        "id: int, color", "color",
        "Users.find, parameter: users.v1.FindRequest has the field `id` too: add `id: int`",
    ),
    "an arm that the oneof has not": (
        "key: int | str | None", "key: bool | str | None",
        "Users.find, parameter `key`: no field of the oneof `key` is for the arm bool: it has "
        "string by_name, int64 by_number",
    ),
    "an arm that the union has not": (
        "key: int | str | None", "key: int | None",
        "Users.find, parameter `key`: users.v1.FindRequest has no field of this name: it has id, "
        "note, tags, counts, color, by_name, by_number, since",
    ),
    "an enum value that Python has not": (
        '    BLUE = "blue"\n', "",
        "Users.find, parameter `color`: users.v1.Color has COLOR_BLUE too: add a member for it",
    ),
    "an enum value that the file has not": (
        '    BLUE = "blue"\n', '    BLUE = "blue"\n    GREEN = "green"\n',
        "Users.find, parameter `color`: users.v1.Color has no value for 'green': it has RED, "
        "COLOR_BLUE",
    ),
    "a field of a class that the file has not": (
        "    street: str\n", "    street: str\n    city: str\n",
        "Users.find, result, `Person`, field `home`, `Address`, field `city`: "
        "users.v1.User.Address has no field of this name: it has street",
    ),
    "a field of the file that a class has not": (
        "    home: Address | None\n", "",
        "Users.find, result: users.v1.User has 4 fields: return a class that has the same, or None "
        "if it has none",
    ),
    "no result": (
        "-> Person", "-> None", "Users.find, result: users.v1.User has fields: return a value",
    ),
    "a result of another type": (
        "-> Person", "-> str",
        "Users.find, result: users.v1.User has 4 fields: return a class that has the same, or None "
        "if it has none",
    ),
    "a stream": (
        "-> Person", "-> AsyncIterator[Person]",
        "Users.find: the rpc Find has no stream of responses: write `async def find(self, ",
    ),
    "a default that is not zero": (
        "id: int, color: Color, key: int | str | None,\n        counts: dict[str, int], since",
        "color: Color, key: int | str | None,\n        counts: dict[str, int], id: int = 3, since",
        "Users.find, parameter `id`: its default cannot be told from protobuf's zero: make `id` "
        "`optional` in the file, or drop the default",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal(name: str, folder: Path) -> None:
    old, new, words = REFUSALS[name]
    assert old in PYTHON
    with pytest.raises(StartError) as refused:
        sources.service(folder, PYTHON.replace(old, new)).wire({})
    assert str(refused.value).startswith(words.format(path=f"{folder}{PATH}"))


def test_a_zero_default_is_none(folder: Path) -> None:
    old = "id: int, color: Color, key: int | str | None,\n        counts: dict[str, int], since"
    new = "color: Color, key: int | str | None,\n        counts: dict[str, int], id: int = 0, since"
    sources.service(folder, PYTHON.replace(old, new)).wire({})


def test_a_service_that_the_file_has_not(folder: Path) -> None:
    file = folder / "users/v1/users.proto"
    two = "service AService {}\nservice BService {}\n"
    file.write_text(PROTO.partition("service")[0] + two)
    with pytest.raises(StartError) as refused:
        sources.service(folder, PYTHON).wire({})
    assert str(refused.value) == (
        f"{folder}{PATH} has no service UsersService, which 'users' would be: it has AService, "
        "BService"
    )


def test_a_class_that_stands_for_two_messages(folder: Path) -> None:
    file = folder / "users/v1/users.proto"
    file.write_text(
        PROTO.replace("map<string, int64> counts = 3", "Place counts = 3")
        + "message Place { string street = 1; }\n"
    )
    with pytest.raises(StartError) as refused:
        sources.service(folder, PYTHON.replace("dict[str, int]", "Address")).wire({})
    assert str(refused.value) == (
        "Users.find, result, `Person`, field `home`: `Address` stands for users.v1.Place, and here "
        "for users.v1.User.Address: give each a class of its own"
    )


# -- the command -----------------------------------------------------------------------------


def test_check_and_write(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    name = sources.load(folder, PYTHON).__name__
    main(["proto", "check", f"{name}:Users"])
    assert capsys.readouterr().out == "users/v1/users.proto is implemented\n"
    with pytest.raises(SystemExit) as stopped:
        main(["proto", "write", f"{name}:Users"])
    assert stopped.value.code == 2
    assert "was written by hand" in capsys.readouterr().err
    name = sources.load(folder, PYTHON.replace("tags: list[str]", "tags: str")).__name__
    with pytest.raises(SystemExit) as stopped:
        main(["proto", "check", f"{name}:Users"])
    assert stopped.value.code == 1
    assert capsys.readouterr().err == (
        "Users.find, parameter `tags`: the file has `repeated string` here: write list[str]\n"
    )


# -- messages as such ------------------------------------------------------------------------


@pytest.fixture
def generated(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (folder / "hello/v1").mkdir(parents=True)
    (folder / "hello/v1/hello.proto").write_text(
        dedent("""\
        syntax = "proto3";
        package hello.v1;
        service HelloService {
          rpc SayHello(HelloRequest) returns (HelloReply);
          rpc Watch(HelloRequest) returns (stream HelloReply);
        }
        message HelloRequest { string name = 1; int64 number = 2; }
        message HelloReply { string greeting = 1; repeated int64 numbers = 2; }
        """)
    )
    write([folder / "hello"], {"python": folder / "stubs"})
    monkeypatch.syspath_prepend(folder / "stubs")
    return importlib.import_module("hello.v1.hello_pb2")


def hello(messages: Any, folder: Path, request: Any = None, reply: Any = None) -> MicroService:
    request, reply = request or messages.HelloRequest, reply or messages.HelloReply
    stream: Any = AsyncIterator

    class Hello(MicroService):
        name = "hello"
        contract = str(folder / "hello/v1/hello.proto")

        async def say_hello(self, request: Any) -> Any:
            return messages.HelloReply(greeting=f"hello {request.name}", numbers=[request.number])

        async def watch(self, request: Any) -> Any:
            yield messages.HelloReply(greeting=request.name)

    from gemstone_grpc import exposed_method

    for name, result in (("say_hello", reply), ("watch", stream[reply])):
        method = getattr(Hello, name)
        method.__annotations__ = {"request": request, "return": result}
        setattr(Hello, name, exposed_method()(method))
    return Hello()


async def test_messages_as_such(generated: Any, folder: Path) -> None:
    async with testing.running(hello(generated, folder)) as client:
        request = generated.HelloRequest(name="ann", number=2**62)
        assert await client.grpc("say_hello", request=request) == generated.HelloReply(
            greeting="hello ann", numbers=[2**62]
        )
        assert [reply.greeting async for reply in client.stream("watch", request=request)] == [
            "ann"
        ]
        assert await client.jsonrpc("say_hello", {"name": "ann"}) == {
            "greeting": "hello ann", "numbers": ["0"],
        }  # fmt: skip
        for params, words in (
            ({"nome": "ann"}, 'no field named "nome"'),
            ({"name": 5}, "name"),
            (["ann"], "expected an object, got an array"),
        ):
            with pytest.raises(RpcError) as caught:
                await client.jsonrpc("say_hello", params)
            assert caught.value.code is Code.INVALID_ARGUMENT
            assert words in caught.value.violations[0].description


def test_messages_that_are_others(generated: Any, folder: Path) -> None:
    with pytest.raises(StartError) as refused:
        hello(generated, folder, request=generated.HelloReply).wire({})
    assert str(refused.value) == (
        "Hello.say_hello, parameter `request`: `HelloReply` is hello.v1.HelloReply, and the file "
        "has hello.v1.HelloRequest here"
    )


def test_messages_without_a_file(generated: Any, folder: Path) -> None:
    service = hello(generated, folder)
    type(service).contract = None
    with pytest.raises(StartError) as refused:
        service.wire({})
    assert str(refused.value) == (
        "Hello.say_hello, parameter `request`: `HelloRequest` is a message of protoc's, and they "
        "stand for whole requests and responses of a contract written by hand: use a dataclass in "
        "its place"
    )


# -- the example -----------------------------------------------------------------------------


async def test_the_example() -> None:
    async with testing.running(Greeter()) as client:
        assert await client.grpc("say_hello", name="ann") == "hello ann"
        assert await client.jsonrpc("say_hello", {"name": "ann", "language": "fr"}) == "bonjour ann"
        with pytest.raises(RpcError) as caught:
            await client.jsonrpc("say_hello", {"name": "ann", "language": "la"})
        assert caught.value.details == {"known": ["en", "de", "fr"]}
        people = [GreetAllRequest("ann", 2), GreetAllRequest("bob", 0)]
        greeted = [greetings async for greetings in client.stream("greet_all", people=people)]
        assert greeted == [["hello ann", "hello ann"], []]
