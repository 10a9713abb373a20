"""The newcomer's first call, on both faces."""

from examples.hello_world import HelloWorldService
from gemstone_grpc import testing


async def test_hello_over_sockets() -> None:
    async with testing.running(HelloWorldService()) as client:
        assert await client.jsonrpc("say_hello", {"name": "world"}) == "hello world"
        assert await client.jsonrpc("say_hello", ["world"]) == "hello world"
        assert await client.grpc("say_hello", name="world") == "hello world"


async def test_hello_in_memory() -> None:
    async with testing.in_memory(HelloWorldService()) as client:
        assert await client.jsonrpc("say_hello", {"name": "world"}) == "hello world"
        assert await client.grpc("say_hello", name="world") == "hello world"
