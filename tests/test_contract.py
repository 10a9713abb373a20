"""A committed contract: old and new understand each other on the wire, and a service that says
something else than its contract does not start."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from gemstone_grpc import Code, MicroService, RpcError, StartError, testing
from gemstone_grpc.api import apis
from gemstone_grpc.codec import MethodCodec
from gemstone_grpc.config import resolve
from gemstone_grpc.schema.draft import draft
from tests.schema import sources

OLD = """
class Color(Enum):
    RED = "red"
    GREEN = "green"
    BLUE = "blue"

@dataclass
class Part:
    name: str
    weight: float

@dataclass
class Thing:
    id: int
    name: str
    color: Color
    size: int | str
    parts: list[Part]
    note: str | None = None

class Users(gemstone.MicroService):
    name = "users"
    contract = "users/v1/users.proto"

    @exposed_method()
    async def store(self, owner: str, thing: Thing, count: int) -> Thing:
        return thing

    @exposed_method()
    async def sizes(self, things: list[Thing]) -> AsyncIterator[int | str]:
        for thing in things:
            yield thing.size
"""

NEW = """
class Color(Enum):
    BLACK = "black"
    BLUE = "blue"
    RED = "red"

@dataclass
class Part:
    serial: int | None
    weight: float
    name: str

@dataclass
class Thing:
    size: list[str] | str | int
    colour: Annotated[Color, Field(was="color")]
    created: str | None
    parts: list[Part]
    id: int
    name: str

class Users(gemstone.MicroService):
    name = "users"
    contract = "users/v1/users.proto"

    @exposed_method()
    async def sizes(
        self, limit: int | None, things: list[Thing]
    ) -> AsyncIterator[list[str] | str | int]:
        for thing in things:
            yield thing.size

    @exposed_method()
    async def rename(self, name: str) -> None: ...

    @exposed_method()
    async def store(self, urgent: bool, thing: Thing, owner: str) -> Thing:
        self.stored = urgent, thing, owner
        return thing
"""


@pytest.fixture
def old(tmp_path: Path) -> Any:
    """The old module, its contract written."""
    module = sources.load(tmp_path, OLD)
    sources.drafted(tmp_path, module.Users()).write()
    return module


@pytest.fixture
def old_codecs(old: Any) -> Mapping[str, MethodCodec]:
    """What an old client was built with."""
    return sources.api(old.Users()).settled().codecs


@pytest.fixture
def new(old_codecs: Mapping[str, MethodCodec], tmp_path: Path) -> Any:
    """The new module, the contract written anew over the old one."""
    module = sources.load(tmp_path, NEW)
    sources.drafted(tmp_path, module.Users()).write()
    return module


@asynccontextmanager
async def served(service: MicroService) -> AsyncIterator[testing.SocketClient]:
    async with testing.running(service) as client:
        yield client


async def test_an_old_client_and_a_new_service(
    old: Any, new: Any, old_codecs: Mapping[str, MethodCodec]
) -> None:
    store, sizes = old_codecs["store"], old_codecs["sizes"]
    thing = old.Thing(-7, "vase", old.Color.BLUE, "tall", [old.Part("foot", 0.5)], note="fragile")
    service = new.Users()
    async with served(service) as client:
        request = store.request_to_wire({"owner": "ann", "thing": thing, "count": 3})
        response = await client.unary("store", request)
        assert service.stored == (
            False,
            new.Thing("tall", new.Color.BLUE, None, [new.Part(None, 0.5, "foot")], -7, "vase"),
            "ann",
        )
        thing.note = None  # the one field that the new service gave up
        assert store.result_from_wire(response) == thing
        request = sizes.request_to_wire({"things": [thing, thing]})
        answers = [sizes.result_from_wire(item) async for item in client.streamed("sizes", request)]
        assert answers == ["tall", "tall"]


async def test_a_new_client_and_an_old_service(
    old: Any, new: Any, old_codecs: Mapping[str, MethodCodec], tmp_path: Path
) -> None:
    """The old service has the old file: it was deployed with it."""
    store = sources.api(new.Users()).settled().codecs["store"]
    sources.drafted(tmp_path / "deployed", old.Users()).write()
    old.Users.contract = "deployed/users/v1/users.proto"
    thing = new.Thing(5, new.Color.RED, "today", [new.Part(9, 1.5, "lid")], 1, "box")
    async with served(old.Users()) as client:
        request = store.request_to_wire({"urgent": True, "thing": thing, "owner": "bob"})
        response = await client.unary("store", request)
    thing.created = thing.parts[0].serial = None
    assert store.result_from_wire(response) == thing


async def test_an_enum_value_that_the_other_side_does_not_know(
    old: Any, new: Any, old_codecs: Mapping[str, MethodCodec]
) -> None:
    thing = old.Thing(1, "vase", old.Color.GREEN, 3, [])
    request = old_codecs["store"].request_to_wire({"owner": "", "thing": thing, "count": 1})
    async with served(new.Users()) as client:
        with pytest.raises(RpcError) as caught:
            await client.unary("store", request)
    assert caught.value.code is Code.INVALID_ARGUMENT
    assert caught.value.violations[0].field == "thing.colour"


async def test_new_clients_and_services_of_course(new: Any) -> None:
    thing = new.Thing(["a", "b"], new.Color.BLACK, None, [], 1, "box")
    async with served(new.Users()) as client:
        assert await client.grpc("store", urgent=True, thing=thing, owner="bob") == thing


# -- disagreement ----------------------------------------------------------------------------


def test_a_service_that_says_something_else_does_not_start(old: Any, tmp_path: Path) -> None:
    service = sources.service(tmp_path, OLD.replace("count: int", "count: str"))
    with pytest.raises(StartError) as refused:
        service.wire({})
    target = f"{type(service).__module__}:Users"
    lines = str(refused.value).splitlines()
    assert lines[0] == f"{target} is not what {tmp_path}/users/v1/users.proto says:"
    assert lines[1].startswith("  StoreRequest.count: ")
    assert lines[-1] == f"run `gemstone proto write {target}` if that is meant"


def test_comments_and_order_may_differ(old: Any, tmp_path: Path) -> None:
    other = OLD.replace("        return thing", '        "Store."\n        return thing')
    head, _, tail = other.partition("    @exposed_method()\n    async def sizes")
    store = head[head.index("    @exposed_method()") :]
    moved = head.replace(store, "") + "    @exposed_method()\n    async def sizes" + tail + store
    sources.service(tmp_path, moved).wire({})


def test_a_contract_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StartError) as refused:
        sources.service(tmp_path, OLD).wire({})
    assert str(refused.value) == (
        f"{tmp_path}/users/v1/users.proto is not there: make it with `gemstone proto write`"
    )


def test_a_contract_that_does_not_compile(old: Any, tmp_path: Path) -> None:
    file = tmp_path / "users/v1/users.proto"
    file.write_text(file.read_text().replace("int64 count = 3", "int64 count = 1"))
    with pytest.raises(StartError) as refused:
        old.Users().wire({})
    assert str(refused.value).startswith(f"{file}:")
    assert "StoreRequest" in str(refused.value)


def test_a_contract_in_a_place_of_another_package(old: Any, tmp_path: Path) -> None:
    (tmp_path / "users/v1/users.proto").rename(tmp_path / "other.proto")
    old.Users.contract = "other.proto"
    with pytest.raises(StartError, match=r"other\.proto is not in its place"):
        old.Users().wire({})


@pytest.mark.parametrize("contract", [3, "proto", "users.txt", ["users.proto"]])
def test_a_contract_that_is_no_path(old: Any, contract: Any) -> None:
    old.Users.contract = contract
    with pytest.raises(StartError) as refused:
        old.Users().wire({})
    assert str(refused.value) == "Users.contract must be the path of a .proto file"


# -- versions --------------------------------------------------------------------------------

VERSIONS = """
class First(gemstone.Version):
    version = "v1"
    contract = "users/v1/users.proto"

    @exposed_method()
    async def find(self, user_id: int) -> str:
        return f"first {user_id}"

class Users(gemstone.MicroService):
    name = "users"
    version = "v2"
    contract = "users/v2/users.proto"
    versions = [First()]

    @exposed_method()
    async def find(self, key: str) -> list[str]:
        return [f"second {key}"]

    @exposed_method()
    async def drop(self, key: str) -> None: ...
"""


@pytest.fixture
def versioned(tmp_path: Path) -> MicroService:
    service = sources.service(tmp_path, VERSIONS)
    for api in apis(service, resolve(service, {})):
        assert api.path == tmp_path / api.derived().file
        draft(api.derived(), api.methods, api.doc, api.path).write()
    return service


async def test_two_versions_from_one_process(versioned: MicroService) -> None:
    async with testing.running(versioned) as client:
        first, second = client.version("v1"), client.version("v2")
        for newest in (client, second):
            assert await newest.grpc("find", key="a") == ["second a"]
            assert await newest.jsonrpc("find", ["a"]) == ["second a"]
        assert await first.grpc("find", user_id=7) == "first 7"
        assert await first.jsonrpc("find", [7]) == "first 7"
        with pytest.raises(RpcError) as caught:
            await first.jsonrpc("drop", ["a"])
        assert caught.value.code is Code.UNIMPLEMENTED
        with pytest.raises(LookupError, match="users is not served as v3"):
            client.version("v3")


async def test_versions_in_memory(versioned: MicroService) -> None:
    async with testing.in_memory(versioned) as client:
        assert await client.version("v1").jsonrpc("find", [7]) == "first 7"
        assert await client.version("v1").grpc("find", user_id=7) == "first 7"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("versions = [First]", "Users.versions holds the class First: "),
        ("versions = [3]", "Users.versions holds 3: give it objects of gemstone.Version subclass"),
        ("versions = First()", "Users.versions must be a list of Version objects"),
        ("versions = [First(), First()]", "First.version: v1 is another's already: change one"),
        ('version = "v1"', "First.version: v1 is another's already: change one"),
    ],
)
def test_mistakes_in_versions(source: str, words: str, tmp_path: Path) -> None:
    old = 'version = "v2"' if source.startswith("version =") else "versions = [First()]"
    service = sources.service(tmp_path, VERSIONS.replace(old, source))
    with pytest.raises(StartError) as refused:
        service.wire({})
    assert words in str(refused.value)


@pytest.mark.parametrize("version", ["version = 1", 'version = "1"', ""])
def test_mistakes_in_the_version_of_a_version(version: str, tmp_path: Path) -> None:
    service = sources.service(tmp_path, VERSIONS.replace('version = "v1"', version, 1))
    with pytest.raises(StartError) as refused:
        service.wire({})
    assert str(refused.value) == 'First.version: a version is "v1", "v2", ...'
