"""HTTP by hand, for what no client would send."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from gemstone_grpc.testing import SocketClient


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def connect(client: SocketClient) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    url = urlsplit(client.api_url)
    return await asyncio.open_connection(url.hostname, url.port)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Answer(int(first.split()[1]), headers, body)


def request(
    body: bytes = b"",
    *,
    method: str = "POST",
    content_type: str | None = "application/json",
    length: int | None = None,
    headers: str = "",
) -> bytes:
    lines = f"{method} /api HTTP/1.1\r\nHost: localhost\r\n{headers}"
    if content_type is not None:
        lines += f"Content-Type: {content_type}\r\n"
    if length is None and "Transfer-Encoding" not in headers:
        length = len(body)
    if length is not None:
        lines += f"Content-Length: {length}\r\n"
    return f"{lines}\r\n".encode() + body


async def send(client: SocketClient, raw: bytes) -> Answer:
    """One request on a connection of its own."""
    reader, writer = await connect(client)
    try:
        writer.write(raw)
        return await read_answer(reader)
    finally:
        writer.close()
        await writer.wait_closed()
