"""Batches: bounded, concurrent, each entry answered for itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import testing
from tests.services import Shop


class Gate(gemstone.MicroService):
    """Counts how many of its calls run at once."""

    name = "gate"
    batch_concurrency = 4

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.inside = self.most = self.notified = 0
        self.full = asyncio.Event()

    @gemstone.exposed_method()
    async def enter(self) -> int:
        self.inside += 1
        self.most = max(self.most, self.inside)
        if self.inside == 4:
            self.full.set()
        await self.full.wait()
        await asyncio.sleep(0)
        self.inside -= 1
        return self.inside

    @gemstone.exposed_method()
    async def notify(self) -> None:
        self.notified += 1


@pytest.fixture(scope="module")
async def shop() -> AsyncIterator[testing.SocketClient]:
    async with testing.running(Shop()) as client:
        yield client


def add(id_: Any, *params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": id_, "method": "add", "params": params}


async def batch(client: testing.Client, *entries: Any) -> Any:
    reply = await client.post(msgspec.json.encode(entries))
    return None if reply is None else json.loads(reply)


async def test_fifty_calls_are_answered_in_order(shop: testing.SocketClient) -> None:
    replies = await batch(shop, *(add(number, number) for number in range(50)))
    assert [(reply["id"], reply["result"]) for reply in replies] == [
        (number, number + 1) for number in range(50)
    ]


async def test_fifty_one_calls_are_refused_whole(shop: testing.SocketClient) -> None:
    reply = await batch(shop, *(add(number, number) for number in range(51)))
    assert (reply["id"], reply["error"]["code"]) == (None, -32600)
    assert reply["error"]["data"]["detail"] == "a batch of 51 calls: the limit is 50"


async def test_entries_that_are_no_requests(shop: testing.SocketClient) -> None:
    replies = await batch(shop, 1, "two", None, [], [add(1, 1)], add(5, 5), {"id": 6})
    assert [reply.get("error", {}).get("code") for reply in replies] == [
        -32600, -32600, -32600, -32600, -32600, None, -32600,
    ]  # fmt: skip
    assert [reply["id"] for reply in replies] == [None] * 5 + [5, 6]


async def test_ids_may_repeat(shop: testing.SocketClient) -> None:
    replies = await batch(shop, add(1, 1), add(1, 2), add("1", 3), add(None, 4))
    assert [(reply["id"], reply["result"]) for reply in replies] == [
        (1, 2), (1, 3), ("1", 4), (None, 5),
    ]  # fmt: skip


async def test_an_entry_with_a_member_twice(shop: testing.SocketClient) -> None:
    twins = b'{"jsonrpc":"2.0","id":1,"id":2,"method":"add","params":[1]}'
    reply = await shop.post(b"[" + twins + b"," + msgspec.json.encode(add(3, 3)) + b"]")
    assert [answer.get("result") for answer in json.loads(reply or b"")] == [None, 4]


async def test_entries_run_at_once_but_not_all() -> None:
    service = Gate()
    async with testing.running(service) as client:
        calls = [{"jsonrpc": "2.0", "id": n, "method": "enter"} for n in range(20)]
        replies = await batch(client, *calls)
        assert len(replies) == 20
        assert service.most == 4


async def test_notifications_run_and_say_nothing() -> None:
    service = Gate()
    async with testing.running(service) as client:
        notification = {"jsonrpc": "2.0", "method": "notify"}
        lost = {"jsonrpc": "2.0", "method": "nope"}
        misfit = {"jsonrpc": "2.0", "method": "notify", "params": [1]}
        assert await batch(client, notification, notification, lost, misfit) is None
        assert await client.post(msgspec.json.encode(notification)) is None
        assert service.notified == 3
        call = {"jsonrpc": "2.0", "id": None, "method": "notify"}
        assert await batch(client, notification, call) == [
            {"jsonrpc": "2.0", "id": None, "result": None}
        ]
