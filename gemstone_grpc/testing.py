"""A service under test: on real sockets (`running`), or in memory (`in_memory`).

    async def test_hello() -> None:
        async with testing.running(HelloWorldService()) as client:
            assert await client.jsonrpc("say_hello", {"name": "world"}) == "hello world"
            assert await client.grpc("say_hello", name="world") == "hello world"

Both give a `Client`, so that a test may move from one to the other.
"""

import abc
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import grpc
import grpc.aio
import msgspec
from google.protobuf import json_format, struct_pb2
from google.rpc import error_details_pb2, status_pb2
from tornado.httpclient import AsyncHTTPClient

from gateway.endpoint import Caller
from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, FieldViolation, RpcError
from gemstone_grpc.service import MicroService
from gemstone_grpc.wiring import Wired

Params = Mapping[str, Any] | Sequence[Any]

_PEER = "memory"


class Client(abc.ABC):
    """Calls a service over either face; both raise what the service answers as `RpcError`."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired

    @abc.abstractmethod
    async def post(self, body: bytes) -> bytes | None:
        """A JSON-RPC body → the body of the answer; None when there is none."""

    @abc.abstractmethod
    async def unary(self, method: str, request: bytes) -> bytes:
        """A serialized request → the serialized response."""

    @abc.abstractmethod
    def streamed(self, method: str, request: bytes) -> AsyncIterator[bytes]:
        """A serialized request → the serialized responses of a streaming method."""

    async def jsonrpc(self, method: str, params: Params = ()) -> Any:
        """Call over JSON-RPC; the result is plain JSON data."""
        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = json.loads(await self.post(msgspec.json.encode(call)) or b"{}")
        if answer.get("error") is not None:
            raise _error_from_json(answer["error"])
        return answer["result"]

    async def grpc(self, method: str, **params: Any) -> Any:
        """Call over gRPC; the result is a value of the method's hint."""
        codec = self.wired.face.codecs[method]
        return codec.result_from_wire(await self.unary(method, codec.request_to_wire(params)))

    async def stream(self, method: str, **params: Any) -> AsyncIterator[Any]:
        """Call a streaming method over gRPC."""
        codec = self.wired.face.codecs[method]
        async for response in self.streamed(method, codec.request_to_wire(params)):
            yield codec.result_from_wire(response)


@asynccontextmanager
async def running(service: MicroService) -> AsyncIterator["SocketClient"]:
    """Serve on free ports while the block runs, and give a client of the service."""
    async with (
        service.serving(port=0, grpc_port=0) as wired,
        grpc.aio.insecure_channel(wired.grpc_address) as channel,
    ):
        yield SocketClient(wired, wired.api_url, channel)


@asynccontextmanager
async def in_memory(service: MicroService) -> AsyncIterator["MemoryClient"]:
    """Give a client that hands bytes to the service without sockets, HTTP or grpc.aio.

    The hooks, the interceptors and the codecs run as they do behind sockets; Tornado's handlers and
    periodic tasks do not.
    """
    wired = service.wire({})
    try:
        await wired.lifecycle.call_start_hook()
        yield MemoryClient(wired)
    finally:
        await wired.lifecycle.call_stop_hook()


class SocketClient(Client):
    """A client over HTTP and gRPC; `channel` is open for other calls too."""

    def __init__(self, wired: Wired, api_url: str, channel: grpc.aio.Channel) -> None:
        super().__init__(wired)
        self.api_url = api_url
        self.channel = channel

    async def post(self, body: bytes) -> bytes | None:
        """One HTTP request."""
        headers = {"Content-Type": "application/json"}
        response = await AsyncHTTPClient().fetch(
            self.api_url, method="POST", headers=headers, body=body, raise_error=False
        )
        return response.body or None

    async def unary(self, method: str, request: bytes) -> bytes:
        """One gRPC call."""
        call: Any = self.channel.unary_unary(self.path(method))
        try:
            response: bytes = await call(request)
        except grpc.aio.AioRpcError as error:
            raise error_from_grpc(error) from None
        else:
            return response

    async def streamed(self, method: str, request: bytes) -> AsyncIterator[bytes]:
        """One gRPC call whose responses stream."""
        call: Any = self.channel.unary_stream(self.path(method))
        try:
            async for response in call(request):
                yield response
        except grpc.aio.AioRpcError as error:
            raise error_from_grpc(error) from None

    def path(self, method: str) -> str:
        """The path of a method's rpc, `/users.v1.UsersService/UsersFind`."""
        contract = self.wired.face.contract
        name = next(rpc.name for rpc in contract.rpcs if rpc.method == method)
        return f"/{contract.full_name}/{name}"


class MemoryClient(Client):
    """A client without sockets."""

    async def post(self, body: bytes) -> bytes | None:
        """A body, straight to the endpoint."""
        return await self.wired.face.endpoint(body, Caller(_PEER))

    async def unary(self, method: str, request: bytes) -> bytes:
        """A request, straight to the dispatcher."""
        response: bytes = await self.wired.face.calls[method](self._context(method, request))
        return response

    async def streamed(self, method: str, request: bytes) -> AsyncIterator[bytes]:
        """A request, straight to the dispatcher; responses come when the stream is over."""
        responses: list[bytes] = []

        async def keep(response: bytes) -> None:
            responses.append(response)

        try:
            await self.wired.face.calls[method].stream(self._context(method, request), keep)
        finally:
            for response in responses:
                yield response

    def _context(self, method: str, request: bytes) -> Context:
        known = self.wired.face.calls[method].method
        return Context(known, transport="grpc", peer=_PEER, payload=request)


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
