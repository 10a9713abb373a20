"""What protects callers in browsers: hosts, origins, CORS, media types that are not guessed."""

import asyncio
import contextlib
from typing import Any

import pytest

import gemstone_grpc as gemstone
from gateway.browser import name_of
from gemstone_grpc import StartError, testing
from tests.raw import Answer, connect, read_answer, request, send

CALL = b'{"jsonrpc":"2.0","id":1,"method":"find"}'
PAGE = "https://shop.example"


class Users(gemstone.MicroService):
    name = "users"

    @gemstone.exposed_method()
    async def find(self) -> int:
        return 7


def posted(*headers: str, host: str = "localhost") -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return request(CALL, headers=lines).replace(b"Host: localhost", f"Host: {host}".encode(), 1)


async def status(service: Any, raw: bytes) -> int:
    async with testing.running(service) as client:
        return (await send(client, raw)).status


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", 200), ("localhost:8000", 200), ("LOCALHOST", 200), ("127.0.0.1:1", 200),
        ("[::1]:8000", 200), ("[::1]", 200),
        ("evil.example", 421), ("localhost.evil.example", 421), ("evil.example:8000", 421),
        ("localhost@evil.example", 421), ("evil.example@localhost", 421), ("localhost.", 421),
        ("localhost:x", 421), ("localhost:", 421), ("127.0.0.2", 421), ("0x7f.1", 421),
        ("localhost/evil", 421), ("[::2]", 421), ("[::1", 421), ("localhost#", 421),
    ],
)  # fmt: skip
async def test_hosts_on_loopback(host: str, expected: int) -> None:
    async with testing.running(Users()) as client:
        answer = await send(client, posted(host=host))
        # Tornado itself refuses what is no host at all
        assert answer.status == expected or (expected == 421 and answer.status == 400)
        page = f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\n\r\n".encode()
        assert (await send(client, page)).status == answer.status


async def test_two_hosts() -> None:
    assert await status(Users(), posted("Host: localhost")) in (400, 421)


async def test_hosts_elsewhere() -> None:
    assert await status(Users(host="0.0.0.0"), posted(host="any.example")) == 200
    listed = Users(host="0.0.0.0", allowed_hosts=["api.example"])
    assert await status(listed, posted(host="API.example:443")) == 200
    listed = Users(host="0.0.0.0", allowed_hosts=["api.example"])
    assert await status(listed, posted(host="127.0.0.1")) == 421


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (PAGE, 200), ("http://localhost", 200), ("https://localhost", 200),
        ("https://evil.example", 403), ("null", 403), ("", 403), ("https://shop.example:444", 403),
        ("http://shop.example", 403), ("https://shop.example.evil.example", 403),
        ("https://SHOP.example", 403), ("file://", 403), ("*", 403), ("http://localhost:1", 403),
    ],
)  # fmt: skip
async def test_origins(origin: str, expected: int) -> None:
    raw = posted(f"Origin: {origin}")
    assert await status(Users(allowed_origins=[PAGE]), raw) == expected


async def test_no_page_may_call_unless_it_is_listed() -> None:
    assert await status(Users(), posted(f"Origin: {PAGE}")) == 403


async def test_a_simple_content_type_is_no_way_around() -> None:
    raw = posted(f"Origin: {PAGE}").replace(b"application/json", b"text/plain")
    assert await status(Users(allowed_origins=[PAGE]), raw) == 415


async def test_a_listed_page_may_read_the_answer() -> None:
    async with testing.running(Users(allowed_origins=[PAGE])) as client:
        answer = await send(client, posted(f"Origin: {PAGE}"))
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers
        other = await send(client, posted())
        assert "access-control-allow-origin" not in other.headers
        assert other.headers["vary"] == "Origin"


def preflight(origin: str) -> bytes:
    lines = f"Origin: {origin}\r\nAccess-Control-Request-Method: POST\r\n"
    return request(method="OPTIONS", content_type=None, headers=lines)


async def test_preflight() -> None:
    async with testing.running(Users(allowed_origins=[PAGE])) as client:
        answer = await send(client, preflight(PAGE))
        assert answer.status == 204
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert answer.headers["access-control-allow-methods"] == "POST"
        assert "authorization" in answer.headers["access-control-allow-headers"]
        refused = await send(client, preflight("https://evil.example"))
        assert refused.status == 403
        assert "access-control-allow-origin" not in refused.headers
    async with testing.running(Users()) as client:
        assert (await send(client, preflight(PAGE))).status == 403


async def test_types_are_not_guessed_and_no_cookies_are_set() -> None:
    async with testing.running(Users()) as client:
        get = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
        answers: list[Answer] = [
            await send(client, raw)
            for raw in (posted(), posted(host="evil.example"), get, request(method="GET"))
        ]
        for answer in answers:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"allowed_origins": ["*"]}, "expected origins, scheme://host[:port] in lower case"),
        ({"allowed_origins": ["https://a.example/"]}, "expected origins"),
        ({"allowed_origins": ["null"]}, "expected origins"),
        ({"allowed_origins": "https://a.example"}, "expected origins"),
        ({"allowed_hosts": ["https://a.example"]}, "expected names without scheme and port"),
        ({"allowed_hosts": ["a.example:80"]}, "expected names without scheme and port"),
    ],
)
def test_mistakes(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(StartError) as refused:
        Users(**settings).wire({})
    assert words in str(refused.value)


def test_lists_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMSTONE_ALLOWED_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("GEMSTONE_ALLOWED_HOSTS", "a.example")
    config = Users().wire({}).config
    assert config.allowed_origins == ("https://a.example", "https://b.example")
    assert config.hosts == frozenset({"a.example"})
    monkeypatch.setenv("GEMSTONE_ALLOWED_ORIGINS", "a.example")
    with pytest.raises(
        StartError, match=r"^GEMSTONE_ALLOWED_ORIGINS='a.example': expected origins"
    ):
        Users().wire({})


def test_names_of_hosts() -> None:
    assert name_of("Example.com:8000") == "example.com"
    assert name_of("") is None


# -- connections -----------------------------------------------------------------------------


async def test_connections_up_to_the_bound(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Users(max_connections=3)) as client:
        held = [await connect(client) for _ in range(3)]
        for reader, writer in held:
            writer.write(posted())
            assert (await read_answer(reader)).status == 200
        for _ in range(2):
            reader, writer = await connect(client)
            assert await reader.read() == b""  # one too many
            await closed(writer)
        await closed(held[0][1])
        async with asyncio.timeout(5):
            while not await answers(client):
                pass
        for _, writer in held[1:]:
            await closed(writer)
    assert caplog.text.count("more than 3 HTTP connections") == 1


async def answers(client: testing.SocketClient) -> bool:
    reader, writer = await connect(client)
    writer.write(posted())
    answered = await reader.read(12) == b"HTTP/1.1 200"
    await closed(writer)
    return answered


async def closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
