"""One chain before both faces, for unary and streaming, before the payload is decoded."""

import sys
from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, Context, Next, RpcError, testing
from tests.services import Shop


class Recorder:
    """Notes what passes; refuses calls that carry `x-refuse`."""

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.seen: list[tuple[str, str, str]] = []
        self.results: list[Any] = []
        self.errors: list[Code] = []

    async def intercept(self, context: Context, call_next: Next) -> Any:
        self.seen.append((self.name, context.transport, context.method.name))
        if "x-refuse" in context.metadata:
            raise RpcError(Code.PERMISSION_DENIED, "refused")
        try:
            result = await call_next(context)
        except RpcError as error:
            self.errors.append(error.code)
            raise
        if context.method.server_streaming:
            return self.watch(result)
        self.results.append(result)
        return result

    async def watch(self, items: AsyncIterator[Any]) -> AsyncIterator[Any]:
        async for item in items:
            self.results.append(item)
            yield item


class Doubler:
    async def intercept(self, context: Context, call_next: Next) -> Any:
        return 2 * await call_next(context)


def shop_with(*interceptors: gemstone.Interceptor) -> Shop:
    service = Shop()
    service.interceptors = interceptors
    return service


async def test_the_same_object_sees_both_faces() -> None:
    recorder = Recorder()
    async with testing.running(shop_with(recorder)) as client:
        assert await client.jsonrpc("add", [1, 2]) == 3
        assert await client.grpc("add", a=3, b=4) == 7
        assert await client.grpc("add_in_thread", a=5, b=6) == 11
        assert [item async for item in client.stream("count", to=2)] == [0, 1]
    assert recorder.seen == [
        ("", "jsonrpc", "add"),
        ("", "grpc", "add"),
        ("", "grpc", "add_in_thread"),
        ("", "grpc", "count"),
    ]
    assert recorder.results == [3, 7, 11, 0, 1]


async def test_the_first_is_outermost() -> None:
    seen: list[tuple[str, str, str]] = []
    first, second = Recorder("first"), Recorder("second")
    first.seen = second.seen = seen
    async with testing.in_memory(shop_with(first, second)) as client:
        await client.jsonrpc("add", [1])
    assert [name for name, _, _ in seen] == ["first", "second"]


async def test_a_result_may_be_changed() -> None:
    async with testing.in_memory(shop_with(Doubler())) as client:
        assert await client.jsonrpc("add", [1, 2]) == 6
        assert await client.grpc("add", a=1, b=2) == 6


async def test_refusal_comes_before_the_payload_is_read() -> None:
    recorder = Recorder()
    async with testing.running(shop_with(recorder)) as client:
        call: Any = client.channel.unary_unary(client.path("add"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(b"\xff garbage", metadata=(("x-refuse", "1"),))
        assert caught.value.details() == "refused"
        stream: Any = client.channel.unary_stream(client.path("count"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await stream(b"\xff garbage", metadata=(("x-refuse", "1"),)).read()
        assert caught.value.details() == "refused"


async def test_errors_pass_through_the_chain() -> None:
    recorder = Recorder()
    async with testing.in_memory(shop_with(recorder)) as client:
        with pytest.raises(RpcError):
            await client.jsonrpc("shelf.find", [7])
        with pytest.raises(RpcError):
            await client.grpc("shelf.find", number=7)
        with pytest.raises(RpcError):
            await client.jsonrpc("add", ["x"])
    assert recorder.errors == [Code.NOT_FOUND, Code.NOT_FOUND, Code.INVALID_ARGUMENT]


class Rude:
    async def intercept(self, context: Context, call_next: Next) -> Any:
        sys.exit(3)


class Forgetful:
    async def intercept(self, context: Context, call_next: Next) -> Any:
        return call_next(context)


@pytest.mark.parametrize("interceptor", [Rude(), Forgetful()])
async def test_interceptors_that_misbehave(
    interceptor: gemstone.Interceptor, caplog: pytest.LogCaptureFixture
) -> None:
    async with testing.running(shop_with(interceptor)) as client:
        for call in (client.jsonrpc("add", [1]), client.grpc("add", a=1), first_of_count(client)):
            with pytest.raises(RpcError) as caught:
                await call
            assert (caught.value.code, caught.value.message) == (Code.INTERNAL, "Internal error")
    if isinstance(interceptor, Forgetful):
        assert "Forgetful.intercept returned call_next(context) without await" in caplog.text


async def first_of_count(client: testing.Client) -> Any:
    return [item async for item in client.stream("count", to=1)]


class Tagger(grpc.aio.ServerInterceptor):
    """One of grpc.aio's own."""

    def __init__(self) -> None:
        self.methods: list[str] = []

    async def intercept_service(self, continuation: Any, details: Any) -> Any:
        self.methods.append(details.method)
        return await continuation(details)


async def test_grpc_interceptors_see_grpc_alone() -> None:
    tagger = Tagger()
    service = Shop()
    service.grpc_interceptors = [tagger]
    async with testing.running(service) as client:
        await client.jsonrpc("add", [1])
        await client.grpc("add", a=1)
    assert tagger.methods == ["/shop.v1.ShopService/Add"]
