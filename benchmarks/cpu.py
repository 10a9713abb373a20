"""Server CPU per call, ours against bare, in interleaved rounds."""

from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from benchmarks.callers import (
    SAY_HELLO,
    SAY_HELLO_FROM_THREAD,
    Caller,
    Face,
    Request,
    connected,
    load,
)
from benchmarks.progress import progress
from benchmarks.server_process import OURS, ServerProcess, serving
from benchmarks.table import Aim, Row

CALLERS = 32


@dataclass(frozen=True)
class Case:
    """One kind of call, and microseconds per call by side, a figure for each round."""

    face: Face
    kind: str
    request: Request
    aim: Aim | None = None
    figures: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))


async def cpu_rows(bare: tuple[str, ...], *, starts: int, rounds: int, calls: int) -> list[Row]:
    """Both faces, with a method on the loop and with one on a thread.

    Two processes of the same program differ by a few percent for as long as they live, so that
    each side is started `starts` times, and measured for `rounds` rounds each time.
    """
    cases = [
        Case("gRPC", "async def", SAY_HELLO, Aim(1.15, "ratio")),
        Case("JSON-RPC", "async def", SAY_HELLO, Aim(1.0, "ratio")),
        Case("gRPC", "def", SAY_HELLO_FROM_THREAD),
        Case("JSON-RPC", "def", SAY_HELLO_FROM_THREAD),
    ]
    for start in range(1, starts + 1):
        with serving(*bare) as bare_server, serving(*OURS) as our_server:
            sides = {"bare": bare_server, "ours": our_server}
            for case in cases:
                progress(f"CPU of {case.face}, {case.kind}: start {start} of {starts}")
                await measure(case, sides, rounds, calls)
    return [
        Row(f"{case.face}, {case.kind}: CPU per call", "µs", **case.figures, aim=case.aim)
        for case in cases
    ]


async def measure(case: Case, sides: dict[str, ServerProcess], rounds: int, calls: int) -> None:
    """Add the figures of some rounds, in which the sides take turns to be the first."""
    async with AsyncExitStack() as stack:
        callers = {
            side: await stack.enter_async_context(connected(case.face, server, CALLERS))
            for side, server in sides.items()
        }
        for side in sides:
            await load(callers[side], case.request, calls)  # warms up
        for number in range(rounds):
            for side in list(sides)[:: -1 if number % 2 else 1]:
                used = await _cpu_per_call(sides[side], callers[side], case.request, calls)
                case.figures[side].append(used)


async def _cpu_per_call(
    server: ServerProcess, callers: list[Caller], request: Request, calls: int
) -> float:
    before = server.cpu_seconds()
    await load(callers, request, calls)
    return (server.cpu_seconds() - before) / calls * 1e6
