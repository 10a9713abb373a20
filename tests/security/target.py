"""The attacked process: its addresses, its keys, its log, and whether it is well."""

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import Any

import grpc.aio

from gemstone_grpc import TokenStore
from tests.security.served import SECRET

ROOT = Path(__file__).parent.parent.parent
USUAL = 2.0  # seconds within which an unloaded service answers, on a slow and busy machine
MOST_GROWTH = 64 * 1024 * 1024  # bytes


class Target:
    """One process of `served.Vault`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "log"
        self.url = f"sqlite:///{folder}/tokens.db"
        self.store = TokenStore(self.url)
        self.key = self.store.create("reader").text
        self.writer = self.store.create("writer", {"vault:write"}).text
        self.secrets = [self.key, self.writer, SECRET]
        self.port = self.grpc_port = 0

    async def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.security.served", self.url,
                cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log,
                env={k: v for k, v in os.environ.items() if not k.startswith("GEMSTONE_")},
            )  # fmt: skip
        assert self.process.stdout is not None
        line = await asyncio.wait_for(self.process.stdout.readline(), 30)
        self.port, self.grpc_port = map(int, line.split())
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{self.grpc_port}")
        await self.check()
        self.size = self.resident()

    async def stop(self) -> None:
        await self.channel.close()
        self.process.terminate()
        await asyncio.wait_for(self.process.wait(), 30)

    def resident(self) -> int:
        """Bytes of memory that the process holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    async def check(self) -> None:
        """It answers on both faces in its usual time, has not grown, and has not let slip."""
        started = time.monotonic()
        assert b'"hello ann"' in await self.jsonrpc("hello", '["ann"]')
        assert await self.grpc("Hello", b"\x0a\x03ann") == b"\x0a\x09hello ann"
        assert time.monotonic() - started < USUAL
        if hasattr(self, "size"):
            assert self.resident() - self.size < MOST_GROWTH
        self.nothing_private_in(self.log.read_bytes())

    def nothing_private_in(self, data: bytes) -> None:
        for secret in self.secrets:
            assert secret.encode() not in data

    async def raw(self, data: bytes, seconds: float = 10) -> bytes:
        """Everything that comes back for some bytes, until the connection ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answer = b""
        try:
            async with asyncio.timeout(seconds):
                writer.write(data)
                while chunk := await reader.read(65536):
                    answer += chunk
        except (TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()
        return answer

    def http(self, body: bytes, *headers: str, host: str = "localhost") -> bytes:
        lines = [
            "POST /api HTTP/1.1", f"Host: {host}", "Content-Type: application/json",
            f"Content-Length: {len(body)}", "Connection: close", *headers,
        ]  # fmt: skip
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body

    async def jsonrpc(self, method: str, params: str, *headers: str) -> bytes:
        body = f'{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}'.encode()
        return await self.raw(self.http(body, *headers))

    async def grpc(self, rpc: str, request: bytes, *metadata: tuple[str, str]) -> bytes:
        call: Any = self.channel.unary_unary(f"/vault.v1.VaultService/{rpc}")
        response: bytes = await call(request, metadata=metadata, timeout=10)
        return response
