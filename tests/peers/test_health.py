"""gRPC health checking (https://github.com/grpc/grpc/blob/master/doc/health-checking.md)."""

from collections.abc import AsyncIterator
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2_grpc
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse

from gemstone_grpc import testing
from tests.peers.service import Peers

NAMES = ["", "peers.v1.PeersService"]


@pytest.fixture(scope="module")
async def health() -> AsyncIterator[Any]:
    async with testing.running(Peers()) as client:
        yield health_pb2_grpc.HealthStub(client.channel)


@pytest.mark.parametrize("name", NAMES)
async def test_check(health: Any, name: str) -> None:
    response = await health.Check(HealthCheckRequest(service=name))
    assert response.status == HealthCheckResponse.SERVING


async def test_check_of_an_unknown_service(health: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await health.Check(HealthCheckRequest(service="peers"))
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_watch_of_an_unknown_service(health: Any) -> None:
    watch = health.Watch(HealthCheckRequest(service="peers"))
    assert (await watch.read()).status == HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


@pytest.mark.parametrize("name", NAMES)
async def test_watch_until_the_stop(name: str) -> None:
    async with Peers(port=0, grpc_port=0, grace=10) as service:
        channel = grpc.aio.insecure_channel(service.grpc_address)
        health: Any = health_pb2_grpc.HealthStub(channel)
        watch = health.Watch(HealthCheckRequest(service=name))
        first = await watch.read()
    assert first.status == HealthCheckResponse.SERVING
    assert (await watch.read()).status == HealthCheckResponse.NOT_SERVING
    await channel.close()
