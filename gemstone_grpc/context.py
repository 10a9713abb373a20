"""What is known of one call before its payload is decoded."""

import asyncio
import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from gemstone_grpc.method import Method

Transport = Literal["grpc", "jsonrpc"]


class Metadata(Mapping[str, str]):
    """gRPC metadata or HTTP headers: lower-case names, and every value a text.

    The value of a `-bin` name is the base64 text that travels on the wire, on both faces. Of a name
    that came several times, `[]` and `get` give the values joined by `", "` (RFC 9110 section 5.3)
    and `get_all` gives them apart.
    """

    __slots__ = ("_values",)

    def __init__(self, pairs: Iterable[tuple[str, str | bytes]] = ()) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            text = base64.b64encode(value).decode() if isinstance(value, bytes) else value
            self._values.setdefault(name.lower(), []).append(text)

    def __getitem__(self, name: str) -> str:
        return ", ".join(self._values[name.lower()])

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def get_all(self, name: str) -> list[str]:
        """Every value that came under `name`, in order; empty if none did."""
        return list(self._values.get(name.lower(), ()))

    def __repr__(self) -> str:
        return f"Metadata(names={list(self._values)})"  # values may be secrets


class Context:
    """One call, as interceptors and methods see it.

    `deadline` is a time of the running loop's clock (`loop.time()`, seconds), or None;
    `peer` is gRPC's form of an address, `ipv4:127.0.0.1:50312`; `transport` names the face.
    """

    __slots__ = ("_metadata", "_pairs", "_payload", "deadline", "method", "peer", "transport")

    def __init__(
        self,
        method: "Method",
        *,
        transport: Transport,
        peer: str = "",
        metadata: Iterable[tuple[str, str | bytes]] = (),
        deadline: float | None = None,
        payload: Any = None,
    ) -> None:
        self.method = method
        self.transport = transport
        self.peer = peer
        self.deadline = deadline
        self._pairs = metadata
        self._metadata: Metadata | None = None
        self._payload = payload

    @property
    def metadata(self) -> Metadata:
        """The caller's metadata: gRPC metadata, or HTTP headers."""
        if self._metadata is None:
            self._metadata = Metadata(self._pairs)
        return self._metadata

    def time_remaining(self) -> float | None:
        """Seconds until the deadline, never below zero; None without a deadline."""
        if self.deadline is None:
            return None
        return max(0.0, self.deadline - asyncio.get_running_loop().time())

    def __repr__(self) -> str:
        return f"Context({self.method.name!r}, transport={self.transport!r}, peer={self.peer!r})"
