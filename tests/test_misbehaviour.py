"""Methods that misbehave: a fixed answer that leaks nothing, and a log that says why."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from gemstone_grpc import Code, RpcError, testing
from tests.services import SECRET, STRANGE_ERRORS, Rogue

Call = Callable[[testing.Client, str], Awaitable[Any]]


async def over_jsonrpc(client: testing.Client, method: str) -> Any:
    return await client.jsonrpc(method)


async def over_grpc(client: testing.Client, method: str) -> Any:
    return await client.grpc(method)


both_faces = pytest.mark.parametrize("call", [over_jsonrpc, over_grpc])


@pytest.fixture
async def rogue() -> AsyncIterator[Rogue]:
    service = Rogue()
    yield service
    service.release.set()


@pytest.fixture
async def client(rogue: Rogue) -> AsyncIterator[testing.SocketClient]:
    async with testing.running(rogue) as client:
        yield client
        assert await client.jsonrpc("works") == await client.grpc("works") == "still here"
        rogue.release.set()


@pytest.mark.parametrize(
    "method",
    [
        "raises", "raises_in_thread", "stops_iteration", "exits", "exits_in_thread", "odd",
        "odd_in_thread", "interrupts", "wrong_type",
        "unwritable", "too_deep",
    ],
)  # fmt: skip
@both_faces
async def test_unexpected_errors(
    client: testing.SocketClient, call: Call, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(RpcError) as caught:
        await call(client, method)
    assert caught.value.code is Code.INTERNAL
    assert caught.value.message == "Internal error"
    assert caught.value.details == {}
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.getMessage() == f"Rogue.{method} failed"
    assert record.exc_info is not None


@both_faces
async def test_a_method_that_cancels_itself(client: testing.SocketClient, call: Call) -> None:
    with pytest.raises(RpcError) as caught:
        await call(client, "cancels_itself")
    assert caught.value.code is Code.CANCELLED
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("method", ["never_returns", "never_returns_in_thread"])
@both_faces
async def test_methods_that_never_return(
    client: testing.SocketClient, call: Call, method: str
) -> None:
    with pytest.raises(RpcError) as caught:
        await call(client, method)
    assert caught.value.code is Code.DEADLINE_EXCEEDED


@both_faces
async def test_a_method_that_swallows_its_cancellation(
    client: testing.SocketClient, rogue: Rogue, call: Call
) -> None:
    with pytest.raises(RpcError) as caught:
        await call(client, "swallows_cancellation")
    assert caught.value.code is Code.DEADLINE_EXCEEDED
    assert rogue.cancelled.is_set()
    assert client.wired.dispatcher.in_flight == 1  # counted until it really ends


@pytest.mark.parametrize("method", ["swallows_cancellation", "never_returns_in_thread"])
async def test_calls_that_do_not_end_fill_the_bound(rogue: Rogue, method: str) -> None:
    rogue._settings |= {"max_in_flight": 2}
    async with testing.running(rogue) as client:
        for expected in (Code.DEADLINE_EXCEEDED, Code.DEADLINE_EXCEEDED, Code.RESOURCE_EXHAUSTED):
            with pytest.raises(RpcError) as caught:
                await client.jsonrpc(method)
            assert caught.value.code is expected
        with pytest.raises(RpcError) as caught:
            await client.grpc("works")
        assert caught.value.code is Code.RESOURCE_EXHAUSTED
        rogue.release.set()
        await client.wired.dispatcher.idle()
        assert await client.jsonrpc("works") == "still here"


async def collect(client: testing.Client, method: str) -> tuple[list[Any], RpcError]:
    items: list[Any] = []
    with pytest.raises(RpcError) as caught:
        async for item in client.stream(method):
            items.append(item)
    return items, caught.value


@pytest.mark.parametrize(
    ("method", "items", "code", "message"),
    [
        ("breaks_in_stream", [1], Code.INTERNAL, "Internal error"),
        ("exits_in_stream", [1], Code.INTERNAL, "Internal error"),
        ("exits_before_its_stream", [], Code.INTERNAL, "Internal error"),
        ("refuses_in_stream", [1], Code.ABORTED, "enough"),
        ("wrong_item", [], Code.INTERNAL, "Internal error"),
        ("no_stream", [], Code.INTERNAL, "Internal error"),
    ],
)
async def test_streams_that_fail(
    client: testing.SocketClient, method: str, items: list[int], code: Code, message: str
) -> None:
    seen, error = await collect(client, method)
    assert seen == items
    assert (error.code, error.message) == (code, message)


async def test_a_stream_ends_at_its_deadline(client: testing.SocketClient, rogue: Rogue) -> None:
    items, error = await collect(client, "endless")
    assert items[:3] == [0, 1, 2]
    assert error.code is Code.DEADLINE_EXCEEDED
    assert rogue.cancelled.is_set()


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("face", ["grpc", "jsonrpc"])
async def test_every_code_arrives(client: testing.SocketClient, face: str, code: Code) -> None:
    params = {"code": code.value, "message": "why: 100 %\n'é'"}
    with pytest.raises(RpcError) as caught:
        await (client.grpc("says", **params) if face == "grpc" else client.jsonrpc("says", params))
    assert caught.value.code is code
    assert caught.value.message == "why: 100 %\n'é'"
    assert caught.value.details == {"note": "why: 100 %\n'é'"}


async def test_a_very_long_message_fits_into_metadata(client: testing.SocketClient) -> None:
    with pytest.raises(RpcError) as caught:
        await client.grpc("says", code=5, message="x" * 100_000)
    assert caught.value.code is Code.NOT_FOUND
    assert caught.value.message == "x" * 1024


@pytest.mark.parametrize("number", range(len(STRANGE_ERRORS)))
async def test_errors_that_cannot_be_written(client: testing.SocketClient, number: int) -> None:
    for call in (
        client.jsonrpc("strange_error", [number]),
        client.grpc("strange_error", number=number),
    ):
        with pytest.raises(RpcError) as caught:
            await call
        assert (caught.value.code, caught.value.message) == (Code.INTERNAL, "Internal error")
        assert caught.value.details == {}


async def test_details_are_written_as_json(client: testing.SocketClient) -> None:
    shown = {"at": "2026-01-31T12:00:00Z", "1": [1, "a"], "id": "u"}
    for call in (client.jsonrpc("rich_details"), client.grpc("rich_details")):
        with pytest.raises(RpcError) as caught:
            await call
        assert caught.value.details == shown


async def test_calls_in_flight_are_bounded(rogue: Rogue) -> None:
    rogue._settings |= {"max_in_flight": 3, "timeout": 5}
    async with testing.running(rogue) as client:
        stuck = [asyncio.create_task(client.jsonrpc("never_returns")) for _ in range(3)]
        for _ in stuck:
            await rogue.running.acquire()
        for call in (over_jsonrpc, over_grpc):
            with pytest.raises(RpcError) as caught:
                await call(client, "works")
            assert caught.value.code is Code.RESOURCE_EXHAUSTED
        for task in stuck:
            task.cancel()
        await asyncio.wait(stuck)
