"""Nonsense for a running service: `python -m tests.security.fuzz [SECONDS]`.

Bytes over HTTP, bodies of JSON-RPC, and messages of gRPC for the whole table of types. There must
be no traceback, no hang, and no answer that is not HTTP, JSON-RPC or a gRPC status of the caller's.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import grpc.aio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.security.target import Target

CALLERS = {"INVALID_ARGUMENT", "UNAUTHENTICATED", "OK"}
HANG = 15.0  # seconds
PATIENCE = 0.05  # seconds for an answer to what may be half a request

_lines = st.sampled_from([
    b"POST /api HTTP/1.1\r\n", b"GET /healthz HTTP/1.1\r\n", b"Host: localhost\r\n",
    b"Content-Type: application/json\r\n", b"Content-Length: 2\r\n", b"Content-Length: 99\r\n",
    b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n", b"Expect: 100-continue\r\n",
    b"\r\n", b"2\r\n{}\r\n", b"0\r\n\r\n", b"{}", b"[]", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
])  # fmt: skip
http = st.lists(_lines | st.binary(max_size=20), max_size=12).map(b"".join)

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_data = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
_fields = (
    "whole",
    "small",
    "text",
    "data",
    "color",
    "when",
    "span",
    "day",
    "shape",
    "tree",
    "matrix",
)
_everything = st.dictionaries(st.sampled_from(_fields), _data, max_size=4)
_params = _data | _everything.map(lambda value: {"value": value})
_methods = st.sampled_from(["echo", "hello", "open"]) | _scalars
_calls = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | _scalars, "method": _methods},
    optional={"id": _scalars, "params": _params},
)
bodies = st.binary(max_size=60) | (_calls | _data | st.lists(_calls, max_size=4)).map(
    lambda body: json.dumps(body).encode("utf-8", "surrogatepass")
)

_varints = st.integers(0, 2**64 - 1) | st.integers(0, 300)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def _field(number: int, kind: int, payload: bytes) -> bytes:
    key = _varint(number << 3 | kind)
    return key + (_varint(len(payload)) + payload if kind == 2 else payload)


messages = st.recursive(
    st.binary(max_size=16) | _varints.map(_varint),
    lambda x: st.lists(
        st.builds(_field, st.integers(1, 30), st.sampled_from([0, 1, 2, 5]), x), max_size=4
    ).map(b"".join),
    max_leaves=10,
)  # fmt: skip


class Fuzz:
    """One run; counts what came back."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.counts: Counter[str] = Counter()

    async def http(self, data: bytes) -> None:
        """Some bytes; many of them are but the beginning of a request."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.target.port)
        answer = b""
        with contextlib.suppress(ConnectionError, TimeoutError):
            writer.write(data)
            answer = await asyncio.wait_for(reader.read(65536), PATIENCE)
        writer.close()
        assert answer == b"" or answer.startswith(b"HTTP/1.1 "), answer[:80]
        assert not answer.startswith(b"HTTP/1.1 5"), answer[:80]
        self.counts[f"HTTP {answer[9:12].decode() or 'no answer'}"] += 1

    async def several(self, batch: list[bytes]) -> None:
        """Bytes on connections of their own, all at once."""
        await asyncio.gather(*map(self.http, batch))

    async def jsonrpc(self, body: bytes) -> None:
        """A body."""
        answer = await self.target.raw(self.target.http(body))
        status, _, content = answer[9:12], *answer.partition(b"\r\n\r\n")[1:]
        assert status in (b"200", b"204"), answer[:80]
        self.counts[f"JSON-RPC {status.decode()}"] += 1
        if status == b"200":
            parsed = json.loads(content)
            for one in parsed if isinstance(parsed, list) else [parsed]:
                assert one["jsonrpc"] == "2.0", one
                assert ("result" in one) != ("error" in one), one
                assert "error" not in one or one["error"]["code"] != -32603, one

    async def grpc(self, message: bytes) -> None:
        """A message."""
        try:
            await self.target.grpc("Echo", _field(1, 2, message))
            code = "OK"
        except grpc.aio.AioRpcError as error:
            code = error.code().name
        assert code in CALLERS, code
        self.counts[f"gRPC {code}"] += 1


def drive(
    strategy: st.SearchStrategy[Any],
    send: Callable[[Any], Coroutine[Any, Any, None]],
    seconds: float,
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Send examples until the time is up; hypothesis shrinks what fails."""

    @settings(
        max_examples=50, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(strategy)
    def one(data: Any) -> None:
        loop.run_until_complete(asyncio.wait_for(send(data), HANG))

    until = time.monotonic() + seconds
    while time.monotonic() < until:
        one()


def run(seconds: float) -> Counter[str]:
    """Everything, for so many seconds in all."""
    loop: Any = asyncio.new_event_loop()
    with tempfile.TemporaryDirectory() as folder:
        target = Target(Path(folder))
        loop.run_until_complete(target.start())
        fuzz = Fuzz(target)
        try:
            drive(st.lists(http, max_size=40), fuzz.several, seconds / 3, loop)
            drive(bodies, fuzz.jsonrpc, seconds / 3, loop)
            drive(messages, fuzz.grpc, seconds / 3, loop)
            loop.run_until_complete(target.check())
            assert "Traceback" not in target.log.read_text(), target.log.read_text()[-3000:]
        finally:
            loop.run_until_complete(target.stop())
            loop.close()
    return fuzz.counts


def main() -> None:
    """The command."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    for answer, number in sorted(run(seconds).items()):
        print(f"{answer:<24}{number:>8}")  # noqa: T201


if __name__ == "__main__":
    main()
