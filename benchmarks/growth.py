"""What many calls leave behind in memory."""

from benchmarks.callers import SAY_HELLO, Face, connected, load
from benchmarks.cpu import CALLERS
from benchmarks.progress import progress
from benchmarks.server_process import OURS, ServerProcess, serving
from benchmarks.table import Aim, Row

_NONE = Aim(1, "ours")  # MiB: the allocator's own ups and downs, 10 bytes a call


async def growth_rows(*, warm_up: int, calls: int) -> list[Row]:
    """Both faces, each of a fresh server that has answered `warm_up` calls."""
    faces: tuple[Face, ...] = ("gRPC", "JSON-RPC")
    rows = []
    for face in faces:
        what = f"{face}: growth over {calls:,} calls"
        progress(what)
        with serving(*OURS) as server:
            grown = await _growth(server, face, warm_up, calls)
        rows.append(Row(what, "MiB", [grown], aim=_NONE))
    return rows


async def _growth(server: ServerProcess, face: Face, warm_up: int, calls: int) -> float:
    async with connected(face, server, CALLERS) as callers:
        await load(callers, SAY_HELLO, warm_up)
        before = server.resident_mib()
        await load(callers, SAY_HELLO, calls)
        return server.resident_mib() - before
