"""Metadata that a method sends back: before its first result, and behind its last or its error."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
from google.rpc import status_pb2

import gemstone_grpc as gemstone
from gemstone_grpc import Code, Context, RpcError, testing

INITIAL = (("x-node", "a 1"), ("x-trace-bin", b"\x00\xff"), ("x-node", "b"))
TRAILING = (("x-cost", "7"), ("x-sum-bin", b"\xfe"))


class Answering(gemstone.MicroService):
    name = "answering"

    @gemstone.exposed_method()
    async def unary(self, context: Context) -> int:
        await context.send_initial_metadata(INITIAL)
        context.set_trailing_metadata(TRAILING)
        return 1

    @gemstone.exposed_method()
    async def results(self, context: Context) -> AsyncIterator[int]:
        await context.send_initial_metadata(iter(INITIAL))
        yield 1
        context.set_trailing_metadata(pair for pair in TRAILING)

    @gemstone.exposed_method()
    async def requests(self, numbers: AsyncIterator[int], context: Context) -> int:
        await context.send_initial_metadata(INITIAL)
        context.set_trailing_metadata(TRAILING)
        return sum([number async for number in numbers])

    @gemstone.exposed_method()
    async def both(self, numbers: AsyncIterator[int], context: Context) -> AsyncIterator[int]:
        await context.send_initial_metadata(INITIAL)
        context.set_trailing_metadata(TRAILING)
        async for number in numbers:
            yield number

    @gemstone.exposed_method()
    def in_thread(self, context: Context) -> None:
        context.set_trailing_metadata(TRAILING)

    @gemstone.exposed_method()
    async def fails(self, context: Context, note: str = "") -> int:
        await context.send_initial_metadata(INITIAL)
        context.set_trailing_metadata(TRAILING)
        raise RpcError(Code.NOT_FOUND, "none", {"note": note} if note else None)

    @gemstone.exposed_method()
    async def breaks(self, context: Context) -> int:
        context.set_trailing_metadata(TRAILING)
        raise LookupError

    @gemstone.exposed_method()
    async def large(self, context: Context) -> int:
        context.set_trailing_metadata([("x-large", "v" * 4089)])
        raise RpcError(Code.NOT_FOUND, "none", {"note": "n" * 3500})

    @gemstone.exposed_method()
    async def replaces(self, context: Context) -> None:
        context.set_trailing_metadata([("x-first", "1")])
        context.set_trailing_metadata(TRAILING)

    @gemstone.exposed_method()
    async def twice(self, context: Context) -> str:
        await context.send_initial_metadata([])
        return await self.once_more(context)

    @gemstone.exposed_method()
    async def late(self, context: Context) -> AsyncIterator[str]:
        yield "first"
        yield await self.once_more(context)

    async def once_more(self, context: Context) -> str:
        try:
            await context.send_initial_metadata(INITIAL)
        except RuntimeError as error:
            return str(error)
        return "sent"


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[testing.SocketClient]:
    async with testing.running(Answering()) as client:
        yield client


def pairs(metadata: Any) -> list[tuple[str, str | bytes]]:
    """Metadata without what gRPC itself adds."""
    return [(name, value) for name, value in metadata or () if name.startswith("x-")]


@pytest.mark.parametrize("method", ["unary", "results", "requests", "both"])
async def test_every_arity(client: testing.SocketClient, method: str) -> None:
    known = client.face.calls[method].method
    kind = f"{_arity(known.client_streaming)}_{_arity(known.server_streaming)}"
    start: Any = getattr(client.channel, kind)(client.path(method))
    call = start(iter([b"\x08\x01"]) if known.client_streaming else b"")
    if known.server_streaming:
        assert [response async for response in call] == [b"\x08\x01"]
    else:
        assert await call == b"\x08\x01"
    assert sorted(pairs(await call.initial_metadata())) == sorted(INITIAL)
    assert sorted(pairs(await call.trailing_metadata())) == sorted(TRAILING)


def _arity(streams: bool) -> str:
    return "stream" if streams else "unary"


@pytest.mark.parametrize("method", ["in_thread", "replaces"])
async def test_trailing_alone(client: testing.SocketClient, method: str) -> None:
    start: Any = client.channel.unary_unary(client.path(method))
    call = start(b"")
    await call
    assert pairs(await call.initial_metadata()) == []
    assert sorted(pairs(await call.trailing_metadata())) == sorted(TRAILING)


async def failure(client: testing.SocketClient, method: str, **params: Any) -> Any:
    start: Any = client.channel.unary_unary(client.path(method))
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await start(client.face.codecs[method].request_to_wire(params))
    return caught.value


@pytest.mark.parametrize("note", ["", "why"])
async def test_an_error_carries_it_too(client: testing.SocketClient, note: str) -> None:
    error = await failure(client, "fails", note=note)
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "none")
    assert sorted(pairs(error.initial_metadata())) == sorted(INITIAL)
    assert sorted(pairs(error.trailing_metadata())) == sorted(TRAILING)
    details = dict(error.trailing_metadata()).get("grpc-status-details-bin")
    assert (details is not None) == bool(note)
    if details is not None:
        assert len(status_pb2.Status.FromString(details).details) == 1


async def test_an_unexpected_error_carries_it_too(client: testing.SocketClient) -> None:
    error = await failure(client, "breaks")
    assert (error.code(), error.details()) == (grpc.StatusCode.INTERNAL, "Internal error")
    assert sorted(pairs(error.trailing_metadata())) == sorted(TRAILING)


async def test_details_give_way_to_metadata(
    client: testing.SocketClient, caplog: pytest.LogCaptureFixture
) -> None:
    error = await failure(client, "large")
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "none")
    assert pairs(error.trailing_metadata()) == [("x-large", "v" * 4089)]
    assert "are too large for gRPC and were left out" in caplog.text


async def test_initial_metadata_is_sent_once(client: testing.SocketClient) -> None:
    words = (
        "initial metadata was sent already, by this method or with its first response, or the call "
        "is over: send all of it at once, before the first result"
    )
    assert await client.grpc("twice") == words
    assert [text async for text in client.stream("late")] == ["first", words]


async def test_other_faces_pass_it_over(client: testing.SocketClient) -> None:
    assert await client.jsonrpc("unary") == 1
    with pytest.raises(RpcError) as caught:
        await client.jsonrpc("fails", {"note": "why"})
    assert (caught.value.code, caught.value.details) == (Code.NOT_FOUND, {"note": "why"})
    async with testing.in_memory(Answering()) as memory:
        assert await memory.grpc("unary") == 1
        assert await memory.grpc("requests", numbers=[1, 2]) == 3
        assert [item async for item in memory.stream("both", numbers=[1, 2])] == [1, 2]


NAME = "a name is lower-case letters, digits and _ - . alone, such as 'x-tag'"
TAKEN = "the name belongs to gRPC or HTTP: choose another, such as one with x- before it"
TEXT = (
    "a value is printable ASCII without space at its ends: give other text as bytes, under a name "
    "that ends in -bin"
)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("X-Tag", "a", NAME), ("x tag", "a", NAME), ("", "a", NAME), ("größe", "a", NAME),
        (":path", "a", NAME), ("x-tag\n", "a", NAME), (5, "a", NAME),
        ("grpc-status", "0", TAKEN), ("grpc-mine-bin", b"0", TAKEN), ("content-type", "a", TAKEN),
        ("te", "a", TAKEN), ("host", "a", TAKEN),
        ("x-tag-bin", "a", "a name that ends in -bin is for bytes"),
        ("x-tag", b"a", TEXT), ("x-tag", 5, TEXT), ("x-tag", "é", TEXT), ("x-tag", "a\nb", TEXT),
        ("x-tag", " a", TEXT), ("x-tag", "a ", TEXT), ("x-tag", "a\n", TEXT),
    ],
)  # fmt: skip
async def test_metadata_that_grpc_would_not_carry(
    client: testing.SocketClient, name: Any, value: Any, words: str
) -> None:
    context = Context(client.face.calls["unary"].method, transport="jsonrpc")
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        context.set_trailing_metadata([(name, value)])
    assert str(caught.value) == f"metadata {name!r}: {words}"
    with pytest.raises(ValueError):  # noqa: PT011
        await context.send_initial_metadata([(name, value)])


@pytest.mark.parametrize("pair", ["x-tag", ("x-tag",), ("x-tag", "a", "b"), ["x-tag", "a"]])
def test_metadata_that_is_no_pairs(client: testing.SocketClient, pair: Any) -> None:
    context = Context(client.face.calls["unary"].method, transport="grpc")
    with pytest.raises(ValueError, match='pairs of a name and a value, \\("x-tag", "a"\\): '):
        context.set_trailing_metadata([pair])


async def test_too_much_metadata(client: testing.SocketClient) -> None:
    context = Context(client.face.calls["unary"].method, transport="grpc")
    with pytest.raises(ValueError, match="metadata of 4097 bytes is over the 4096 that surely"):
        context.set_trailing_metadata([("x", "v" * 4096)])
