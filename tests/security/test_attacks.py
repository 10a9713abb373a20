"""Attacks on a service in a process of its own. After each it answers in its usual time, has not
grown, and nothing private was in an answer or in the log."""

import asyncio
import contextlib
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import grpc.aio
import h2.connection
import h2.events
import pytest

from gemstone_grpc import TokenStore
from tests.security.target import Target

pytestmark = [pytest.mark.security, pytest.mark.timeout(120)]
Note = Callable[[str], None]


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Target]:
    target = Target(tmp_path_factory.mktemp("target"))
    await target.start()
    yield target
    await target.stop()


@pytest.fixture
async def target(service: Target) -> AsyncIterator[Target]:
    yield service
    await service.check()


async def refused(target: Target, note: Note, *pairs: tuple[str, str], rpc: str = "Open") -> None:
    """A private method, called on both faces."""
    headers = [f"{name}: {value}" for name, value in pairs]
    answer = await target.jsonrpc(rpc.lower(), "[]", *headers)
    target.nothing_private_in(answer)
    status = json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["data"]["status"]
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await target.grpc(rpc, b"", *pairs)
    assert caught.value.code().name == status
    assert status in ("UNAUTHENTICATED", "PERMISSION_DENIED")
    note(f"{status} on both faces")


# -- tokens ----------------------------------------------------------------------------------


async def test_no_token(target: Target, outcome: Note) -> None:
    await refused(target, outcome)


async def test_wrong_token(target: Target, outcome: Note) -> None:
    await refused(target, outcome, ("x-api-token", target.key[:-1] + "!"))


async def test_expired_token(target: Target, outcome: Note) -> None:
    key = target.store.create("late", ttl=0.05).text
    await asyncio.sleep(0.1)
    await refused(target, outcome, ("authorization", f"Bearer {key}"))


async def test_token_of_another_service(target: Target, outcome: Note) -> None:
    other = TokenStore(f"sqlite:///{target.folder}/other.db").create("reader").text
    await refused(target, outcome, ("authorization", f"Bearer {other}"))


async def test_token_in_both_headers_with_different_values(target: Target, outcome: Note) -> None:
    pairs = (("authorization", f"Bearer {target.key}"), ("x-api-token", target.writer))
    await refused(target, outcome, *pairs)


async def test_header_twice(target: Target, outcome: Note) -> None:
    await refused(target, outcome, ("x-api-token", target.key), ("x-api-token", target.key))


async def test_scope_that_is_not_there(target: Target, outcome: Note) -> None:
    await refused(target, outcome, ("x-api-token", target.key), rpc="Write")


async def test_scope_that_is_almost_there(target: Target, outcome: Note) -> None:
    scopes = {"vault:writeall", "vault", "vault:", "VAULT:WRITE", "vault:*", "*"}
    key = target.store.create("almost", scopes).text
    await refused(target, outcome, ("x-api-token", key), rpc="Write")


async def test_token_of_7000_characters(target: Target, outcome: Note) -> None:
    await refused(target, outcome, ("x-api-token", "a" * 7000))


async def test_token_of_100000_characters(target: Target, outcome: Note) -> None:
    answer = await target.jsonrpc("open", "[]", "x-api-token: " + "a" * 100_000)
    assert b'"result"' not in answer
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await target.grpc("Open", b"", ("x-api-token", "a" * 100_000))
    outcome(f"HTTP ends the connection; gRPC: {caught.value.code().name}")


async def test_token_that_is_not_ascii(target: Target, outcome: Note) -> None:
    answer = await target.jsonrpc("open", "[]", "x-api-token: gs_\xe4\xf6_\xfc\xff")
    assert b"UNAUTHENTICATED" in answer
    outcome("UNAUTHENTICATED over HTTP; gRPC's metadata cannot hold it")


async def test_token_that_is_revoked_while_a_stream_is_open(target: Target, outcome: Note) -> None:
    key = target.store.create("leaver")
    watch: Any = target.channel.unary_stream("/vault.v1.VaultService/Watch")
    stream = watch(b"", metadata=(("x-api-token", key.text),), timeout=10)
    assert await stream.read() == b"\x08\x01"
    target.store.revoke(key.id)
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stream.read()
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    outcome("the stream ends with UNAUTHENTICATED")


async def test_batch_with_one_private_entry(target: Target, outcome: Note) -> None:
    wanted: Any = (("hello", ["a"]), ("open", []), ("hello", ["b"]))
    calls = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(wanted)
    ]
    answer = await target.raw(target.http(json.dumps(calls).encode()))
    first, second, third = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert first["result"] == "hello a"
    assert second["error"]["data"]["status"] == "UNAUTHENTICATED"
    assert third["result"] == "hello b"
    target.nothing_private_in(answer)
    outcome("that entry alone is UNAUTHENTICATED")


async def test_parameters_of_a_private_method_probed(target: Target, outcome: Note) -> None:
    answers = {
        (await target.jsonrpc("write", params)).partition(b"\r\n\r\n")[2]
        for params in ("[]", '["a"]', '{"text":"a"}', '{"no":1}', "[1,2,3]")
    }
    assert len(answers) == 1
    outcome("one and the same answer, whatever the parameters")


# -- HTTP ------------------------------------------------------------------------------------

HEAD = b"POST /api HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
CALL = b'{"jsonrpc":"2.0","id":1,"method":"hello","params":["x"]}'
SMUGGLED = {
    "length and chunks": HEAD
    + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
    "two lengths": HEAD + b"Content-Length: 56\r\nContent-Length: 0\r\n\r\n" + CALL,
    "a length with a sign": HEAD + b"Content-Length: +56\r\n\r\n" + CALL,
    "a list of lengths": HEAD + b"Content-Length: 56, 0\r\n\r\n" + CALL,
    "a chunk size with a sign": HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n",
    "a chunk size that is no number": HEAD + b"Transfer-Encoding: chunked\r\n\r\n0x38\r\n" + CALL,
    "a huge chunk size": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 40 + b"\r\n",
    "another encoding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n" + CALL,
    "an encoding twice": HEAD + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "a NUL in a header": HEAD + b"X-A: a\x00b\r\nContent-Length: 56\r\n\r\n" + CALL,
    "a space before the colon": HEAD + b"Content-Length : 56\r\n\r\n" + CALL,
    "no name": HEAD + b": x\r\nContent-Length: 56\r\n\r\n" + CALL,
    "a folded line": HEAD + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 56\r\n\r\n" + CALL,
    "a bare LF": HEAD + b"X-A: a\nTransfer-Encoding: chunked\r\nContent-Length: 56\r\n\r\n" + CALL,
    "a bare CR": HEAD + b"X-A: a\rContent-Length: 0\r\nContent-Length: 56\r\n\r\n" + CALL,
}


@pytest.mark.parametrize("name", SMUGGLED)
async def test_smuggling(name: str, target: Target, outcome: Note) -> None:
    answer = await target.raw(SMUGGLED[name] + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 4)
    assert b"hello x" not in answer
    assert b"SERVING" not in answer  # the request behind it is never taken for one
    outcome(answer.split(b"\r\n")[0].decode() or "the connection is closed")


async def test_slow_headers(target: Target, outcome: Note) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    with contextlib.suppress(ConnectionError):
        for _ in range(20):
            writer.write(b"X-A: b\r\n" if _ else HEAD)
            await writer.drain()
            await asyncio.sleep(0.3)
        assert await asyncio.wait_for(reader.read(), 10) == b""
    writer.close()
    assert reader.at_eof() or reader.exception() is not None
    outcome("the connection is closed after idle_timeout")


async def test_slow_body(target: Target, outcome: Note) -> None:
    answer = await target.raw(HEAD + b"Content-Length: 56\r\n\r\n{", 10)
    assert answer.startswith(b"HTTP/1.1 408 ")
    outcome("HTTP/1.1 408 after body_timeout")


async def test_2000_idle_connections(target: Target, outcome: Note) -> None:
    writers = []
    with contextlib.suppress(OSError):
        for _ in range(2000):
            _, writer = await asyncio.open_connection("127.0.0.1", target.port)
            writers.append(writer)
    assert await target.grpc("Hello", b"\x0a\x03ann") == b"\x0a\x09hello ann"
    for writer in writers:
        writer.close()
    await asyncio.sleep(1)
    outcome("those over max_connections are closed; gRPC answers all the while")


async def test_gzip_bomb(target: Target, outcome: Note) -> None:
    bomb = gzip.compress(b"[" * 50_000_000)
    answer = await target.raw(target.http(bomb, "Content-Encoding: gzip"))
    assert answer.startswith(b"HTTP/1.1 415 ")
    outcome("HTTP/1.1 415, not unpacked")


async def test_batch_bomb(target: Target, outcome: Note) -> None:
    body = b"[" + b",".join([CALL] * 10_000) + b"]"
    answer = await target.raw(target.http(body))
    assert b'"code":-32600' in answer
    assert len(answer) < 1000
    outcome("-32600, one error")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" + "[]," * 300_000 + "1]"])
async def test_deep_and_wide_json(text: str, target: Target, outcome: Note) -> None:
    body = f'{{"jsonrpc":"2.0","id":1,"method":"hello","params":{text}'.encode()
    answer = await target.raw(target.http(body))
    assert b'"error"' in answer
    outcome(json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["message"][:40])


async def test_host_of_an_attacker(target: Target, outcome: Note) -> None:
    answer = await target.raw(target.http(CALL, host="evil.example"))
    assert answer.startswith(b"HTTP/1.1 421 ")
    outcome("HTTP/1.1 421")


async def test_cross_origin_post_with_a_simple_content_type(target: Target, outcome: Note) -> None:
    raw = target.http(CALL, "Origin: https://evil.example")
    for data in (raw, raw.replace(b"application/json", b"text/plain")):
        answer = await target.raw(data)
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"Access-Control" not in answer
    outcome("HTTP/1.1 403, no CORS headers")


PATHS = (
    "/static/../../pyproject.toml", "/static/..%2f..%2fpyproject.toml", "/static//etc/passwd",
    "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/..\\..\\pyproject.toml",
    "/static/....//....//pyproject.toml", "/static/%00", "/static/%2fetc%2fpasswd",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_path_tricks(path: str, target: Target, outcome: Note) -> None:
    raw = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    answer = await target.raw(raw)
    assert b"[project]" not in answer
    assert b"root:" not in answer
    assert not answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 500"))
    outcome(answer.split(b"\r\n")[0].decode())


async def test_log_injection(target: Target, outcome: Note) -> None:
    forged = "INFO:gemstone:all is well"
    for method, text in ((f"a\\n{forged}", "x"), ("fail", f"\\r\\n{forged}\\u2028{forged}")):
        await target.jsonrpc(method, json.dumps([text]).replace("\\\\", "\\"), f"X-A: {forged}")
    await target.jsonrpc("fail", json.dumps([target.key]))
    assert not [x for x in target.log.read_text().splitlines() if x.startswith(forged)]
    outcome("no line of the attacker's, no token in a traceback")


# -- gRPC ------------------------------------------------------------------------------------


async def test_oversize_metadata(target: Target, outcome: Note) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await target.grpc("Hello", b"", *((f"x-{i}", "a" * 1000) for i in range(100)))
    outcome(caught.value.code().name)


async def http2(target: Target, streams: int, *, reset: bool) -> int:
    """Open streams, and reset each at once or leave it; how many the server refused."""
    reader, writer = await asyncio.open_connection("127.0.0.1", target.grpc_port)
    connection = h2.connection.H2Connection()
    connection.initiate_connection()
    writer.write(connection.data_to_send())
    refused = 0
    headers = [
        (":method", "POST"), (":scheme", "http"), (":authority", "localhost"),
        (":path", "/vault.v1.VaultService/Hello"), ("content-type", "application/grpc"),
        ("te", "trailers"),
    ]  # fmt: skip
    try:
        async with asyncio.timeout(20):
            for number in range(streams):
                stream = 2 * number + 1
                connection.send_headers(stream, headers)
                if reset:
                    connection.reset_stream(stream, 8)
                writer.write(connection.data_to_send())
                await writer.drain()
            writer.write(connection.data_to_send())
            with contextlib.suppress(TimeoutError):
                while data := await asyncio.wait_for(reader.read(65536), 1):
                    events = connection.receive_data(data)
                    refused += sum(isinstance(x, h2.events.StreamReset) for x in events)
    except (ConnectionError, h2.exceptions.ProtocolError):
        refused += 1  # the server, or the client's own library, ended the connection
    finally:
        writer.close()
    return refused


async def test_http2_rapid_reset(target: Target, outcome: Note) -> None:
    for _ in range(5):
        await http2(target, 2000, reset=True)
    outcome("10,000 resets, no effect")


async def test_1000_streams(target: Target, outcome: Note) -> None:
    await http2(target, 1000, reset=False)
    outcome("bounded by max_concurrent_streams")
