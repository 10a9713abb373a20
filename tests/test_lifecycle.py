"""Start and stop: the order, the grace, and what calls in flight see."""

import asyncio
import gc
import time
from typing import Any

import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tornado.httpclient import AsyncHTTPClient

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError, testing
from tests.raw import connect, read_answer, request
from tests.services import Rogue


class Slow(gemstone.MicroService):
    """Calls wait for `gate`."""

    name = "slow"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.gate = asyncio.Event()
        self.began = asyncio.Semaphore(0)
        self.events: list[str] = []

    async def on_service_start(self) -> None:
        self.events.append("start")

    def on_service_stop(self) -> None:
        self.events.append("stop")

    @gemstone.exposed_method()
    async def wait(self) -> str:
        self.began.release()
        await self.gate.wait()
        self.events.append("call")
        return "done"

    @gemstone.exposed_method()
    async def refuse(self) -> str:
        self.began.release()
        await self.gate.wait()
        raise RpcError(Code.NOT_FOUND, "no")


async def began(service: Slow, calls: int) -> None:
    async with asyncio.timeout(10):
        for _ in range(calls):
            await service.began.acquire()


async def test_hooks_run_before_the_first_and_after_the_last_call() -> None:
    service = Slow()
    async with testing.running(service) as client:
        assert service.events == ["start"]
        call = asyncio.create_task(client.grpc("wait"))
        await began(service, 1)
        service.gate.set()
        await call
    assert service.events == ["start", "call", "stop"]


async def test_calls_in_flight_are_answered() -> None:
    service = Slow(grace=10)
    async with grpc.aio.insecure_channel("localhost:1"):  # keeps grpc.aio's poller alive
        async with service.serving(port=0, grpc_port=0) as wired:
            channel = grpc.aio.insecure_channel(wired.grpc_address)
            client = testing.SocketClient(wired, wired.face, wired.api_url, channel)
            AsyncHTTPClient().configure(None, max_clients=200)
            ok = [asyncio.create_task(client.grpc("wait")) for _ in range(40)]
            ok += [asyncio.create_task(post_wait(client)) for _ in range(40)]
            refused = [asyncio.create_task(client.grpc("refuse")) for _ in range(20)]
            await began(service, 100)
            asyncio.get_running_loop().call_later(0.2, service.gate.set)
        assert await asyncio.gather(*ok) == ["done"] * 80
        for error in await asyncio.gather(*refused, return_exceptions=True):
            assert isinstance(error, RpcError)
            assert error.code is Code.NOT_FOUND
        await channel.close()


async def post_wait(client: testing.SocketClient) -> str:
    reader, writer = await connect(client)
    writer.write(request(b'{"jsonrpc":"2.0","id":1,"method":"wait"}'))
    answer = await read_answer(reader)
    writer.close()
    assert answer.status == 200
    assert b'"result":"done"' in answer.body
    return "done"


async def test_new_calls_are_refused_while_stopping() -> None:
    service = Slow(grace=10)
    async with service.serving(port=0, grpc_port=0) as wired:
        client = testing.SocketClient(
            wired, wired.face, wired.api_url, grpc.aio.insecure_channel(wired.grpc_address)
        )
        reader, writer = await connect(client)
        writer.write(request(b'{"jsonrpc":"2.0","id":1,"method":"nope"}'))
        await read_answer(reader)
        call = asyncio.create_task(client.grpc("wait"))
        await began(service, 1)
        late = asyncio.create_task(ask_late(service, wired, reader, writer))
    await late
    assert await call == "done"
    await client.channel.close()


async def ask_late(
    service: Slow, wired: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    while wired.lifecycle.is_ready:
        await asyncio.sleep(0.001)
    writer.write(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    answer = await read_answer(reader)
    assert (answer.status, answer.body) == (503, b'{"status": "NOT_SERVING"}')
    writer.write(request(b'{"jsonrpc":"2.0","id":1,"method":"wait"}'))
    answer = await read_answer(reader)
    assert b'"status":"UNAVAILABLE"' in answer.body
    writer.close()
    service.gate.set()


async def test_the_grace_ends() -> None:
    service = Rogue(timeout=30)
    loop = asyncio.get_running_loop()
    async with testing.running(service) as client:
        calls = [
            asyncio.create_task(client.grpc("never_returns")),
            asyncio.create_task(client.jsonrpc("never_returns")),
        ]
        for _ in calls:
            await service.running.acquire()
        started = loop.time()
        service.release.set()
    assert 0.4 < loop.time() - started < 5
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        assert isinstance(outcome, BaseException)


async def test_health_follows() -> None:
    service = Slow(grace=10)
    async with service.serving(port=0, grpc_port=0) as wired:
        channel = grpc.aio.insecure_channel(wired.grpc_address)
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watch = stub.Watch(health_pb2.HealthCheckRequest(service="slow.v1.SlowService"))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        client = testing.SocketClient(wired, wired.face, wired.api_url, channel)
        call = asyncio.create_task(client.grpc("wait"))
        await began(service, 1)

        async def see_not_serving() -> None:
            assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
            watch.cancel()
            service.gate.set()

        seen = asyncio.create_task(see_not_serving())
    await seen
    assert await call == "done"
    await channel.close()


async def test_an_open_watch_does_not_eat_the_grace() -> None:
    loop = asyncio.get_running_loop()
    async with Slow(grace=30).serving(port=0, grpc_port=0) as wired:
        channel = grpc.aio.insecure_channel(wired.grpc_address)
        stub: Any = health_pb2_grpc.HealthStub(channel)
        watches = [stub.Watch(health_pb2.HealthCheckRequest(service=name)) for name in ("", "x")]
        for watch in watches:
            await watch.read()
        started = loop.time()
    assert loop.time() - started < 10
    await channel.close()


async def test_a_service_may_be_served_again() -> None:
    service = Slow()
    service.gate.set()
    for _ in range(2):
        async with testing.running(service) as client:
            assert await client.jsonrpc("wait") == "done"
    with pytest.raises(RuntimeError, match="Slow is not serving: start it first"):
        _ = service.api_url


async def test_serve_ends_with_stop() -> None:
    service = Slow(port=0, grpc_port=0)
    serving = asyncio.create_task(service.serve())
    while not service.events:
        await asyncio.sleep(0.001)
    service.stop()
    async with asyncio.timeout(5):
        await serving
    assert service.events == ["start", "stop"]


class Ticking(gemstone.MicroService):
    """Periodic tasks that take their time to end, and hooks that see what still runs."""

    name = "ticking"

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.began = asyncio.Semaphore(0)
        self.running: set[str] = set()
        self.seen_by_hook: set[str] | None = None

    async def tick(self) -> None:
        self.running.add("tick")
        self.began.release()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            self.running.remove("tick")

    def tock(self) -> None:
        self.running.add("tock")
        asyncio.run_coroutine_threadsafe(self.note(), self.loop)
        time.sleep(0.2)
        self.running.remove("tock")

    async def note(self) -> None:
        self.began.release()

    def on_service_start(self) -> None:
        self.loop = asyncio.get_running_loop()

    def on_service_stop(self) -> None:
        self.seen_by_hook = set(self.running)

    periodic_tasks = [(tick, 0.01), (tock, 0.01)]


class Overriding(Ticking):
    def tock(self) -> None:
        asyncio.run_coroutine_threadsafe(self.note(), self.loop)


@pytest.mark.parametrize("cls", [Ticking, Overriding])
async def test_periodic_tasks_end_before_the_stop_hook(cls: type[Ticking]) -> None:
    service = cls()
    async with testing.running(service), asyncio.timeout(10):
        await service.began.acquire()
        await service.began.acquire()
    assert service.seen_by_hook == set()


class Stubborn(Slow):
    def on_service_stop(self) -> None:
        raise LookupError("no database to close")


async def test_a_stop_hook_that_fails_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    service = Stubborn()
    for _ in range(2):
        async with testing.running(service):
            pass
    assert caplog.text.count("LookupError: no database to close") == 2


async def test_two_starts_of_one_instance() -> None:
    service = Slow(port=0, grpc_port=0)
    async with service:
        with pytest.raises(gemstone.StartError, match="is serving already"):
            await service.serve()
    begun = await asyncio.gather(service.__aenter__(), service.__aenter__(), return_exceptions=True)
    assert [isinstance(outcome, gemstone.StartError) for outcome in begun] == [False, True]
    await service.__aexit__(None, None, None)


async def test_start_belongs_to_the_main_thread_and_to_no_loop() -> None:
    with pytest.raises(gemstone.StartError, match=r"use `await service.serve\(\)`"):
        Slow().start([])
    with pytest.raises(gemstone.StartError, match="this is not the main thread"):
        await asyncio.to_thread(Slow().start, [])
    with pytest.raises(RuntimeError, match="is not serving"):
        Slow().stop()


async def test_abandoned_streams_leave_nothing_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    service = Rogue(timeout=30)
    async with testing.running(service) as client:
        for _ in range(50):
            channel = grpc.aio.insecure_channel(client.wired.grpc_address)
            stream: Any = channel.unary_stream(client.path("endless"))
            await stream(b"").read()
            await channel.close()
        await client.wired.dispatcher.idle()
        gc.collect()
    assert [record.getMessage() for record in caplog.records] == []
