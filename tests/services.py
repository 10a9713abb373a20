"""Services that tests call: one that behaves, and one that does not."""

import asyncio
import sys
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import gemstone_grpc as gemstone


class NoSuchShelf(gemstone.RpcError):
    """There is no such shelf."""

    code = gemstone.Code.NOT_FOUND


@dataclass
class Item:
    name: str
    price: float = 0.0


class Shop(gemstone.MicroService):
    """A service that behaves."""

    name = "shop"

    @gemstone.exposed_method()
    async def add(self, a: int, b: int = 1) -> int:
        return a + b

    @gemstone.exposed_method()
    def add_in_thread(self, a: int, b: int = 1) -> int:
        return a + b

    @gemstone.exposed_method()
    async def echo(self, value: Any) -> Any:
        return value

    @gemstone.exposed_method()
    async def repeat(self, text: str, times: int) -> str:
        return text * times

    @gemstone.exposed_method()
    async def total(self, items: list[Item], *extra: float, **named: float) -> float:
        return sum(item.price for item in items) + sum(extra) + sum(named.values())

    @gemstone.exposed_method("shelf.find", errors=[NoSuchShelf])
    async def find_shelf(self, number: int) -> str:
        raise NoSuchShelf(details={"number": number})

    @gemstone.exposed_method()
    async def count(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number

    @gemstone.exposed_method()
    async def tick(self, to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number
            await asyncio.sleep(0.05)

    @gemstone.exposed_method(internal=True)
    async def audit(self) -> str:
        return "audited"

    @gemstone.exposed_method()
    async def whoami(self, context: gemstone.Context) -> dict[str, str]:
        remaining = context.time_remaining()
        return {
            "transport": context.transport,
            "peer": context.peer,
            "method": context.method.name,
            "tag": context.metadata.get("x-tag", ""),
            "remaining": "none" if remaining is None else f"{remaining:.0f}",
        }

    def helper(self) -> str:
        return "not for callers"


SECRET = "secret-of-the-service"


class Odd(BaseException):
    """No Exception, as some libraries have them."""


LOOP: dict[str, Any] = {}
LOOP["again"] = LOOP

STRANGE_ERRORS: list[Callable[[], gemstone.RpcError]] = [
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, "no", {"callback": print}),
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, "no", {"nan": float("nan")}),
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, "no", {"huge": 10**400}),
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, "no", LOOP),
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, "half \ud800"),
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, "no", {"half": "\ud800"}),
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, KeyError("k")),  # type: ignore[arg-type]
    lambda: gemstone.RpcError(gemstone.Code.ABORTED, violations=["x"]),  # type: ignore[list-item]
    lambda: gemstone.RpcError(
        gemstone.Code.ABORTED, violations=[gemstone.FieldViolation("half \ud800", "")]
    ),
]


class Rogue(gemstone.MicroService):
    """A service whose methods misbehave; `release` lets the stuck ones go."""

    name = "rogue"
    timeout = 0.2
    grace = 0.5

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.release = threading.Event()
        self.cancelled = asyncio.Event()
        self.running = asyncio.Semaphore(0)  # released by each call that begins

    @gemstone.exposed_method()
    async def raises(self) -> int:
        raise RuntimeError(SECRET)

    @gemstone.exposed_method()
    def raises_in_thread(self) -> int:
        raise RuntimeError(SECRET)

    @gemstone.exposed_method()
    def stops_iteration(self) -> int:
        raise StopIteration(SECRET)

    @gemstone.exposed_method()
    async def exits(self) -> int:
        sys.exit(SECRET)

    @gemstone.exposed_method()
    def exits_in_thread(self) -> int:
        sys.exit(SECRET)

    @gemstone.exposed_method()
    async def odd(self) -> int:
        raise Odd(SECRET)

    @gemstone.exposed_method()
    def odd_in_thread(self) -> int:
        raise Odd(SECRET)

    @gemstone.exposed_method()
    async def interrupts(self) -> int:
        raise KeyboardInterrupt(SECRET)

    @gemstone.exposed_method()
    async def cancels_itself(self) -> int:
        raise asyncio.CancelledError(SECRET)

    @gemstone.exposed_method()
    async def wrong_type(self) -> int:
        return SECRET  # type: ignore[return-value]

    @gemstone.exposed_method()
    async def unwritable(self) -> Any:
        return threading.Lock()

    @gemstone.exposed_method()
    async def too_deep(self) -> Any:
        value: Any = []
        value.append(value)
        return value

    @gemstone.exposed_method()
    async def never_returns(self) -> int:
        self.running.release()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return 1

    @gemstone.exposed_method()
    def never_returns_in_thread(self) -> int:
        self.release.wait()
        return 1

    @gemstone.exposed_method()
    async def swallows_cancellation(self) -> int:
        while not self.release.is_set():
            try:
                await asyncio.sleep(0.01)
            except asyncio.CancelledError:
                self.cancelled.set()
        return 1

    @gemstone.exposed_method(timeout=0.2)
    async def endless(self) -> AsyncIterator[int]:
        number = 0
        try:
            while True:
                yield number
                number += 1
                await asyncio.sleep(0.01)
        finally:
            self.cancelled.set()

    @gemstone.exposed_method()
    async def breaks_in_stream(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError(SECRET)

    @gemstone.exposed_method()
    async def exits_in_stream(self) -> AsyncIterator[int]:
        yield 1
        sys.exit(SECRET)

    @gemstone.exposed_method()
    def exits_before_its_stream(self) -> AsyncIterator[int]:
        sys.exit(SECRET)

    @gemstone.exposed_method()
    async def refuses_in_stream(self) -> AsyncIterator[int]:
        yield 1
        raise gemstone.RpcError(gemstone.Code.ABORTED, "enough")

    @gemstone.exposed_method()
    async def wrong_item(self) -> AsyncIterator[int]:
        yield "one"  # type: ignore[misc]

    @gemstone.exposed_method()
    def no_stream(self) -> AsyncIterator[int]:
        return 5  # type: ignore[return-value]

    @gemstone.exposed_method()
    async def says(self, code: int, message: str) -> int:
        raise gemstone.RpcError(gemstone.Code(code), message, {"note": message})

    @gemstone.exposed_method()
    async def strange_error(self, number: int) -> int:
        raise STRANGE_ERRORS[number]()

    @gemstone.exposed_method()
    async def rich_details(self) -> int:
        at = datetime(2026, 1, 31, 12, tzinfo=UTC)
        raise gemstone.RpcError(gemstone.Code.ABORTED, "", {"at": at, 1: (1, "a"), "id": "u"})  # type: ignore[dict-item]

    @gemstone.exposed_method()
    async def works(self) -> str:
        return "still here"
