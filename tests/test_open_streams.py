"""Streams of requests that stay open: clients that leave, deadlines, the service's end."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import grpc.aio
import pytest

from gemstone_grpc import Code, testing
from tests.streams import Chunk, Uploads, endless_after, refusal, unfinished, upload_of


@pytest.fixture
def service() -> Uploads:
    return Uploads()


@pytest.fixture
async def client(service: Uploads) -> AsyncIterator[testing.SocketClient]:
    async with testing.running(service) as client:
        yield client
        assert await client.grpc("total", numbers=[1, 2]) == 3  # it keeps serving
        await client.wired.dispatcher.idle()


def start_upload(client: testing.SocketClient, **options: Any) -> Any:
    """An upload, as a bidirectional call: on the wire they are alike.

    grpc.aio's own client-streaming call, cancelled, goes on to take a stream of its connection.
    """
    start: Any = client.channel.stream_stream(client.path("upload"))
    return start(**options)


async def open_upload(client: testing.SocketClient, service: Uploads, **options: Any) -> Any:
    """An upload whose first chunk the method has."""
    call = start_upload(client, **options)
    await call.write(upload_of())
    assert await service.seen.get() == b"x"
    return call


async def test_a_client_that_cancels_is_never_taken_for_one_that_has_finished(
    client: testing.SocketClient, service: Uploads
) -> None:
    chance = random.Random(3)

    async def leave() -> None:
        call = start_upload(client)
        await call.write(upload_of())
        await asyncio.sleep(chance.random() / 100)
        call.cancel()

    for _ in range(20):
        await asyncio.gather(*(leave() for _ in range(20)))
        await client.wired.dispatcher.idle()  # gRPC refuses streams of who cancels too many
    seen = [service.seen.get_nowait() for _ in range(service.seen.qsize())]
    assert "end" not in seen
    assert seen.count(asyncio.CancelledError) > 100


@asynccontextmanager
async def through_a_wire_that_breaks(
    service: Uploads,
) -> AsyncIterator[tuple[testing.SocketClient, Callable[[], None]]]:
    """A client behind a relay, and how to cut it off without a word."""
    wires: list[asyncio.StreamWriter] = []

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = address.rpartition(":")
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        wires.extend((writer, far_writer))
        await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

    async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                writer.write(data)
        except ConnectionError:
            pass
        writer.close()

    def cut() -> None:
        for wire in wires:
            wire.transport.abort()

    async with service.serving(port=0, grpc_port=0) as wired:
        address = wired.grpc_address
        async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
            near = "{}:{}".format(*server.sockets[0].getsockname())
            async with grpc.aio.insecure_channel(near) as channel:
                yield testing.SocketClient(wired, wired.face, wired.api_url, channel), cut


async def test_a_client_that_vanishes_cancels_its_call(service: Uploads) -> None:
    async with through_a_wire_that_breaks(service) as (client, cut), asyncio.timeout(20):
        call = await open_upload(client, service)
        cut()
        assert await service.seen.get() is asyncio.CancelledError
        await client.wired.dispatcher.idle()
        assert await call.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_client_that_leaves_a_bidirectional_call(
    client: testing.SocketClient, service: Uploads
) -> None:
    start: Any = client.channel.stream_stream(client.path("double"))
    call = start()
    await call.write(b"\x08\x02")
    assert await call.read() == b"\x08\x04"
    call.cancel()
    assert await service.seen.get() == "closed"


# -- deadlines and the end of the service ----------------------------------------------------


async def test_no_deadline_but_ones_own(client: testing.SocketClient, service: Uploads) -> None:
    call = await open_upload(client, service)
    await asyncio.sleep(2 * service.timeout)
    await call.write(upload_of())
    await call.done_writing()
    assert await call.read() == b"\x08\x02"


async def test_the_callers_deadline_passes_while_an_item_is_awaited(
    client: testing.SocketClient, service: Uploads
) -> None:
    call = await open_upload(client, service, timeout=0.2)
    assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await service.seen.get() is asyncio.CancelledError


async def test_the_methods_deadline_passes_while_an_item_is_awaited(
    client: testing.SocketClient, service: Uploads
) -> None:
    error = await refusal(client.grpc("hasty", numbers=endless_after(service)))
    assert error.code is Code.DEADLINE_EXCEEDED
    assert await service.seen.get() is asyncio.CancelledError


async def test_the_service_stops_while_a_stream_is_open() -> None:
    service = Uploads(grace=0.2)
    async with testing.running(service) as client:
        call = await open_upload(client, service)
    assert await service.seen.get() is asyncio.CancelledError
    assert await call.code() is not grpc.StatusCode.OK


async def test_a_stream_may_finish_within_the_grace() -> None:
    service = Uploads(grace=20)
    async with service.serving(port=0, grpc_port=0) as wired:
        channel = grpc.aio.insecure_channel(wired.grpc_address)
        client = testing.SocketClient(wired, wired.face, wired.api_url, channel)
        call = await open_upload(client, service)

        async def finish() -> None:
            while wired.lifecycle.is_ready:
                await asyncio.sleep(0.001)
            await call.write(upload_of())
            await call.done_writing()

        finishing = asyncio.create_task(finish())
    await finishing
    assert await call.read() == b"\x08\x02"
    await channel.close()


async def test_a_slow_method_holds_its_client_back(
    client: testing.SocketClient, service: Uploads
) -> None:
    size, count, written = 256 * 1024, 400, 0  # 100 MiB

    async def chunks() -> AsyncIterator[Chunk]:
        nonlocal written
        for _ in range(count):
            yield Chunk(b"x" * size)
            written += 1

    call = asyncio.create_task(client.grpc("gated", chunks=chunks()))
    before = -1
    while not 0 < before == written:
        before = written
        await asyncio.sleep(0.3)
    assert written < count / 4
    service.gate.set()
    assert await call == count * size


async def test_nothing_is_logged(
    client: testing.SocketClient, service: Uploads, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        call = await open_upload(client, service)
        call.cancel()
        assert await service.seen.get() is asyncio.CancelledError
        await client.grpc("first", numbers=unfinished())
        await client.grpc("ignores", numbers=unfinished())
    await client.wired.dispatcher.idle()
    assert [record.getMessage() for record in caplog.records] == []
