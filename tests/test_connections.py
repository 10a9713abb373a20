"""gRPC connections: how many calls they hold, how old they get, and on which addresses."""

import asyncio
import contextlib
from typing import Any

import grpc.aio
import pytest

from gemstone_grpc import testing
from tests.services import Rogue, Shop


async def test_calls_over_the_streams_of_a_connection_wait() -> None:
    service = Rogue(timeout=30, max_concurrent_streams=2)
    async with testing.running(service) as client, asyncio.timeout(10):
        call: Any = client.channel.unary_unary(client.path("never_returns_in_thread"))
        calls = [call(b"") for _ in range(3)]
        while client.wired.dispatcher.in_flight < 2:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # time for a third to come, if it could
        assert client.wired.dispatcher.in_flight == 2
        service.release.set()
        assert await asyncio.gather(*calls) == [b"\x08\x01"] * 3


async def test_an_old_connection_is_replaced_and_no_call_notices() -> None:
    async with testing.running(Shop(max_connection_age=0.2)) as client:
        peers: set[str] = set()
        async with asyncio.timeout(20):
            while len(peers) < 3:
                peers.add((await client.grpc("whoami"))["peer"])
                await asyncio.sleep(0.02)


async def test_a_stream_outlives_its_connections_age_by_the_grace() -> None:
    service = Shop(max_connection_age=0.2, max_connection_age_grace=None)
    async with testing.running(service) as client:
        call: Any = client.channel.unary_stream(client.path("tick"))
        stream = call(b"\x08\x14")  # 20 items, 50 ms apart
        assert [response async for response in stream][-1] == b"\x08\x13"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1"])
async def test_addresses(host: str) -> None:
    async with testing.running(Shop(host=host)) as client:
        assert await client.jsonrpc("add", [1]) == 2
        assert await client.grpc("add", a=1) == 2
        assert (f"[{host}]:" if ":" in host else f"{host}:") in client.api_url


@pytest.mark.parametrize(
    ("settings", "shown"),
    [({}, True), ({"host": "0.0.0.0"}, False), ({"reflection": False}, False),
     ({"host": "0.0.0.0", "reflection": True}, True)],
)  # fmt: skip
async def test_reflection_is_for_loopback_unless_chosen(
    settings: dict[str, Any], shown: bool
) -> None:
    async with testing.running(Shop(**settings)) as client:
        method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
        call: Any = client.channel.stream_stream(method)
        stream = call(iter([b"\x3a\x00"]))  # list_services
        if shown:
            assert b"shop.v1.ShopService" in await stream.read()
        else:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await stream.read()
            assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
        stream.cancel()


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])


async def test_connections_over_the_bound_are_closed() -> None:
    async with testing.running(Shop(max_connections=3)) as client:
        held = [await greeted(client.wired.lifecycle.grpc_port) for _ in range(3)]
        assert [greeting != b"" for greeting, _ in held] == [True] * 3
        greeting, over = await greeted(client.wired.lifecycle.grpc_port)
        assert greeting == b""
        await closed(over)
        await closed(held.pop()[1])
        async with asyncio.timeout(10):
            while True:  # until the server has noticed
                greeting, writer = await greeted(client.wired.lifecycle.grpc_port)
                await closed(writer)
                if greeting:
                    break
        assert await asyncio.gather(*(closed(writer) for _, writer in held)) == [None] * 2


async def greeted(port: int) -> tuple[bytes, asyncio.StreamWriter]:
    """A new connection, and the first bytes that the server sends; none if it closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(PREFACE)
    try:
        return await reader.read(100), writer
    except ConnectionError:
        return b"", writer


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
