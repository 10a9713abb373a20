"""Requests that stream: what a method sees of its client, whatever the client does."""

import asyncio
import itertools
import weakref
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

import grpc.aio
import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError, testing
from tests.streams import (
    Chunk,
    Part,
    Uploads,
    endless_after,
    refusal,
    trickle,
    unfinished,
    upload_of,
)

Started = Callable[[Uploads], AbstractAsyncContextManager[testing.Client]]


@pytest.fixture
def service() -> Uploads:
    return Uploads()


@pytest.fixture(params=[testing.running, testing.in_memory])
async def client(service: Uploads, request: pytest.FixtureRequest) -> AsyncIterator[testing.Client]:
    started: Started = request.param
    async with started(service) as client:
        yield client
        assert await client.grpc("total", numbers=[1, 2]) == 3  # it keeps serving
        await client.wired.dispatcher.idle()


@pytest.fixture
async def grpc_client(service: Uploads) -> AsyncIterator[testing.SocketClient]:
    async with testing.running(service) as client:
        yield client
        assert await client.grpc("total", numbers=[1, 2]) == 3
        await client.wired.dispatcher.idle()


# -- what arrives ----------------------------------------------------------------------------


async def test_items_arrive_in_order(client: testing.Client, service: Uploads) -> None:
    chunks = [Chunk(bytes([number])) for number in range(50)]
    assert await client.grpc("upload", chunks=chunks) == 50
    assert [service.seen.get_nowait() for _ in chunks] == [chunk.data for chunk in chunks]
    assert service.seen.get_nowait() == "end"


async def test_hints_of_streams(client: testing.Client) -> None:
    assert await client.grpc("total", numbers=iter([1, 2, 3])) == 6
    assert await client.grpc("join", words=["a", None, "c"]) == "a - c"
    assert await client.grpc("untyped", values=[1, "a", [None]]) == [1, "a", [None]]


async def test_a_client_that_sends_nothing(client: testing.Client) -> None:
    assert await client.grpc("total", numbers=[]) == 0
    assert [item async for item in client.stream("double", numbers=[])] == []


async def test_results_stream_while_requests_do(client: testing.Client) -> None:
    numbers: asyncio.Queue[int | None] = asyncio.Queue()

    async def sent() -> AsyncIterator[int]:
        while (number := await numbers.get()) is not None:
            yield number

    for method in ("double", "doubled_elsewhere"):
        results = client.stream(method, numbers=sent())
        for number in range(5):
            numbers.put_nowait(number)
            assert await anext(results) == 2 * number
        numbers.put_nowait(None)
        assert [result async for result in results] == []


async def test_interceptors_see_streams(service: Uploads) -> None:
    seen = []

    class Watching:
        async def intercept(self, context: gemstone.Context, call_next: gemstone.Next) -> Any:
            method = context.method
            seen.append((method.name, method.client_streaming, method.server_streaming))
            if "x-refuse" in context.metadata:
                raise RpcError(Code.PERMISSION_DENIED, "refused")
            return await call_next(context)

    service.interceptors = [Watching()]
    async with testing.running(service) as client:
        await client.grpc("total", numbers=[1])
        assert [item async for item in client.stream("double", numbers=[1])] == [2]
        call: Any = client.channel.stream_unary(client.path("total"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(iter([b"\xff"]), metadata=(("x-refuse", "1"),))
        assert caught.value.details() == "refused"
    assert seen == [("total", True, False), ("double", True, True), ("total", True, False)]


async def test_json_rpc_has_no_streams(client: testing.Client) -> None:
    for method in ("total", "double"):
        error = await refusal(client.jsonrpc(method, [[1]]))
        assert error.code is Code.UNIMPLEMENTED
        assert error.message == f"{method} streams: call it over gRPC"


# -- items that do not fit -------------------------------------------------------------------


def size_below_zero() -> bytes:
    part = b"\x12\x0b\x08" + b"\xff" * 9 + b"\x01"  # size -1
    return b"\x0a" + bytes([3 + len(part)]) + b"\x0a\x01x" + part


async def test_a_bad_item_in_mid_stream_ends_the_call(
    grpc_client: testing.SocketClient, service: Uploads
) -> None:
    requests = [upload_of(1), size_below_zero(), upload_of(2)]
    error = await refusal(grpc_client.unary("upload", _each(requests)))
    assert error.code is Code.INVALID_ARGUMENT
    assert [(v.field, v.description) for v in error.violations] == [
        ("chunks.parts[0].size", "expected int >= 0")
    ]
    assert [service.seen.get_nowait() for _ in range(2)] == [b"x", RpcError]


async def test_a_method_may_pass_over_bad_items(grpc_client: testing.SocketClient) -> None:
    codec = grpc_client.face.codecs["tolerant"]
    requests = [upload_of(1), size_below_zero(), b"", upload_of(2)]
    answer = await grpc_client.unary("tolerant", _each(requests))
    assert codec.result_from_wire(answer) == ["x", "chunks.parts[0].size", "chunks", "x"]


async def test_garbage_as_an_item(grpc_client: testing.SocketClient) -> None:
    error = await refusal(grpc_client.unary("upload", _each([upload_of(1), b"\xff"])))
    assert error.code is Code.INVALID_ARGUMENT
    assert error.message == "The request is not a uploads.v1.UploadRequest"


async def test_an_item_over_the_limit(service: Uploads) -> None:
    async with testing.running(service) as client:
        chunks = [Chunk(b"a"), Chunk(b"x" * 4 * 1024 * 1024)]
        error = await refusal(client.grpc("upload", chunks=chunks))
        assert error.code is Code.RESOURCE_EXHAUSTED
        await client.wired.dispatcher.idle()
    assert [service.seen.get_nowait() for _ in range(2)] == [b"a", asyncio.CancelledError]


async def test_an_item_that_the_test_client_cannot_send(client: testing.Client) -> None:
    error = await refusal(client.grpc("upload", chunks=[Chunk(b"", [Part("x")])]))  # type: ignore[arg-type]
    assert error.code is Code.INVALID_ARGUMENT
    assert error.violations[0].field == "chunks.parts[0].size"


async def _each(requests: Iterable[bytes]) -> AsyncIterator[bytes]:
    for request in requests:
        yield request


# -- methods that read in their own way ------------------------------------------------------


async def test_a_method_that_returns_before_its_client_has_finished(client: testing.Client) -> None:
    assert await client.grpc("first", numbers=unfinished()) == 1
    assert await client.grpc("ignores", numbers=unfinished()) == "not read"
    error = await refusal(client.grpc("refuses", numbers=unfinished()))
    assert (error.code, error.message) == (Code.ABORTED, "no 1")


async def test_a_method_that_returns_while_its_client_sends(
    grpc_client: testing.SocketClient,
) -> None:
    def call(channel: grpc.Channel, method: str) -> bytes:
        start: Any = channel.stream_unary(grpc_client.path(method))
        response: bytes = start(itertools.repeat(b"\x08\x01"))
        return response

    # not grpc.aio's client: it says INTERNAL when its write and the answer cross
    with grpc.insecure_channel(grpc_client.wired.grpc_address) as channel:
        for _ in range(20):
            assert await asyncio.to_thread(call, channel, "first") == b"\x08\x01"
            assert await asyncio.to_thread(call, channel, "ignores") == b"\x0a\x08not read"
            with pytest.raises(grpc.RpcError) as caught:
                await asyncio.to_thread(call, channel, "refuses")
            error: Any = caught.value
            assert (error.code(), error.details()) == (grpc.StatusCode.ABORTED, "no 1")


async def test_reading_after_the_end(client: testing.Client) -> None:
    assert await client.grpc("after_the_end", numbers=[1, 2]) == [1, 2, -1]


async def test_a_second_reader_is_refused(client: testing.Client, service: Uploads) -> None:
    numbers = trickle([7], service, "reading")
    words, first = await client.grpc("two_readers", numbers=numbers)
    assert words == (
        "a stream of requests is read in two places at once: read it in one, and hand the items on "
        "through an asyncio.Queue"
    )
    assert first == "7"


async def test_a_read_that_was_given_up_loses_nothing(
    client: testing.Client, service: Uploads
) -> None:
    numbers = trickle(range(20), service, "gave up")
    assert await client.grpc("impatient", numbers=numbers) == [*range(20)]


async def test_no_item_is_held(grpc_client: testing.SocketClient) -> None:
    async def slowly() -> AsyncIterator[Chunk]:
        for _ in range(3):
            yield Chunk(b"x")
            await asyncio.sleep(0.05)

    assert await grpc_client.grpc("forgets", chunks=slowly()) == 0


async def test_a_stream_ends_with_its_call(client: testing.Client, service: Uploads) -> None:
    assert await client.grpc("leaks", numbers=endless_after(service)) == "left"
    await asyncio.wait([service.reader])
    assert service.reader.cancelled()
    with pytest.raises(RuntimeError, match="a stream of requests was closed"):
        await anext(service.left)
    left = weakref.ref(service.left)
    del service.left, service.reader
    assert left() is None
