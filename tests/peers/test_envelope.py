"""`jsonrpc_envelope = "gemstone"`: answers as clients of gemstone 0.12 read them."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gemstone_grpc import testing
from tests.peers.service import Peers


class OldPeers(Peers):
    jsonrpc_envelope = "gemstone"


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[testing.SocketClient]:
    async with testing.running(OldPeers()) as client:
        yield client


async def post(client: testing.SocketClient, body: Any) -> Any:
    answer = await client.post(body if isinstance(body, bytes) else json.dumps(body).encode())
    assert answer is not None
    return json.loads(answer)


def call(method: str, *params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


@pytest.mark.parametrize(
    ("method", "params", "result"), [("subtract", [42, 23], 19), ("note", ["a"], None)]
)
async def test_result(
    client: testing.SocketClient, method: str, params: list[Any], result: Any
) -> None:
    answer = await post(client, call(method, *params))
    assert answer == {"jsonrpc": "2.0", "id": 1, "result": result, "error": None}


@pytest.mark.parametrize(
    ("body", "id_", "code"),
    [
        pytest.param(call("users.find", 7), 1, -32005, id="raised"),
        pytest.param(call("subtract", "42"), 1, -32602, id="bad parameters"),
        pytest.param(call("no_such_method"), 1, -32601, id="unknown method"),
        pytest.param({"foo": "boo"}, None, -32600, id="invalid request"),
        pytest.param([], None, -32600, id="empty batch"),
        pytest.param(b"{", None, -32700, id="invalid JSON"),
    ],
)
async def test_error(client: testing.SocketClient, body: Any, id_: Any, code: int) -> None:
    answer = await post(client, body)
    assert answer.pop("error")["code"] == code
    assert answer == {"jsonrpc": "2.0", "id": id_, "result": None}


async def test_batch(client: testing.SocketClient) -> None:
    notification = {"jsonrpc": "2.0", "method": "note", "params": ["b"]}
    fine, failed = await post(client, [call("subtract", 3, 1), notification, call("users.find", 7)])
    assert fine == {"jsonrpc": "2.0", "id": 1, "result": 2, "error": None}
    assert failed.pop("error")["code"] == -32005
    assert failed == {"jsonrpc": "2.0", "id": 1, "result": None}


async def test_notification(client: testing.SocketClient) -> None:
    body = json.dumps({"jsonrpc": "2.0", "method": "note", "params": ["c"]})
    assert await client.post(body.encode()) is None
