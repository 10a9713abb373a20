"""Streams of requests that cannot be served, each in a class `Users` of its own."""

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import gemstone_grpc as gemstone

_EMPTY: Any = None


@dataclass
class Chunk:
    """An item that holds a stream."""

    parts: AsyncIterator[bytes]


async def beside(self: Any, chunks: AsyncIterator[int], folder: str) -> None: ...


async def beside_default(self: Any, chunks: AsyncIterable[int], folder: str = "") -> None: ...


async def beside_rest(self: Any, chunks: AsyncIterator[int], **more: str) -> None: ...


async def untyped_beside(self, chunks: AsyncIterator[int], folder) -> None: ...  # type: ignore[no-untyped-def]


async def two(self: Any, chunks: AsyncIterator[int], names: AsyncGenerator[str, None]) -> None: ...


async def default(self: Any, chunks: AsyncIterator[int] | None = None) -> None: ...


async def bare_default(self: Any, chunks: AsyncIterator[int] = _EMPTY) -> None: ...


async def starred(self: Any, *chunks: AsyncIterator[int]) -> None: ...


async def double_starred(self: Any, **chunks: AsyncIterator[int]) -> None: ...


def plain(self: Any, chunks: AsyncIterator[int]) -> int: ...  # type: ignore[empty-body]


async def nested(self: Any, chunks: AsyncIterator[AsyncIterator[int]]) -> None: ...


async def in_list(self: Any, chunks: list[AsyncIterator[int]]) -> None: ...


async def in_class(self: Any, chunk: Chunk) -> None: ...


async def in_item(self: Any, chunks: AsyncIterator[Chunk]) -> None: ...


async def unsupported(self: Any, chunks: AsyncIterator[complex]) -> None: ...


async def of_contexts(self: Any, chunks: AsyncIterator[gemstone.Context]) -> None: ...


async def of_nothing(self: Any, chunks: AsyncIterator[None]) -> None: ...


def _users(function: Callable[..., Any], **options: Any) -> object:
    return type("Users", (), {"find": gemstone.exposed_method(**options)(function)})()


STREAMS = {
    "find(self, chunks: AsyncIterator[int], folder: str)": _users(beside),
    "find(self, chunks: AsyncIterable[int], folder: str = '')": _users(beside_default),
    "find(self, chunks: AsyncIterator[int], **more: str)": _users(beside_rest),
    "find(self, chunks: AsyncIterator[int], folder)": _users(untyped_beside),
    "find(self, chunks: AsyncIterator[int], names: AsyncGenerator[str, None])": _users(two),
    "find(self, chunks: AsyncIterator[int] | None = None)": _users(default),
    "find(self, chunks: AsyncIterator[int] = ...)": _users(bare_default),
    "find(self, *chunks: AsyncIterator[int])": _users(starred),
    "find(self, **chunks: AsyncIterator[int])": _users(double_starred),
    "def find(self, chunks: AsyncIterator[int]) -> int": _users(plain),
    "def find(self, chunks: AsyncIterator[int]) -> int, blocking=False": _users(
        plain, blocking=False
    ),
    "find(self, chunks: AsyncIterator[AsyncIterator[int]])": _users(nested),
    "find(self, chunks: list[AsyncIterator[int]])": _users(in_list),
    "find(self, chunk: Chunk), Chunk.parts: AsyncIterator[bytes]": _users(in_class),
    "find(self, chunks: AsyncIterator[Chunk]), Chunk.parts: AsyncIterator[bytes]": _users(in_item),
    "find(self, chunks: AsyncIterator[complex])": _users(unsupported),
    "find(self, chunks: AsyncIterator[Context])": _users(of_contexts),
    "find(self, chunks: AsyncIterator[None])": _users(of_nothing),
}
