"""The measured service: `python -m benchmarks.ours`, on free ports until stdin ends."""

import asyncio
import time

import gemstone_grpc as gemstone
from benchmarks.announce import announce_and_wait


class Hello(gemstone.MicroService):
    """Says hello from the loop and from a thread, and blocks on demand."""

    name = "hello"

    @gemstone.exposed_method()
    async def say_hello(self, name: str) -> str:
        return f"hello {name}"

    @gemstone.exposed_method()
    def say_hello_from_thread(self, name: str) -> str:
        return f"hello {name}"

    @gemstone.exposed_method()
    def block(self, seconds: float) -> None:
        time.sleep(seconds)


async def main() -> None:
    async with Hello().serving(port=0, grpc_port=0) as wired:
        await announce_and_wait(wired.lifecycle.port, wired.lifecycle.grpc_port)


if __name__ == "__main__":
    asyncio.run(main())
