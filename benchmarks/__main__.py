"""`python -m benchmarks`: ours against bare gRPC and bare Tornado, on this machine, in one run."""

import argparse
import asyncio
import os
import platform
import signal
import time
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks.blocking import blocking_rows
from benchmarks.cpu import CALLERS, cpu_rows
from benchmarks.growth import growth_rows
from benchmarks.progress import progress
from benchmarks.server_process import bare_server
from benchmarks.start import start_rows
from benchmarks.table import Row, render
from benchmarks.tokens import timing, token_rows

_NOTES = f"""
Figures are medians of interleaved rounds (least to greatest), ratios those of the rounds' pairs.
Bare is a grpc.aio servicer over protoc's stubs and a Tornado RequestHandler with the json module,
one process for both faces, as ours is; in the rows on blocking it is our own service without the
blocking call. CPU is what the server process uses, with {CALLERS} calls under way: on one channel
for gRPC, on as many keep-alive connections for JSON-RPC. Start and memory after start are those of
examples/hello_world.py. In the rows on tokens, bare is the same service without auth, or with a
grpc.aio interceptor that makes the same check."""


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    starts: int
    cpu_starts: int
    cpu_rounds: int  # of each start
    cpu_calls: int  # of each round
    blocking_rounds: int
    blocking_seconds: float
    warm_up_calls: int
    growth_calls: int
    timing_calls: int


_FULL = Effort(
    starts=7,
    cpu_starts=8,
    cpu_rounds=4,
    cpu_calls=500,  # short rounds: other work on the machine then slows both sides down alike
    blocking_rounds=5,
    blocking_seconds=1.0,
    warm_up_calls=20_000,
    growth_calls=100_000,
    timing_calls=10_000,
)
_QUICK = Effort(
    starts=1,
    cpu_starts=1,
    cpu_rounds=1,
    cpu_calls=200,
    blocking_rounds=1,
    blocking_seconds=0.2,
    warm_up_calls=200,
    growth_calls=500,
    timing_calls=300,
)


async def measure(effort: Effort) -> list[Row]:
    """Everything, one after the other."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    with bare_server() as bare:
        return [
            *await start_rows(bare, rounds=effort.starts),
            *await cpu_rows(
                bare, starts=effort.cpu_starts, rounds=effort.cpu_rounds, calls=effort.cpu_calls
            ),
            *await token_rows(
                starts=effort.cpu_starts, rounds=effort.cpu_rounds, calls=effort.cpu_calls
            ),
            *await blocking_rows(effort.blocking_rounds, seconds=effort.blocking_seconds),
            *await growth_rows(warm_up=effort.warm_up_calls, calls=effort.growth_calls),
        ]


def _machine() -> str:
    packages = ("grpcio", "protobuf", "tornado", "msgspec")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    load = os.getloadavg()[0]
    return f"Python {platform.python_version()}, {versions}; {os.cpu_count()} CPUs, load {load:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few seconds, to see that it works")
    effort = _QUICK if parser.parse_args().quick else _FULL
    began = time.monotonic()
    machine = _machine()
    try:
        rows = asyncio.run(measure(effort))
        wrong = asyncio.run(timing(effort.timing_calls))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise SystemExit("stopped") from None
    progress("")
    took = f"Measured in {time.monotonic() - began:.0f} s."
    print(f"{machine}\n\n{render(rows)}\n{_NOTES}\n\n{wrong}\n\n{took}")


if __name__ == "__main__":
    main()
