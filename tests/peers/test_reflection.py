"""gRPC through reflection alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from examples.hello_world import HelloWorldService
from gemstone_grpc.schema.names import pascal
from tests.peers.every_type import ROWS, EveryType
from tests.peers.reflected import Reflected, reflecting, spell
from tests.peers.service import Peers

HELLO = "hello_world_service.v1.HelloWorldService"
EVERY_TYPE = "every_type.v1.EveryTypeService"


@pytest.fixture(scope="module")
async def hello() -> AsyncIterator[Reflected]:
    async with reflecting(HelloWorldService()) as client:
        yield client


@pytest.fixture(scope="module")
async def every_type() -> AsyncIterator[Reflected]:
    async with reflecting(EveryType()) as client:
        yield client


async def test_lists_the_services(hello: Reflected) -> None:
    services = await asyncio.to_thread(hello.database.get_services)
    assert sorted(services) == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        HELLO,
    ]
    for service in services:
        assert await asyncio.to_thread(hello.rpcs, service)


async def test_calls_the_hello_world(hello: Reflected) -> None:
    response = await asyncio.to_thread(hello.call, f"{HELLO}.SayHello", {"name": "world"})
    assert response == {"result": "hello world"}


async def test_calls_the_health_service(hello: Reflected) -> None:
    response = await asyncio.to_thread(
        hello.call, "grpc.health.v1.Health.Check", {"service": HELLO}
    )
    assert response == {"status": "SERVING"}


async def test_reads_a_stream() -> None:
    async with reflecting(Peers()) as client:
        rpc = "peers.v1.PeersService.Count"
        responses = await asyncio.to_thread(client.stream, rpc, {"to": "3"})
    assert responses == [{"result": "1"}, {"result": "2"}, {"result": "3"}]


async def test_shows_which_side_streams() -> None:
    async with reflecting(Peers()) as client:
        rpcs = await asyncio.to_thread(client.rpcs, "peers.v1.PeersService")
    assert {rpc.name: (rpc.client_streaming, rpc.server_streaming) for rpc in rpcs.values()} == {
        "Subtract": (False, False),
        "Note": (False, False),
        "UsersFind": (False, False),
        "Pay": (False, False),
        "Count": (False, True),
        "Total": (True, False),
        "Double": (True, True),
    }


async def test_imports_resolve(every_type: Reflected) -> None:
    *imports, own = await asyncio.to_thread(every_type.files, EVERY_TYPE)
    assert own.name == "every_type/v1/every_type.proto"
    assert {file.name for file in imports} == {
        "google/protobuf/duration.proto",
        "google/protobuf/struct.proto",
        "google/protobuf/timestamp.proto",
        "google/type/date.proto",
    }


async def test_every_type_has_its_rpc(every_type: Reflected) -> None:
    rpcs = await asyncio.to_thread(every_type.rpcs, EVERY_TYPE)
    assert rpcs.keys() == {f"{EVERY_TYPE}.{pascal(name)}" for name in ROWS}


@pytest.mark.parametrize("name", ROWS)
async def test_type(every_type: Reflected, name: str) -> None:
    row = ROWS[name]
    rpc = f"{EVERY_TYPE}.{pascal(name)}"
    method = await asyncio.to_thread(every_type.rpc, rpc)
    assert spell(method.input_type) == row.fields
    response = await asyncio.to_thread(every_type.call, rpc, row.request)
    assert response == row.response
