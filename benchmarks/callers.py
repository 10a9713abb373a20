"""Clients that cost little: one call at a time each, and every answer is checked."""

import asyncio
import json
import re
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import grpc.aio

from benchmarks.server_process import ServerProcess

Face = Literal["gRPC", "JSON-RPC"]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """A call and the answer it must get, on both faces."""

    rpc: str
    message: bytes
    response: bytes
    post: bytes
    result: Any
    metadata: tuple[tuple[str, str], ...] = ()


def _request(
    method: str, params: dict[str, Any], message: bytes, response: bytes, token: str = ""
) -> Request:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    head = (
        "POST /api HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
    )
    head += f"Authorization: Bearer {token}\r\n\r\n" if token else "\r\n"
    rpc = "/hello.v1.HelloService/" + method.title().replace("_", "")
    result = response[2:].decode() or None  # after the field's tag and length
    metadata = (("authorization", f"Bearer {token}"),) if token else ()
    return Request(rpc, message, response, head.encode() + body, result, metadata)


_GREETING = ({"name": "world"}, b"\n\x05world", b"\n\x0bhello world")
SAY_HELLO = _request("say_hello", *_GREETING)
SAY_HELLO_FROM_THREAD = _request("say_hello_from_thread", *_GREETING)


def say_hello_with(token: str) -> Request:
    """The first of these calls, with a token."""
    return _request("say_hello", *_GREETING, token)


def block(seconds: float) -> Request:
    """The call of a `def` that sleeps."""
    return _request("block", {"seconds": seconds}, b"\t" + struct.pack("<d", seconds), b"")


class Caller(Protocol):
    """One client, which has one call under way at most."""

    async def call(self, request: Request) -> None:
        """Call, and raise unless the answer is the right one."""


class GrpcCaller:
    """Calls over a channel that others may use too."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self._channel: Any = channel
        self._rpcs: dict[str, Any] = {}

    async def call(self, request: Request) -> None:
        """One unary call."""
        rpc = self._rpcs.get(request.rpc)
        if rpc is None:
            rpc = self._rpcs[request.rpc] = self._channel.unary_unary(request.rpc)
        response = await rpc(request.message, metadata=request.metadata)
        if response != request.response:
            raise RuntimeError(f"{request.rpc} answered {response!r}")


class HttpCaller(asyncio.Protocol):
    """One keep-alive connection."""

    _transport: asyncio.Transport

    def __init__(self) -> None:
        self._answer: asyncio.Future[bytes] | None = None
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if self._answer and end and len(body) >= (int(length[1]) if length else 0):
            self._answer.set_result(body)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())

    async def call(self, request: Request) -> None:
        """One POST."""
        self._received = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request.post)
        body = await self._answer
        answer = json.loads(body)
        if "error" in answer or answer["result"] != request.result:
            raise RuntimeError(f"{request.rpc} answered {body!r}")

    def close(self) -> None:
        """Close the connection."""
        self._transport.close()


@asynccontextmanager
async def connected(face: Face, server: ServerProcess, count: int) -> AsyncIterator[list[Caller]]:
    """As many callers: HTTP connections, or calls at once on one gRPC channel."""
    async with AsyncExitStack() as stack:
        callers: list[Caller] = []
        if face == "gRPC":
            address = f"127.0.0.1:{server.grpc_port}"
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(address))
            callers += [GrpcCaller(channel)] * count
        else:
            loop = asyncio.get_running_loop()
            for _ in range(count):
                _, http = await loop.create_connection(HttpCaller, "127.0.0.1", server.port)
                stack.callback(http.close)
                callers.append(http)
        yield callers


async def load(callers: Sequence[Caller], request: Request, calls: int) -> None:
    """Make `calls` calls in all, each caller its share."""
    left = iter(range(calls))

    async def work(caller: Caller) -> None:
        for _ in left:
            await caller.call(request)

    async with asyncio.TaskGroup() as group:
        for caller in callers:
            group.create_task(work(caller))
