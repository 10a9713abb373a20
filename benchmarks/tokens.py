"""What the check of a token costs, and whether its time tells how right a wrong one is."""

import asyncio
import random
import time
from statistics import NormalDist, median
from typing import Any

import grpc.aio

from benchmarks.callers import SAY_HELLO, say_hello_with
from benchmarks.cpu import Case, measure
from benchmarks.guarded import TOKEN
from benchmarks.progress import progress
from benchmarks.server_process import OURS, ServerProcess, serving
from benchmarks.table import Aim, Row

_GUARDED = ("benchmarks.guarded", "ours")
_INTERCEPTED = ("benchmarks.guarded", "interceptor")
_WRONG = {  # by how many characters of the valid one they share
    "none": "x" * len(TOKEN),
    "8": TOKEN[:8] + "x" * (len(TOKEN) - 8),
    "all but one": TOKEN[:-1] + "x",
}


async def token_rows(*, starts: int, rounds: int, calls: int) -> list[Row]:
    """CPU per call with the check: against none, and against an interceptor of grpc.aio's."""
    request = say_hello_with(TOKEN)
    none = {face: Case(face, "", request) for face in ("gRPC", "JSON-RPC")}
    other = Case("gRPC", "", request)
    assert SAY_HELLO.metadata == ()
    for start in range(1, starts + 1):
        progress(f"CPU of the check of a token: start {start} of {starts}")
        with serving(*OURS) as bare, serving(*_GUARDED) as ours, serving(*_INTERCEPTED) as theirs:
            for case in none.values():
                await measure(case, {"bare": bare, "ours": ours}, rounds, calls)
            await measure(other, {"bare": theirs, "ours": ours}, rounds, calls)
    return [
        *(_row(f"{face}, a token checked: CPU per call", case) for face, case in none.items()),
        _row("gRPC, the same against grpc.aio's interceptor", other, Aim(1.0, "ratio")),
    ]


def _row(what: str, case: Case, aim: Aim | None = None) -> Row:
    return Row(what, "µs", case.figures["ours"], case.figures["bare"], aim)


async def timing(calls: int) -> str:
    """The times of answers to wrong tokens, in turns, compared by rank (Mann-Whitney)."""
    progress("answers to wrong tokens")
    with serving(*_GUARDED) as server:
        times = await _times(server, calls)
    lines = [f"Answers to {calls:,} calls with each of three wrong tokens, by shared characters:"]
    lines += [f"  {name:<12} median {median(found) * 1e6:.1f} µs" for name, found in times.items()]
    for name in ("8", "all but one"):
        p = _p_value(times["none"], times[name])
        verdict = "not distinguishable" if p > 0.01 else "DISTINGUISHABLE"
        lines.append(f"  none against {name}: p = {p:.2f}, {verdict} at 1 %")
    return "\n".join(lines)


async def _times(server: ServerProcess, calls: int) -> dict[str, list[float]]:
    times: dict[str, list[float]] = {name: [] for name in _WRONG}
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.grpc_port}") as channel:
        rpc: Any = channel.unary_unary(SAY_HELLO.rpc)
        for number in range(-200, calls):  # the first warm up
            names = list(_WRONG)
            random.shuffle(names)
            for name in names:
                metadata = (("authorization", f"Bearer {_WRONG[name]}"),)
                began = time.perf_counter()
                call = rpc(SAY_HELLO.message, metadata=metadata)
                if await call.code() is not grpc.StatusCode.UNAUTHENTICATED:
                    raise RuntimeError("a wrong token was taken for a right one")
                if number >= 0:
                    times[name].append(time.perf_counter() - began)
            await asyncio.sleep(0)
    return times


def _p_value(one: list[float], other: list[float]) -> float:
    """How likely ranks at least so far apart are if both are of one kind (two-sided)."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    n, m = len(one), len(other)
    rank_sum = sum(rank for rank, (_, side) in enumerate(ranked, start=1) if side == 0)
    u = rank_sum - n * (n + 1) / 2
    z = (u - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5
    return 2 * (1 - NormalDist().cdf(abs(z)))
