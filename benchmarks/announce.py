"""How a server process of the benchmarks says where it listens, and how it learns to stop."""

import asyncio
import sys


async def announce_and_wait(port: int, grpc_port: int) -> None:
    """Print both addresses, and return when stdin ends: the parent is done, or dead."""
    print(f"http://127.0.0.1:{port}/api 127.0.0.1:{grpc_port}", flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(sys.stdin, ended.set)
    await ended.wait()
