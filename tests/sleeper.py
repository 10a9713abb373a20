"""A service of its own process, for signals."""

import asyncio
import threading

import gemstone_grpc as gemstone


class Sleeper(gemstone.MicroService):
    name = "sleeper"
    max_concurrent_streams = 1000

    def __init__(self) -> None:
        super().__init__()
        self.sleepers = 0

    @gemstone.exposed_method()
    async def nap(self) -> str:
        self.sleepers += 1
        await asyncio.sleep(1)
        return "done"

    @gemstone.exposed_method()
    async def coma(self) -> str:
        self.sleepers += 1
        while True:
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                self.sleepers += 1

    @gemstone.exposed_method()
    def coma_in_thread(self) -> str:
        self.sleepers += 1
        threading.Event().wait()
        return "never"

    @gemstone.exposed_method()
    async def asleep(self) -> int:
        return self.sleepers


class HastySleeper(Sleeper):
    grace = 0.3
