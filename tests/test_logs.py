"""What is logged, and what never is."""

import asyncio
import json
import logging

import pytest

from gemstone_grpc import RpcError, testing
from tests.services import Rogue, Shop


@pytest.fixture(autouse=True)
def _at_info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "gemstone")


def lines(caplog: pytest.LogCaptureFixture, logger: str = "gemstone") -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == logger]


async def test_one_line_at_start(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Shop()) as client:
        assert lines(caplog) == [
            f"shop v1 serves JSON-RPC at {client.api_url} and gRPC at {client.wired.grpc_address}"
        ]
        assert not client.api_url.endswith(":0/api")
        assert not client.wired.grpc_address.endswith(":0")


async def test_no_access_log_by_default(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Shop()) as client:
        await client.jsonrpc("add", [1])
    assert lines(caplog, "gemstone.access") == []
    assert lines(caplog, "tornado.access") == []


async def calls(client: testing.SocketClient) -> None:
    await client.jsonrpc("add", [1])
    await client.grpc("add", a=1)
    with pytest.raises(RpcError):
        await client.jsonrpc("shelf.find", [7])
    assert [item async for item in client.stream("count", to=1)] == [0]


async def test_access_log_as_text(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Shop(access_log="text")) as client:
        await calls(client)
    first, second, third, fourth = lines(caplog, "gemstone.access")
    assert first.startswith("jsonrpc add ipv4:127.0.0.1:")
    assert " OK " in first
    assert second.startswith("grpc add ipv4:127.0.0.1:")
    assert " NOT_FOUND " in third
    assert fourth.startswith("grpc count ")
    assert fourth.endswith("ms")


async def test_access_log_as_json_lines(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Shop(access_log="json")) as client:
        await calls(client)
    entries = [json.loads(line) for line in lines(caplog, "gemstone.access")]
    assert [(entry["transport"], entry["method"], entry["status"]) for entry in entries] == [
        ("jsonrpc", "add", "OK"),
        ("grpc", "add", "OK"),
        ("jsonrpc", "shelf.find", "NOT_FOUND"),
        ("grpc", "count", "OK"),
    ]
    assert all(entry["duration_ms"] > 0 and entry["time"] and entry["peer"] for entry in entries)


async def test_errors_a_caller_made_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Shop()) as client:
        for method, params in (("add", ["x"]), ("nope", []), ("shelf.find", [1])):
            with pytest.raises(RpcError):
                await client.jsonrpc(method, params)
        await client.post(b"{")
    assert len(lines(caplog)) == 1


async def test_a_call_that_ignores_its_cancellation(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gemstone_grpc.dispatch._PATIENCE", 0.1)
    service = Rogue()
    async with testing.running(service) as client:
        with pytest.raises(RpcError):
            await client.jsonrpc("swallows_cancellation")
        async with asyncio.timeout(5):
            while len(lines(caplog)) < 2:
                await asyncio.sleep(0.01)
        service.release.set()
    assert lines(caplog)[1] == (
        "Rogue.swallows_cancellation was cancelled 0.1 seconds ago and still runs: "
        "let CancelledError through"
    )
