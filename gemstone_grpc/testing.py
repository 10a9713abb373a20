"""A service under test: on real sockets (`running`), or in memory (`in_memory`).

    async def test_hello() -> None:
        async with testing.running(HelloWorldService()) as client:
            assert await client.jsonrpc("say_hello", {"name": "world"}) == "hello world"
            assert await client.grpc("say_hello", name="world") == "hello world"

Both give a `Client`, so that a test may move from one to the other.
"""

import abc
import asyncio
import copy
import json
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Self

import grpc
import grpc.aio
import msgspec
from google.protobuf import json_format, struct_pb2
from google.rpc import error_details_pb2, status_pb2
from tornado.httpclient import AsyncHTTPClient
from tornado.httputil import HTTPHeaders

from gateway.endpoint import Caller
from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, FieldViolation, RpcError
from gemstone_grpc.service import MicroService
from gemstone_grpc.wiring import Face, Wired

Params = Mapping[str, Any] | Sequence[Any]
Request = bytes | AsyncIterator[bytes]

_PEER = "memory"


class Client(abc.ABC):
    """Calls a service over either face; both raise what the service answers as `RpcError`."""

    def __init__(self, wired: Wired, face: Face) -> None:
        self.wired = wired
        self.face = face
        self.metadata: tuple[tuple[str, str], ...] = ()

    def with_metadata(self, *pairs: tuple[str, str]) -> Self:
        """A client that sends these as gRPC metadata and as HTTP headers."""
        other = copy.copy(self)
        other.metadata = (*self.metadata, *pairs)
        return other

    def with_token(self, token: str) -> Self:
        """A client that sends this token."""
        return self.with_metadata(("authorization", f"Bearer {token}"))

    @abc.abstractmethod
    def version(self, name: str) -> Self:
        """A client of another version that is served, such as `v1`. Raises `LookupError`."""

    @abc.abstractmethod
    async def post(self, body: bytes) -> bytes | None:
        """A JSON-RPC body → the body of the answer; None when there is none."""

    @abc.abstractmethod
    async def unary(self, method: str, request: Request) -> bytes:
        """A serialized request, or a stream of them → the serialized response."""

    @abc.abstractmethod
    def streamed(self, method: str, request: Request) -> AsyncIterator[bytes]:
        """A serialized request, or a stream of them → the serialized responses as they come."""

    async def jsonrpc(self, method: str, params: Params = ()) -> Any:
        """Call over JSON-RPC; the result is plain JSON data."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = json.loads(await self.post(msgspec.json.encode(call)) or b"{}")
        if answer.get("error") is not None:
            raise _error_from_json(answer["error"])
        return answer["result"]

    async def grpc(self, method: str, **params: Any) -> Any:
        """Call over gRPC; the result is a value of the method's hint.

        What stands for a stream of requests is an iterable of items, or an async one.
        """
        codec = self.face.codecs[method]
        return codec.result_from_wire(await self.unary(method, self._request(method, params)))

    async def stream(self, method: str, **params: Any) -> AsyncIterator[Any]:
        """Call a method whose results stream over gRPC; parameters are as for `grpc`."""
        codec = self.face.codecs[method]
        async for response in self.streamed(method, self._request(method, params)):
            yield codec.result_from_wire(response)

    def _request(self, method: str, params: Mapping[str, Any]) -> Request:
        codec = self.face.codecs[method]
        if not self.face.calls[method].method.client_streaming:
            return codec.request_to_wire(params)
        ((name, items),) = params.items()
        return (codec.request_to_wire({name: item}) async for item in _each(items))


@asynccontextmanager
async def running(
    service: MicroService, *, ca: str | Path | None = None
) -> AsyncIterator["SocketClient"]:
    """Serve on free ports while the block runs, and give a client of the service.

    `ca` is the file of the CA that has certified a service with TLS.
    """
    async with (
        service.serving(port=0, grpc_port=0) as wired,
        _channel(wired.grpc_address, ca) as channel,
    ):
        client = SocketClient(wired, wired.face, wired.api_url, channel)
        client.ca = None if ca is None else str(ca)
        yield client


def _channel(address: str, ca: str | Path | None) -> grpc.aio.Channel:
    if ca is None:
        return grpc.aio.insecure_channel(address)
    return grpc.aio.secure_channel(address, grpc.ssl_channel_credentials(Path(ca).read_bytes()))


@asynccontextmanager
async def in_memory(service: MicroService) -> AsyncIterator["MemoryClient"]:
    """Give a client that hands bytes to the service without sockets, HTTP or grpc.aio.

    The hooks, the interceptors and the codecs run as they do behind sockets; Tornado's handlers and
    periodic tasks do not.
    """
    wired = service.wire({})
    try:
        await wired.lifecycle.call_start_hook()
        yield MemoryClient(wired, wired.face)
    finally:
        await wired.lifecycle.call_stop_hook()


class SocketClient(Client):
    """A client over HTTP and gRPC; `channel` is open for other calls too."""

    def __init__(self, wired: Wired, face: Face, api_url: str, channel: grpc.aio.Channel) -> None:
        super().__init__(wired, face)
        self.api_url = api_url
        self.channel = channel
        self.ca: str | None = None

    def version(self, name: str) -> Self:
        """Its JSON-RPC is below the service's own."""
        other = copy.copy(self)
        other.face, other.api_url = self.wired.version(name), f"{self.wired.api_url}/{name}"
        return other

    async def post(self, body: bytes) -> bytes | None:
        """One HTTP request."""
        headers = HTTPHeaders({"Content-Type": "application/json"})
        for name, value in self.metadata:
            headers.add(name, value)
        response = await AsyncHTTPClient().fetch(
            self.api_url,
            method="POST",
            headers=headers,
            body=body,
            raise_error=False,
            ca_certs=self.ca,
        )
        return response.body or None

    async def unary(self, method: str, request: Request) -> bytes:
        """One gRPC call."""
        channel: Any = self.channel
        if isinstance(request, bytes):
            call = channel.unary_unary(self.path(method))(request, metadata=self.metadata)
        else:
            call = channel.stream_unary(self.path(method))(metadata=self.metadata)
        async with _conversation(call, request):
            response: bytes = await call
        return response

    async def streamed(self, method: str, request: Request) -> AsyncIterator[bytes]:
        """One gRPC call whose responses stream."""
        channel: Any = self.channel
        if isinstance(request, bytes):
            call = channel.unary_stream(self.path(method))(request, metadata=self.metadata)
        else:
            call = channel.stream_stream(self.path(method))(metadata=self.metadata)
        async with _conversation(call, request):
            async for response in call:
                yield response

    def path(self, method: str) -> str:
        """The path of a method's rpc, `/users.v1.UsersService/UsersFind`."""
        contract = self.face.contract
        name = next(rpc.name for rpc in contract.rpcs if rpc.method == method)
        return f"/{contract.full_name}/{name}"


class MemoryClient(Client):
    """A client without sockets."""

    def version(self, name: str) -> Self:
        """Its calls go through the same dispatcher."""
        other = copy.copy(self)
        other.face = self.wired.version(name)
        return other

    async def post(self, body: bytes) -> bytes | None:
        """A body, straight to the endpoint."""
        return await self.face.endpoint(body, Caller(_PEER, self.metadata))

    async def unary(self, method: str, request: Request) -> bytes:
        """A request, straight to the dispatcher."""
        response: bytes = await self.face.calls[method](self._context(method, request))
        return response

    async def streamed(self, method: str, request: Request) -> AsyncIterator[bytes]:
        """A request, straight to the dispatcher, which waits until each response is taken."""
        responses: asyncio.Queue[bytes | None] = asyncio.Queue()

        async def write(response: bytes) -> None:
            responses.put_nowait(response)
            await responses.join()

        context = self._context(method, request)
        call = asyncio.ensure_future(self.face.calls[method].stream(context, write))
        call.add_done_callback(lambda _: responses.put_nowait(None))
        try:
            while (response := await responses.get()) is not None:
                responses.task_done()
                yield response
            await call
        finally:
            call.cancel()

    def _context(self, method: str, request: Request) -> Context:
        known = self.face.calls[method].method
        payload = request if isinstance(request, bytes) else partial(anext, request, None)
        metadata = self.metadata
        return Context(known, transport="grpc", peer=_PEER, metadata=metadata, payload=payload)


async def _each(items: Iterable[Any] | AsyncIterable[Any]) -> AsyncIterator[Any]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


@asynccontextmanager
async def _conversation(call: Any, request: Request) -> AsyncIterator[None]:
    """Send requests that stream while the block reads; raise why the call failed.

    grpc.aio's own way to send them hides what an iterator raises, and never lets go of one that
    waits.
    """
    sending = None if isinstance(request, bytes) else asyncio.ensure_future(_send(call, request))
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise error_from_grpc(error) from None
    except asyncio.CancelledError:
        if sending is not None and sending.done() and not sending.cancelled():
            sending.result()
        raise
    finally:
        call.cancel()
        if sending is not None:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def _send(call: Any, requests: AsyncIterator[bytes]) -> None:
    try:
        async for request in requests:
            await call.write(request)
        await call.done_writing()
    except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
        pass  # the call is over, and says how
    except Exception:
        call.cancel()
        raise


def error_from_grpc(error: grpc.aio.AioRpcError) -> RpcError:
    """A status with its details → the `RpcError` the service raised."""
    code = Code(error.code().value[0])
    violations: list[FieldViolation] = []
    details: dict[str, Any] = {}
    for name, value in error.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            for packed in status_pb2.Status.FromString(value).details:
                violations += _violations(packed)
                details |= _details(packed)
    return RpcError(code, error.details() or "", details, violations=violations)


def _violations(packed: Any) -> list[FieldViolation]:
    bad_request = error_details_pb2.BadRequest()
    packed.Unpack(bad_request)
    return [FieldViolation(v.field, v.description) for v in bad_request.field_violations]


def _details(packed: Any) -> dict[str, Any]:
    struct = struct_pb2.Struct()
    packed.Unpack(struct)
    return json_format.MessageToDict(struct)


def _error_from_json(error: Mapping[str, Any]) -> RpcError:
    data = dict(error["data"])
    code = Code[data.pop("status")]
    violations = [FieldViolation(**violation) for violation in data.pop("violations", ())]
    return RpcError(code, error["message"], data, violations=violations)
