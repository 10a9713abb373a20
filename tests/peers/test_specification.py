"""The examples of section 7 of the JSON-RPC 2.0 specification (https://www.jsonrpc.org/specification#examples)."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import testing

Exchange = Callable[[str], Awaitable[bytes | None]]


class Examples(gemstone.MicroService):
    """The methods of the examples."""

    name = "examples"

    @gemstone.exposed_method()
    async def subtract(self, minuend: int, subtrahend: int) -> int:
        return minuend - subtrahend

    @gemstone.exposed_method()
    async def sum(self, *numbers: int) -> int:
        return sum(numbers)

    @gemstone.exposed_method()
    async def get_data(self) -> list[Any]:
        return ["hello", 5]

    @gemstone.exposed_method()
    async def update(self, *values: int) -> None: ...

    @gemstone.exposed_method()
    async def notify_sum(self, *numbers: int) -> None: ...

    @gemstone.exposed_method()
    async def notify_hello(self, number: int) -> None: ...


EXAMPLES = {
    "positional parameters": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": [42, 23], "id": 1}',
        '{"jsonrpc": "2.0", "result": 19, "id": 1}',
    ),
    "positional parameters, swapped": (
        '{"jsonrpc": "2.0", "method": "subtract", "params": [23, 42], "id": 2}',
        '{"jsonrpc": "2.0", "result": -19, "id": 2}',
    ),
    "named parameters": (
        '{"jsonrpc": "2.0", "method": "subtract", '
        '"params": {"subtrahend": 23, "minuend": 42}, "id": 3}',
        '{"jsonrpc": "2.0", "result": 19, "id": 3}',
    ),
    "named parameters, swapped": (
        '{"jsonrpc": "2.0", "method": "subtract", '
        '"params": {"minuend": 42, "subtrahend": 23}, "id": 4}',
        '{"jsonrpc": "2.0", "result": 19, "id": 4}',
    ),
    "a notification": (
        '{"jsonrpc": "2.0", "method": "update", "params": [1,2,3,4,5]}',
        None,
    ),
    "a notification of a method that does not exist": (
        '{"jsonrpc": "2.0", "method": "foobar"}',
        None,
    ),
    "non-existent method": (
        '{"jsonrpc": "2.0", "method": "foobar", "id": "1"}',
        '{"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "1"}',
    ),
    "invalid JSON": (
        '{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
        '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
    ),
    "invalid request object": (
        '{"jsonrpc": "2.0", "method": 1, "params": "bar"}',
        '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
    ),
    "batch, invalid JSON": (
        """[
            {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
            {"jsonrpc": "2.0", "method"
        ]""",
        '{"jsonrpc": "2.0", "error": {"code": -32700, "message": "Parse error"}, "id": null}',
    ),
    "empty array": (
        "[]",
        '{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}',
    ),
    "invalid batch, but not empty": (
        "[1]",
        """[
            {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
        ]""",
    ),
    "invalid batch": (
        "[1,2,3]",
        """[
            {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
            {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
            {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null}
        ]""",
    ),
    "batch": (
        """[
            {"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]},
            {"jsonrpc": "2.0", "method": "subtract", "params": [42,23], "id": "2"},
            {"foo": "boo"},
            {"jsonrpc": "2.0", "method": "foo.get", "params": {"name": "myself"}, "id": "5"},
            {"jsonrpc": "2.0", "method": "get_data", "id": "9"}
        ]""",
        """[
            {"jsonrpc": "2.0", "result": 7, "id": "1"},
            {"jsonrpc": "2.0", "result": 19, "id": "2"},
            {"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid Request"}, "id": null},
            {"jsonrpc": "2.0", "error": {"code": -32601, "message": "Method not found"}, "id": "5"},
            {"jsonrpc": "2.0", "result": ["hello", 5], "id": "9"}
        ]""",
    ),
    "batch of notifications": (
        """[
            {"jsonrpc": "2.0", "method": "notify_sum", "params": [1,2,4]},
            {"jsonrpc": "2.0", "method": "notify_hello", "params": [7]}
        ]""",
        None,
    ),
}


@pytest.fixture(scope="module", params=["memory", "http"])
async def exchange(request: pytest.FixtureRequest) -> AsyncIterator[Exchange]:
    if request.param == "memory":
        async with testing.in_memory(Examples()) as memory:
            yield lambda body: memory.post(body.encode())
    else:
        async with (
            testing.running(Examples()) as client,
            httpx.AsyncClient(trust_env=False) as http,
        ):
            yield lambda body: _post(http, client.api_url, body)


async def _post(http: httpx.AsyncClient, url: str, body: str) -> bytes | None:
    headers = {"Content-Type": "application/json"}
    response = await http.post(url, content=body, headers=headers)
    if response.status_code == 204:
        assert response.content == b""
        return None
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    return response.content


@pytest.mark.parametrize(("sent", "expected"), EXAMPLES.values(), ids=EXAMPLES)
async def test_example(exchange: Exchange, sent: str, expected: str | None) -> None:
    answer = await exchange(sent)
    if expected is None:
        assert answer is None
    else:
        assert answer is not None
        assert _without_data(json.loads(answer)) == json.loads(expected)


def _without_data(answer: Any) -> Any:
    """The answer without `error.data`, which the specification leaves to the server."""
    if isinstance(answer, list):
        return [_without_data(one) for one in answer]
    if "error" in answer:
        answer["error"].pop("data", None)
    return answer
