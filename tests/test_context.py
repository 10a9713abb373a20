"""What a method and an interceptor know of a call."""

import asyncio
import contextvars
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

import gemstone_grpc as gemstone
from gemstone_grpc import Code, Context, Metadata, RpcError, testing
from tests.services import Shop

BODY = b'{"jsonrpc":"2.0","id":1,"method":"whoami"}'


async def test_context_over_jsonrpc() -> None:
    async with testing.running(Shop(timeout=7)) as client:
        response = await AsyncHTTPClient().fetch(
            client.api_url,
            method="POST",
            body=BODY,
            headers={"Content-Type": "application/json", "X-Tag": "blue"},
        )
        assert b'"transport":"jsonrpc"' in response.body
        assert b'"peer":"ipv4:127.0.0.1:' in response.body
        assert b'"method":"whoami"' in response.body
        assert b'"tag":"blue"' in response.body
        assert b'"remaining":"7"' in response.body


async def test_every_call_of_a_batch_has_the_metadata() -> None:
    async with testing.running(Shop()) as client:
        response = await AsyncHTTPClient().fetch(
            client.api_url,
            method="POST",
            body=b"[%b,%b]" % (BODY, BODY),
            headers={"Content-Type": "application/json", "X-Tag": "blue"},
        )
        assert response.body.count(b'"tag":"blue"') == 2


async def test_context_over_grpc() -> None:
    async with testing.running(Shop(timeout=7)) as client:
        call: Any = client.channel.unary_unary(client.path("whoami"))
        codec = client.wired.face.codecs["whoami"]
        response = await call(b"", metadata=(("x-tag", "blue"),), timeout=3)
        answer = codec.result_from_wire(response)
        assert answer.pop("peer").startswith("ipv4:127.0.0.1:")
        assert answer == {
            "transport": "grpc", "method": "whoami", "tag": "blue", "remaining": "3",
        }  # fmt: skip
        answer = codec.result_from_wire(await call(b"", timeout=60))
        assert answer["remaining"] == "7"  # the shorter of the two


async def test_a_deadline_that_passed_before_the_method_runs() -> None:
    async with testing.in_memory(Shop()) as client:
        call = client.wired.face.calls["add"]
        deadline = asyncio.get_running_loop().time() - 0.001
        context = Context(call.method, transport="grpc", deadline=deadline, payload=b"\xff")
        with pytest.raises(RpcError) as caught:
            await call(context)
        assert caught.value.code is Code.DEADLINE_EXCEEDED
        assert context.time_remaining() == 0.0


def test_metadata() -> None:
    metadata = Metadata([("X-Tag", "a"), ("x-tag", "b"), ("trace-bin", b"\x00\xff")])
    assert metadata["x-tag"] == metadata["X-TAG"] == "a, b"
    assert metadata.get_all("X-Tag") == ["a", "b"]
    assert metadata["trace-bin"] == "AP8="
    assert metadata.get("nope") is None
    assert metadata.get_all("nope") == []
    assert list(metadata) == ["x-tag", "trace-bin"]
    assert len(metadata) == 2
    assert "a, b" not in repr(metadata)


REQUEST: contextvars.ContextVar[str] = contextvars.ContextVar("REQUEST", default="none")


class Marks:
    async def intercept(self, context: Context, call_next: gemstone.Next) -> Any:
        REQUEST.set(context.method.name)
        return await call_next(context)


class Threads(gemstone.MicroService):
    name = "threads"
    interceptors = (Marks(),)

    @gemstone.exposed_method()
    def in_thread(self) -> str:
        return REQUEST.get()

    @gemstone.exposed_method(blocking=False)
    def on_loop(self) -> str:
        asyncio.get_running_loop()
        return REQUEST.get()


async def test_context_variables_reach_threads() -> None:
    async with testing.in_memory(Threads()) as client:
        assert await client.jsonrpc("in_thread") == "in_thread"
        assert await client.grpc("on_loop") == "on_loop"
    assert REQUEST.get() == "none"
