"""gRPC that does not fit: a status, its details, and business as usual."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from google.rpc import error_details_pb2, status_pb2

from gemstone_grpc import Code, RpcError, testing
from tests.services import Rogue, Shop

StatusCode = grpc.StatusCode


@pytest.fixture(scope="module")
async def shop() -> AsyncIterator[testing.SocketClient]:
    async with testing.running(Shop()) as client:
        yield client


async def failure(
    shop: testing.SocketClient, path: str, request: bytes, **options: Any
) -> grpc.aio.AioRpcError:
    call: Any = shop.channel.unary_unary(path)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(request, **options)
    assert await shop.grpc("add", a=2, b=3) == 5  # the process keeps serving
    error: grpc.aio.AioRpcError = caught.value
    return error


ADD = "/shop.v1.ShopService/Add"


@pytest.mark.parametrize(
    "path",
    [
        "/shop.v1.ShopService/Nope", "/shop.v1.ShopService/add", "/shop.v1.ShopService/Helper",
        "/shop.v1.ShopService/__init__", "/other.v1.OtherService/Add", "/Add", "/",
    ],
)  # fmt: skip
async def test_unknown_methods(shop: testing.SocketClient, path: str) -> None:
    assert (await failure(shop, path, b"")).code() is StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    "request_",
    [b"\xff", b"\x0a\xff\xff\xff\xff\x0f", b"garbage" * 100, b"\x08", b"\x0b" * 200, b"\x08" + b"\xff" * 20],  # noqa: E501
    ids=["lone byte", "length", "text", "cut off", "groups", "varint"],
)  # fmt: skip
async def test_garbage(shop: testing.SocketClient, request_: bytes) -> None:
    error = await failure(shop, ADD, request_)
    assert error.code() is StatusCode.INVALID_ARGUMENT
    assert error.details() == "The request is not a shop.v1.AddRequest"


async def test_invalid_utf8(shop: testing.SocketClient) -> None:
    error = await failure(shop, "/shop.v1.ShopService/Total", b"\x0a\x03\x0a\x01\xff")
    assert error.code() is StatusCode.INVALID_ARGUMENT


async def test_unknown_fields_are_passed_over(shop: testing.SocketClient) -> None:
    call: Any = shop.channel.unary_unary(ADD)
    assert await call(b"\x08\x02\xba\x3e\x03abc") == b"\x08\x03"


async def test_a_message_over_the_limit(shop: testing.SocketClient) -> None:
    error = await failure(shop, ADD, b"x" * (4 * 1024 * 1024 + 1))
    assert error.code() is StatusCode.RESOURCE_EXHAUSTED


async def test_an_answer_over_the_limit(shop: testing.SocketClient) -> None:
    with pytest.raises(RpcError) as caught:
        await shop.grpc("repeat", text="x" * 1024, times=4 * 1024)
    assert caught.value.code is Code.RESOURCE_EXHAUSTED
    assert await shop.grpc("add", a=2, b=3) == 5


async def test_deeply_nested_values(shop: testing.SocketClient) -> None:
    request = value_request(200)
    error = await failure(shop, "/shop.v1.ShopService/Echo", request)
    assert error.code() is StatusCode.INVALID_ARGUMENT


def value_request(levels: int) -> bytes:
    """EchoRequest.value as so many lists in each other."""
    inner = b"\x08\x00"
    for _ in range(levels):
        inner = field(6, field(1, inner))  # Value.list_value, ListValue.values
    return field(1, inner)


def field(number: int, payload: bytes) -> bytes:
    size, length = len(payload), b""
    while size > 127:
        length += bytes([size & 127 | 128])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + payload


async def test_details_name_the_field(shop: testing.SocketClient) -> None:
    error = await failure(shop, "/shop.v1.ShopService/Echo", b"")
    assert error.code() is StatusCode.INVALID_ARGUMENT
    assert error.details() == "Invalid params: value: is required"
    (packed,) = [value for name, value in error.trailing_metadata() or () if name == STATUS_DETAILS]
    status = status_pb2.Status.FromString(packed)
    assert (status.code, status.message) == (3, error.details())
    bad_request = error_details_pb2.BadRequest()
    assert status.details[0].Unpack(bad_request)
    (violation,) = bad_request.field_violations
    assert (violation.field, violation.description) == ("value", "is required")


STATUS_DETAILS = "grpc-status-details-bin"


async def test_a_deadline_that_has_passed(shop: testing.SocketClient) -> None:
    error = await failure(shop, ADD, b"\x08\x01", timeout=-1)
    assert error.code() is StatusCode.DEADLINE_EXCEEDED


async def test_the_callers_deadline_cancels_the_method() -> None:
    service = Rogue(timeout=30)
    async with testing.running(service) as client:
        call: Any = client.channel.unary_unary("/rogue.v1.RogueService/NeverReturns")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"", timeout=0.1)
        assert caught.value.code() is StatusCode.DEADLINE_EXCEEDED
        async with asyncio.timeout(5):
            await service.cancelled.wait()


async def test_a_client_that_leaves_cancels_its_call() -> None:
    service = Rogue(timeout=30)
    async with testing.running(service) as client:
        method: Any = client.channel.unary_unary("/rogue.v1.RogueService/NeverReturns")
        call = method(b"")
        async with asyncio.timeout(5):
            await service.running.acquire()
            call.cancel()
            await service.cancelled.wait()
        assert await client.grpc("works") == "still here"


async def test_a_client_that_leaves_ends_its_stream() -> None:
    service = Rogue(timeout=30)
    async with testing.running(service) as client:
        method: Any = client.channel.unary_stream("/rogue.v1.RogueService/Endless")
        call = method(b"")
        await call.read()
        call.cancel()
        async with asyncio.timeout(5):
            await service.cancelled.wait()
        assert await client.grpc("works") == "still here"


async def test_internal_methods_are_served(shop: testing.SocketClient) -> None:
    assert await shop.grpc("audit") == "audited"
