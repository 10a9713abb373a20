"""JSON-RPC clients that others wrote, each through the same steps."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from gemstone_grpc import testing
from tests.peers import npm_clients, pypi_clients
from tests.peers.service import Peers

Use = Callable[[str], Awaitable[dict[str, Any]]]

EXPECTED: dict[str, Any] = {
    "by_name": 19,
    "by_position": 19,
    "notification": None,
    "batch": [19, -19],
    "unknown_method": {
        "code": -32601,
        "message": "Method not found",
        "data": {"status": "UNIMPLEMENTED"},
    },
    "bad_parameters": {
        "code": -32602,
        "message": "Invalid params: difference: is no parameter of this method",
        "data": {
            "status": "INVALID_ARGUMENT",
            "violations": [
                {"field": "difference", "description": "is no parameter of this method"},
                {"field": "minuend", "description": "expected a whole number, got a string"},
                {"field": "subtrahend", "description": "is required"},
            ],
        },
    },
    "raised": {
        "code": -32005,
        "message": "No user has this id.",
        "data": {"status": "NOT_FOUND", "user_id": 7, "near": [6, 8]},
    },
}


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(npm_clients.jayson, id="jayson"),
        pytest.param(npm_clients.json_rpc_2_0, id="json-rpc-2.0"),
        pytest.param(pypi_clients.use_jsonrpcclient, id="jsonrpcclient"),
        pytest.param(pypi_clients.use_pjrpc, id="pjrpc"),
    ],
)
async def visit(request: pytest.FixtureRequest) -> AsyncIterator[tuple[dict[str, Any], Peers]]:
    """What a client was answered, and the service it called."""
    use: Use = request.param
    service = Peers()
    async with testing.running(service) as client:
        yield await use(client.api_url), service


@pytest.mark.parametrize("step", EXPECTED)
async def test_step(visit: tuple[dict[str, Any], Peers], step: str) -> None:
    answers, _ = visit
    assert answers[step] == EXPECTED[step]


async def test_notifications_ran(visit: tuple[dict[str, Any], Peers]) -> None:
    answers, service = visit
    assert answers.keys() == EXPECTED.keys()
    assert service.notes == ["alone", "in a batch"]


def test_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (npm_clients.FOLDER / "package-lock.json").read_text()
