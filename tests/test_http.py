"""HTTP itself: methods, media types, sizes, slowness, connections that end early."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable

import pytest

from gemstone_grpc import testing
from tests.raw import Answer, connect, read_answer, request, send
from tests.services import Rogue, Shop

BODY = b'{"jsonrpc":"2.0","id":1,"method":"add","params":[1]}'
RESULT = b'{"jsonrpc":"2.0","id":1,"result":2}'
LIMIT = 1024 * 1024


@pytest.fixture(scope="module")
async def shop() -> AsyncIterator[testing.SocketClient]:
    async with testing.running(Shop(body_timeout=0.3)) as client:
        yield client


async def exchange(shop: testing.SocketClient, raw: bytes) -> Answer:
    answer = await send(shop, raw)
    assert await shop.jsonrpc("add", [2, 3]) == 5  # the process keeps serving
    return answer


async def test_a_call(shop: testing.SocketClient) -> None:
    answer = await exchange(shop, request(BODY))
    assert (answer.status, answer.body) == (200, RESULT)
    assert answer.headers["content-type"] == "application/json"


async def test_a_notification_has_no_content(shop: testing.SocketClient) -> None:
    answer = await exchange(shop, request(BODY.replace(b'"id":1,', b"")))
    assert (answer.status, answer.body) == (204, b"")
    assert "content-length" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
async def test_only_post(shop: testing.SocketClient, method: str) -> None:
    reader, writer = await connect(shop)
    writer.write(request(BODY, method=method))
    head = await reader.readuntil(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nAllow: POST\r\n" in head


@pytest.mark.parametrize(
    "content_type",
    [
        None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
        "application/json2", "application/json; charset=utf-16", "json",
    ],
)  # fmt: skip
async def test_only_json(shop: testing.SocketClient, content_type: str | None) -> None:
    answer = await exchange(shop, request(BODY, content_type=content_type))
    assert answer.status == 415
    assert b"application/json" in answer.body


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "Application/JSON", "application/json; charset=utf-8",
     'application/json;charset="UTF-8"', "application/json; charset=utf-8; v=1"],
)  # fmt: skip
async def test_json_by_other_spellings(shop: testing.SocketClient, content_type: str) -> None:
    assert (await exchange(shop, request(BODY, content_type=content_type))).body == RESULT


async def test_no_content_encoding(shop: testing.SocketClient) -> None:
    answer = await exchange(shop, request(BODY, headers="Content-Encoding: gzip\r\n"))
    assert answer.status == 415
    assert answer.body == b"Send the body without Content-Encoding.\n"


def padded(size: int) -> bytes:
    return BODY + b" " * (size - len(BODY))


def chunked(body: bytes, size: int = 65536) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return request(headers="Transfer-Encoding: chunked\r\n") + chunks + b"0\r\n\r\n"


async def test_a_body_of_the_limit_is_taken(shop: testing.SocketClient) -> None:
    assert (await exchange(shop, request(padded(LIMIT)))).body == RESULT
    assert (await exchange(shop, chunked(padded(LIMIT)))).body == RESULT


@pytest.mark.parametrize("encode", [request, chunked])
@pytest.mark.parametrize("size", [LIMIT + 1, 4 * LIMIT])
async def test_a_body_over_the_limit(
    shop: testing.SocketClient, encode: Callable[[bytes], bytes], size: int
) -> None:
    answer = await exchange(shop, encode(padded(size)))
    assert answer.status == 413
    assert answer.body == b"A body is limited to 1048576 bytes.\n"


async def test_after_413_the_connection_goes_on(shop: testing.SocketClient) -> None:
    reader, writer = await connect(shop)
    writer.write(request(padded(LIMIT + 1)) + request(BODY))
    assert (await read_answer(reader)).status == 413
    assert (await read_answer(reader)).body == RESULT
    writer.close()


async def test_who_asks_before_sending_too_much_is_told_at_once(shop: testing.SocketClient) -> None:
    raw = request(length=10 * LIMIT, headers="Expect: 100-continue\r\n")
    answer = await exchange(shop, raw)
    assert (answer.status, answer.headers["connection"]) == (413, "close")


@pytest.mark.parametrize("value", ["100-continue", "100-Continue"])
async def test_who_asks_before_sending_is_told_to_go_on(
    shop: testing.SocketClient, value: str
) -> None:
    reader, writer = await connect(shop)
    writer.write(request(length=len(BODY), headers=f"Expect: {value}\r\n"))
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 (Continue)\r\n\r\n"
    writer.write(BODY)
    assert (await read_answer(reader)).body == RESULT
    writer.close()


async def test_far_too_much_is_not_even_read(shop: testing.SocketClient) -> None:
    assert (await exchange(shop, request(length=17 * LIMIT))).status == 413
    endless = request(headers="Transfer-Encoding: chunked\r\n") + b"100000\r\n" + b"x" * LIMIT
    reader, writer = await connect(shop)
    writer.write(endless)
    answer = asyncio.create_task(read_answer(reader))
    with contextlib.suppress(ConnectionError):
        while not answer.done():
            writer.write(b"\r\n100000\r\n" + b"x" * LIMIT)
            await writer.drain()
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        assert (await answer).status == 413
    writer.close()
    assert await shop.jsonrpc("add", [2, 3]) == 5


async def test_a_slow_body(shop: testing.SocketClient) -> None:
    answer = await exchange(shop, request(BODY[:-1], length=len(BODY)))
    assert answer.status == 408
    assert answer.body == b"The body came too slowly.\n"


async def test_headers_over_the_limit(shop: testing.SocketClient) -> None:
    reader, writer = await connect(shop)
    writer.write(request(BODY, headers=f"X-Filler: {'x' * 17_000}\r\n"))
    assert not (await reader.read()).startswith(b"HTTP/1.1 200")
    writer.close()
    assert await shop.jsonrpc("add", [1]) == 2


async def test_a_client_that_leaves_in_its_body(shop: testing.SocketClient) -> None:
    _, writer = await connect(shop)
    writer.write(request(BODY[:10], length=len(BODY)))
    await writer.drain()
    writer.transport.abort()
    assert await shop.jsonrpc("add", [1]) == 2


async def test_requests_on_one_connection(shop: testing.SocketClient) -> None:
    reader, writer = await connect(shop)
    writer.write(request(BODY) * 10)
    for _ in range(10):
        assert (await read_answer(reader)).body == RESULT
    writer.close()


async def test_a_client_that_leaves_cancels_its_call() -> None:
    service = Rogue(timeout=30)
    async with testing.running(service) as client:
        _, writer = await connect(client)
        writer.write(request(b'{"jsonrpc":"2.0","id":1,"method":"never_returns"}'))
        async with asyncio.timeout(5):
            await service.running.acquire()
            writer.transport.abort()
            await service.cancelled.wait()
        assert await client.jsonrpc("works") == "still here"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health(shop: testing.SocketClient, path: str) -> None:
    raw = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    answer = await exchange(shop, raw)
    assert answer.status == 200
    assert json.loads(answer.body) == {"status": "SERVING"}


async def test_other_paths(shop: testing.SocketClient) -> None:
    for path in ("/", "/api/x", "/apis", "//api", "/nope"):
        raw = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode()
        assert (await send(shop, raw)).status == 404
