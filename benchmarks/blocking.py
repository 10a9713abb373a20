"""Whether a `def` that blocks on one face delays an `async def` on the other."""

import asyncio
import time
from statistics import median

from benchmarks.callers import SAY_HELLO, Caller, Face, block, connected
from benchmarks.progress import progress
from benchmarks.server_process import OURS, ServerProcess, serving
from benchmarks.table import Aim, Row

_UNDELAYED = Aim(100, "ours")  # ms; a loop that waited for the blocked call would show a second


async def blocking_rows(rounds: int, *, seconds: float) -> list[Row]:
    """Latency of calls on each face, without (bare) and during a blocking call on the other."""
    pairs: tuple[tuple[Face, Face], ...] = (("gRPC", "JSON-RPC"), ("JSON-RPC", "gRPC"))
    rows = []
    with serving(*OURS) as server:
        for face, blocked in pairs:
            rows += await _rows(server, face, blocked, rounds, seconds)
    return rows


async def _rows(
    server: ServerProcess, face: Face, blocked: Face, rounds: int, seconds: float
) -> list[Row]:
    without: list[list[float]] = []
    during: list[list[float]] = []
    async with connected(face, server, 1) as (caller,), connected(blocked, server, 1) as (other,):
        await caller.call(SAY_HELLO)
        for number in range(1, rounds + 1):
            progress(f"{face} while a def blocks on {blocked}: round {number} of {rounds}")
            without.append(await _latencies(caller, asyncio.create_task(asyncio.sleep(seconds))))
            during.append(await _latencies(caller, asyncio.create_task(_block(other, seconds))))
    what = f"{face} while a def blocks {seconds:g} s on {blocked}"
    return [
        Row(f"{what}: median", "ms", [*map(median, during)], [*map(median, without)]),
        Row(f"{what}: slowest", "ms", [*map(max, during)], [*map(max, without)], _UNDELAYED),
    ]


async def _block(caller: Caller, seconds: float) -> None:
    await caller.call(block(seconds))


async def _latencies(caller: Caller, meanwhile: "asyncio.Task[None]") -> list[float]:
    """Milliseconds of one call after another for as long as `meanwhile` lasts."""
    taken = []
    while not meanwhile.done():
        began = time.perf_counter()
        await caller.call(SAY_HELLO)
        taken.append((time.perf_counter() - began) * 1000)
    await meanwhile
    return taken
