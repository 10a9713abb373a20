"""SIGINT and SIGTERM, to a process that serves."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import grpc.aio
import pytest

ROOT = Path(__file__).parent.parent


async def asleep(channel: grpc.aio.Channel, calls: int) -> None:
    """Wait until so many calls have begun."""
    count: Any = channel.unary_unary("/sleeper.v1.SleeperService/Asleep")
    while await count(b"") != bytes([8, calls]):
        await asyncio.sleep(0.01)


async def in_process(
    test: Callable[[asyncio.subprocess.Process, str, str], Awaitable[None]], target: str
) -> int:
    """Run a service as a newcomer does; `test` gets the process, the API's URL, gRPC's address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gemstone_grpc.cli", "run", target, "--port", "0", "--grpc-port", "0",
        cwd=ROOT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            words = (await process.stderr.readline()).decode().split()
            await test(process, words[-4], words[-1])
            return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_answers_a_hundred_calls_in_flight(number: int) -> None:
    async def test(process: asyncio.subprocess.Process, url: str, address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            call: Any = channel.unary_unary("/sleeper.v1.SleeperService/Nap")
            calls = [asyncio.ensure_future(call(b"")) for _ in range(100)]
            await asleep(channel, 100)
            process.send_signal(number)
            assert await asyncio.gather(*calls) == [b"\x0a\x04done"] * 100

    assert await in_process(test, "tests.sleeper:Sleeper") == 0


async def test_a_second_signal_ends_at_once() -> None:
    async def test(process: asyncio.subprocess.Process, url: str, address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            call: Any = channel.unary_unary("/sleeper.v1.SleeperService/Coma")
            stuck = asyncio.ensure_future(call(b""))
            await asleep(channel, 1)
            process.send_signal(signal.SIGTERM)
            assert process.stderr is not None
            assert b"stopping" in await process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            with pytest.raises(grpc.aio.AioRpcError):
                await stuck

    assert await in_process(test, "tests.sleeper:Sleeper") == 128 + signal.SIGTERM


@pytest.mark.parametrize("method", ["Coma", "ComaInThread"])
async def test_calls_that_never_end_are_cut_off(method: str) -> None:
    async def test(process: asyncio.subprocess.Process, url: str, address: str) -> None:
        async with grpc.aio.insecure_channel(address) as channel:
            call: Any = channel.unary_unary(f"/sleeper.v1.SleeperService/{method}")
            stuck = asyncio.ensure_future(call(b""))
            await asleep(channel, 1)
            process.send_signal(signal.SIGTERM)
            with pytest.raises(grpc.aio.AioRpcError):
                await stuck

    assert await in_process(test, "tests.sleeper:HastySleeper") == 1
