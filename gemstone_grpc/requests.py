"""The stream of requests of a client-streaming call, as its method reads it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Self

Read = Callable[[], Awaitable[bytes | None]]


class Requests(AsyncGenerator[Any, None]):
    """Items in the order they came, each read when it is asked for, and none before.

    `read` gives a message, or None after the last; it is never called twice at once, and never
    cancelled but by `aclose`: a read that the method gave up, as `asyncio.timeout` does, is what
    its next one waits for. An item that does not fit raises `RpcError`; the next may still be read.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._decode: Callable[[bytes], Any] = bytes
        self._reading: asyncio.Future[bytes | None] | None = None
        self._awaited = False
        self._ended = False
        self._closed = False

    def decoded_by(self, decode: Callable[[bytes], Any]) -> Self:
        """Give what `decode` makes of each message."""
        self._decode = decode
        return self

    async def __anext__(self) -> Any:
        if self._awaited:
            raise RuntimeError(
                "a stream of requests is read in two places at once: read it in one, and hand the "
                "items on through an asyncio.Queue"
            )
        self._awaited = True
        try:
            message = await self._next()
        finally:
            self._awaited = False
        if message is None:
            raise StopAsyncIteration
        return self._decode(message)

    async def _next(self) -> bytes | None:
        if self._closed:
            raise RuntimeError("a stream of requests was closed: read it before its method ends")
        if self._ended:
            return None
        if self._reading is None:
            self._reading = asyncio.ensure_future(self._read())
        message = await asyncio.shield(self._reading)
        self._reading = None
        self._ended = message is None
        return message

    async def asend(self, value: None) -> Any:
        """The next item."""
        return await self.__anext__()

    async def athrow(self, *raised: Any) -> Any:
        """Close, and raise what was thrown, as a generator that does not catch it."""
        await self.aclose()
        raise raised[0]

    async def aclose(self) -> None:
        """Read no more."""
        self._closed = True
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.wait([reading])
