"""A service whose requests stream, what its methods saw, and what to send them."""

import asyncio
import weakref
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from msgspec import Meta

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError


@dataclass
class Part:
    size: Annotated[int, Meta(ge=0)]


@dataclass(weakref_slot=True, slots=True)
class Chunk:
    data: bytes
    parts: list[Part] = field(default_factory=list)


class Uploads(gemstone.MicroService):
    """`seen` has what each method saw, in order; `gate` holds back those that wait for it."""

    name = "uploads"
    timeout = 0.2  # of unary calls alone

    def __init__(self, **settings: object) -> None:
        super().__init__(**settings)
        self.seen: asyncio.Queue[object] = asyncio.Queue()
        self.gate = asyncio.Event()

    @gemstone.exposed_method()
    async def upload(self, chunks: AsyncIterator[Chunk], context: gemstone.Context) -> int:
        """The bytes that came; notes each chunk, the end, and how the call ended."""
        size = 0
        try:
            async for chunk in chunks:
                self.seen.put_nowait(chunk.data)
                size += len(chunk.data)
            self.seen.put_nowait("end")
        except BaseException as error:
            self.seen.put_nowait(type(error))
            raise
        return size

    @gemstone.exposed_method()
    async def total(self, numbers: AsyncIterable[int]) -> int:
        return sum([number async for number in numbers])

    @gemstone.exposed_method()
    async def join(self, words: AsyncGenerator[str | None, None]) -> str:
        return " ".join([word or "-" async for word in words])

    @gemstone.exposed_method()
    async def untyped(self, values: AsyncIterator) -> list[Any]:  # type: ignore[type-arg]
        return [value async for value in values]

    @gemstone.exposed_method()
    async def double(self, numbers: AsyncIterator[int]) -> AsyncIterator[int]:
        try:
            async for number in numbers:
                yield 2 * number
            self.seen.put_nowait("end")
        finally:
            self.seen.put_nowait("closed")

    @gemstone.exposed_method()
    def doubled_elsewhere(self, numbers: AsyncIterator[int]) -> AsyncIterator[int]:
        return self.double(numbers)

    @gemstone.exposed_method()
    async def first(self, numbers: AsyncIterator[int]) -> int:
        return await anext(numbers)

    @gemstone.exposed_method()
    async def ignores(self, numbers: AsyncIterator[int]) -> str:
        return "not read"

    @gemstone.exposed_method()
    async def refuses(self, numbers: AsyncIterator[int]) -> int:
        async for number in numbers:
            raise RpcError(Code.ABORTED, f"no {number}")
        return 0

    @gemstone.exposed_method()
    async def tolerant(self, chunks: AsyncIterator[Chunk]) -> list[str]:
        """What came; of a chunk that does not fit, the path."""
        found: list[Any] = []
        while True:
            try:
                chunk = await anext(chunks)
            except StopAsyncIteration:
                return found
            except RpcError as error:
                found += [violation.field for violation in error.violations]
            else:
                found.append(chunk.data.decode())

    @gemstone.exposed_method()
    async def after_the_end(self, numbers: AsyncIterator[int]) -> list[int]:
        found = [number async for number in numbers]
        return found + [number async for number in numbers] + [await anext(numbers, -1)]

    @gemstone.exposed_method()
    async def two_readers(self, numbers: AsyncIterator[int]) -> list[str]:
        """What each of two readers got; the first waits when the second comes."""
        first = asyncio.ensure_future(anext(numbers))
        await asyncio.sleep(0)
        self.seen.put_nowait("reading")
        try:
            await anext(numbers)
        except RuntimeError as error:
            return [str(error), str(await first)]
        return []

    @gemstone.exposed_method()
    async def impatient(self, numbers: AsyncIterator[int]) -> list[int]:
        """All numbers, with a read given up before each."""
        found: list[Any] = []
        while True:
            try:
                async with asyncio.timeout(0.001):
                    found.append(await anext(numbers))
            except TimeoutError:
                self.seen.put_nowait("gave up")
            except StopAsyncIteration:
                return found

    @gemstone.exposed_method()
    async def forgets(self, chunks: AsyncIterator[Chunk]) -> int:
        """How many chunks live on while the next is awaited."""
        held: list[weakref.ref[Chunk]] = []
        living = 0

        async def take() -> None:
            held.append(weakref.ref(await anext(chunks)))

        try:
            while True:
                await take()
                following = asyncio.ensure_future(take())
                await asyncio.sleep(0.005)
                living += held[0]() is not None
                await following
        except StopAsyncIteration:
            return living

    @gemstone.exposed_method()
    async def leaks(self, numbers: AsyncIterator[int]) -> str:
        """Leaves its stream to a task that waits for one more, and then for another."""
        self.left = numbers
        self.reader = asyncio.ensure_future(anext(numbers))
        await asyncio.sleep(0)
        return "left"

    @gemstone.exposed_method()
    async def gated(self, chunks: AsyncIterator[Chunk]) -> int:
        await self.gate.wait()
        return sum([len(chunk.data) async for chunk in chunks])

    @gemstone.exposed_method(timeout=0.1)
    async def hasty(self, numbers: AsyncIterator[int]) -> int:
        try:
            return sum([number async for number in numbers])
        except BaseException as error:
            self.seen.put_nowait(type(error))
            raise


async def trickle(items: Iterable[Any], service: Uploads, note: object) -> AsyncIterator[Any]:
    """Items, each sent when the method has noted something."""
    for item in items:
        while await service.seen.get() != note:
            pass
        yield item


async def refusal(call: Any) -> RpcError:
    with pytest.raises(RpcError) as caught:
        await call
    return caught.value


def upload_of(*sizes: int) -> bytes:
    """A serialized UploadRequest, whose parts may be of sizes that no client of ours would send."""
    parts = b"".join(b"\x12\x02\x08" + bytes([size]) for size in sizes)
    return b"\x0a" + bytes([3 + len(parts)]) + b"\x0a\x01x" + parts


async def unfinished() -> AsyncIterator[int]:
    """One item, and no end."""
    yield 1
    await asyncio.Event().wait()


async def endless_after(service: Uploads) -> AsyncIterator[int]:
    await service.gate.wait()
    yield 1
