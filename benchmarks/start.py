"""From `python` to the first answered call, and the memory that takes."""

import time

from benchmarks.callers import SAY_HELLO, connected
from benchmarks.progress import progress
from benchmarks.server_process import serving
from benchmarks.table import Aim, Row

HELLO_WORLD = ("examples.hello_world", "--port=0", "--grpc-port=0")


async def start_rows(bare: tuple[str, ...], *, rounds: int) -> list[Row]:
    """The hello world of the examples against the bare server with its two faces."""
    seconds: dict[str, list[float]] = {"bare": [], "ours": []}
    resident: dict[str, list[float]] = {"bare": [], "ours": []}
    for number in range(rounds + 1):  # the first fills the page cache and __pycache__
        progress(f"start: round {number} of {rounds}")
        for side, module in (("bare", bare), ("ours", HELLO_WORLD)):
            took, mib = await _first_call(module)
            if number:
                seconds[side].append(took)
                resident[side].append(mib)
    return [
        Row("start to first answer", "s", seconds["ours"], seconds["bare"], Aim(0.7, "ours")),
        Row("resident after start", "MiB", resident["ours"], resident["bare"], Aim(80, "ours")),
    ]


async def _first_call(module: tuple[str, ...]) -> tuple[float, float]:
    began = time.perf_counter()
    with serving(*module) as server:
        async with connected("JSON-RPC", server, 1) as callers:
            await callers[0].call(SAY_HELLO)
            return time.perf_counter() - began, server.resident_mib()
