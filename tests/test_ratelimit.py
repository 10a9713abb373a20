"""`RateLimit`: so many calls for each caller, on both faces and in batches."""

import json
from typing import Any

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, Context, Identity, RpcError, testing
from gemstone_grpc.ratelimit import RateLimit, _caller

BURST = 3


def limited(quota: str = f"{BURST}/h") -> gemstone.MicroService:
    class Users(gemstone.MicroService):
        name = "users"
        interceptors = (RateLimit(quota),)

        def authenticate_request(self, context: Context) -> Any:
            name = context.metadata.get("x-user")
            return Identity(name) if name else None

        @gemstone.exposed_method()
        async def find(self) -> int:
            return 7

    return Users()


@pytest.mark.parametrize("face", ["jsonrpc", "grpc"])
async def test_up_to_the_burst_and_no_more(face: str) -> None:
    async with testing.running(limited()) as client:
        call: Any = getattr(client, face)
        for _ in range(BURST):
            assert await call("find") == 7
        with pytest.raises(RpcError) as caught:
            await call("find")
        assert caught.value.code is Code.RESOURCE_EXHAUSTED
        assert 0 < caught.value.details["retry_after"] <= 1200
        assert caught.value.message.startswith("Too many calls: try again in ")


async def test_both_faces_share_a_callers_bucket() -> None:
    async with testing.running(limited()) as client:
        for _ in range(BURST):
            await client.grpc("find")
        with pytest.raises(RpcError):
            await client.jsonrpc("find")


async def test_each_entry_of_a_batch_counts() -> None:
    body = json.dumps([{"jsonrpc": "2.0", "id": i, "method": "find"} for i in range(BURST + 2)])
    async with testing.running(limited()) as client:
        answers = json.loads(await client.post(body.encode()) or b"")
    assert sum("error" in answer for answer in answers) == 2


async def test_callers_have_buckets_of_their_own() -> None:
    async with testing.in_memory(limited()) as client:
        for name in ("ann", "bob"):
            caller = client.with_metadata(("x-user", name))
            for _ in range(BURST):
                assert await caller.jsonrpc("find") == 7
            with pytest.raises(RpcError):
                await caller.jsonrpc("find")


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("ipv4:10.0.0.1:5000", "10.0.0.1"),
        ("ipv6:[2001:db8:1:2:3::4]:5000", "2001:db8:1:2::/64"),
        ("ipv6:[::ffff:10.0.0.1]:5000", "10.0.0.1"),
        ("ipv6:[fe80::1%eth0]:5000", "fe80::/64"),
        ("ipv6:nonsense:1", "nonsense"),
    ],
)
def test_who_a_caller_is(peer: str, key: str) -> None:
    method: Any = None
    assert _caller(Context(method, transport="grpc", peer=peer)) == key


@pytest.mark.parametrize("quota", ["", "10", "0/s", "x/s", "10/s burst -1", "10/fortnight"])
def test_quotas_that_are_none(quota: str) -> None:
    with pytest.raises(gemstone.StartError, match=r"^RateLimit\("):
        RateLimit(quota)
