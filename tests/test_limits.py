"""Every limit of a setting: at its edge, below it, and one over."""

import asyncio
import json
from typing import Any

import grpc.aio
import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError, testing
from tests.raw import connect, read_answer, request, send


class Small(gemstone.MicroService):
    name = "small"
    max_header_size = 1000
    max_body_size = 300
    max_batch = 3
    max_nesting = 5
    max_message_size = 400
    max_in_flight = 2
    body_timeout = 0.5
    idle_timeout = 0.5
    timeout = 0.4

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.go = asyncio.Event()

    @gemstone.exposed_method()
    async def echo(self, value: Any) -> Any:
        return value

    @gemstone.exposed_method()
    async def text(self, text: str) -> str:
        return text

    @gemstone.exposed_method(timeout=20)
    async def wait(self) -> None:
        await self.go.wait()

    @gemstone.exposed_method()
    async def sleep(self, seconds: float) -> float:
        await asyncio.sleep(seconds)
        return seconds


def padded(size: int) -> bytes:
    """A call of this many bytes."""
    head, tail = b'{"jsonrpc":"2.0","id":1,"method":"text","params":["', b'"]}'
    return head + b"x" * (size - len(head) - len(tail)) + tail


@pytest.mark.parametrize(("size", "status"), [(299, 200), (300, 200), (301, 413)])
async def test_body(size: int, status: int) -> None:
    async with testing.running(Small()) as client:
        assert (await send(client, request(padded(size)))).status == status


@pytest.mark.parametrize(("size", "status"), [(999, b"200"), (1000, b"200"), (1001, b"400")])
async def test_headers(size: int, status: bytes) -> None:
    body = padded(100)
    plain = request(body, headers="X-Filler: \r\n")
    filler = "x" * (size - (len(plain) - len(body)))
    async with testing.running(Small()) as client:
        reader, writer = await connect(client)
        writer.write(request(body, headers=f"X-Filler: {filler}\r\n"))
        assert (await reader.read(12))[9:] in (status, b"" if status == b"400" else status)
        writer.close()


@pytest.mark.parametrize(("calls", "fits"), [(2, True), (3, True), (4, False)])
async def test_batch(calls: int, fits: bool) -> None:
    entry = {"jsonrpc": "2.0", "id": 1, "method": "echo", "params": [1]}
    async with testing.running(Small()) as client:
        answer = json.loads(await client.post(json.dumps([entry] * calls).encode()) or b"")
    assert (len(answer) == calls) if fits else (answer["error"]["code"] == -32600)


@pytest.mark.parametrize(("levels", "fits"), [(4, True), (5, True), (6, False)])
async def test_nesting(levels: int, fits: bool) -> None:
    inner = levels - 2  # the request and its params are levels too
    body = b'{"jsonrpc":"2.0","id":1,"method":"echo","params":[%b1%b]}' % (
        b"[" * inner,
        b"]" * inner,
    )
    async with testing.running(Small()) as client:
        answer = json.loads(await client.post(body) or b"")
    assert ("result" in answer) if fits else (answer["error"]["code"] == -32700)


@pytest.mark.parametrize(("size", "fits"), [(399, True), (400, True), (401, False)])
async def test_messages(size: int, fits: bool) -> None:
    text = "x" * (size - 3)  # a tag, and two bytes of length
    async with testing.running(Small()) as client:
        call: Any = client.channel.unary_unary(client.path("text"))
        message = client.face.codecs["text"].request_to_wire({"text": text})
        assert len(message) == size
        if fits:
            assert await call(message) == message  # the answer is of the same size
        else:
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call(message)
            assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("face", ["jsonrpc", "grpc"])
async def test_calls_in_flight(face: str) -> None:
    service = Small()
    async with testing.running(service) as client, asyncio.timeout(10):
        call: Any = getattr(client, face)
        running = [asyncio.create_task(call("wait")) for _ in range(2)]
        while client.wired.dispatcher.in_flight < 2:
            await asyncio.sleep(0.01)
        with pytest.raises(RpcError) as caught:
            await call("wait")
        assert caught.value.code is Code.RESOURCE_EXHAUSTED
        service.go.set()
        await asyncio.gather(*running)
        assert await call("wait") is None


@pytest.mark.parametrize("face", ["jsonrpc", "grpc"])
async def test_deadline(face: str) -> None:
    async with testing.running(Small()) as client:
        if face == "jsonrpc":
            assert await client.jsonrpc("sleep", [0.01]) == 0.01
            late: Any = client.jsonrpc("sleep", [5])
        else:
            assert await client.grpc("sleep", seconds=0.01) == 0.01
            late = client.grpc("sleep", seconds=5)
        with pytest.raises(RpcError) as caught:
            await late
        assert caught.value.code is Code.DEADLINE_EXCEEDED


async def test_slow_bodies() -> None:
    async with testing.running(Small()) as client, asyncio.timeout(10):
        for pause, status in ((0.05, 200), (5.0, 408)):
            reader, writer = await connect(client)
            whole = request(padded(100))
            writer.write(whole[:-10])
            finish = asyncio.get_running_loop().call_later(pause, writer.write, whole[-10:])
            assert (await read_answer(reader)).status == status
            finish.cancel()
            writer.close()


async def test_idle_connections() -> None:
    async with testing.running(Small()) as client, asyncio.timeout(10):
        reader, writer = await connect(client)
        for _ in range(3):
            writer.write(request(padded(100)))
            assert (await read_answer(reader)).status == 200
            await asyncio.sleep(0.1)
        assert await reader.read() == b""
        writer.close()
