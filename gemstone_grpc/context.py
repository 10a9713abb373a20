"""What is known of one call before its payload is decoded."""

import asyncio
import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from gemstone_grpc.errors import RpcError
from gemstone_grpc.identity import Identity

if TYPE_CHECKING:
    from gemstone_grpc.method import Method

Transport = Literal["grpc", "jsonrpc"]
Pairs = tuple[tuple[str, str | bytes], ...]

_MAX_METADATA = 4096  # bytes; gRPC lets through 8 KiB, and an error's status may need the rest
_NAME = re.compile(r"[0-9a-z_.-]+")
_TEXT = re.compile(r"([!-~]([ -~]*[!-~])?)?")
_OF_HTTP = {
    "connection", "content-length", "content-type", "host", "keep-alive", "proxy-connection", "te",
    "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip


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
    `peer` is gRPC's form of an address, `ipv4:127.0.0.1:50312`; `transport` names the face;
    `identity` is who calls, or None.

    Response metadata is gRPC's alone: over JSON-RPC it is checked, and goes nowhere. Names are in
    lower case; a value is printable ASCII, or bytes under a name that ends in `-bin`; both of the
    methods that take pairs raise `ValueError` for others.
    """

    __slots__ = (
        "_metadata",
        "_over",
        "_pairs",
        "_payload",
        "deadline",
        "ended_by",
        "identity",
        "method",
        "peer",
        "transport",
    )

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
        self.identity: Identity | None = None
        self.ended_by: RpcError | None = None
        self._over: asyncio.Future[None] | None = None
        self._pairs = metadata
        self._metadata: Metadata | None = None
        self._payload = payload

    @property
    def pairs(self) -> Iterable[tuple[str, str | bytes]]:
        """The caller's metadata as it came, names in any case; quicker than `metadata` for one."""
        return self._pairs

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

    @property
    def certified_names(self) -> tuple[str, ...]:
        """The names in the certificate that the caller showed, alternative names first.

        Only gRPC callers show one, and only where `client_ca` asks for it.
        """
        return self._certified()

    def _certified(self) -> tuple[str, ...]:
        return ()

    def end(self, error: RpcError) -> None:
        """End the call now with an error, wherever its method is; for interceptors."""
        if self._over is not None and not self._over.done():
            self.ended_by = error
            self._over.set_result(None)

    async def send_initial_metadata(self, pairs: Iterable[tuple[str, str | bytes]]) -> None:
        """Send gRPC's response headers now, all at once, before the first result.

        Raises `RuntimeError` when they were sent already; the first response sends them too.
        """
        await self._send_initial(_checked(pairs))

    def set_trailing_metadata(self, pairs: Iterable[tuple[str, str | bytes]]) -> None:
        """Choose what follows the last response, or the error; it takes the place of any before."""
        self._set_trailing(_checked(pairs))

    async def _send_initial(self, pairs: Pairs) -> None:
        """What a face does with initial metadata."""

    def _set_trailing(self, pairs: Pairs) -> None:
        """What a face does with trailing metadata."""

    def __repr__(self) -> str:
        return f"Context({self.method.name!r}, transport={self.transport!r}, peer={self.peer!r})"


def _checked(metadata: Iterable[tuple[str, str | bytes]]) -> Pairs:
    """Response metadata; raises `ValueError` for what gRPC would drop or break at."""
    pairs = tuple(metadata)
    for pair in pairs:
        if not (isinstance(pair, tuple) and len(pair) == 2):
            raise ValueError(f'metadata is pairs of a name and a value, ("x-tag", "a"): {pair!r}')
        if words := _misfit(*pair):
            raise ValueError(f"metadata {pair[0]!r}: {words}")
    size = sum(len(name) + len(value) for name, value in pairs)
    if size > _MAX_METADATA:
        raise ValueError(
            f"metadata of {size} bytes is over the {_MAX_METADATA} that surely arrive: make it a "
            "part of the result"
        )
    return pairs


def _misfit(name: Any, value: Any) -> str | None:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "a name is lower-case letters, digits and _ - . alone, such as 'x-tag'"
    if name.startswith("grpc-") or name in _OF_HTTP:
        return "the name belongs to gRPC or HTTP: choose another, such as one with x- before it"
    if name.endswith("-bin"):
        return None if isinstance(value, bytes) else "a name that ends in -bin is for bytes"
    if not isinstance(value, str) or not _TEXT.fullmatch(value):
        return (
            "a value is printable ASCII without space at its ends: give other text as bytes, under "
            "a name that ends in -bin"
        )
    return None
