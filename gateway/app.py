"""The Tornado application: `POST /api`, health, and whatever handlers a service adds."""

import asyncio
import contextlib
import logging
import sys
import time
from asyncio import Future
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from email.message import Message
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from tornado.http1connection import HTTP1Connection
from tornado.httpserver import HTTPServer
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.iostream import IOStream, StreamClosedError
from tornado.routing import PathMatches, Rule
from tornado.web import Application, HTTPError, RequestHandler, StaticFileHandler

from gateway.browser import ForeignHost, Origins
from gateway.endpoint import Caller, Endpoint
from gemstone_grpc.config import Config

log = logging.getLogger("gemstone")

API_PATH = "/api"
_WARNING_INTERVAL = 60.0  # seconds
_DRAINED = 16  # bodies up to so many times the limit are read, and thrown away, before the 413


def make_app(
    apis: "Mapping[str, JsonRpcServer]",
    *,
    is_ready: Callable[[], bool],
    hosts: frozenset[str] | None = None,
    handlers: Sequence[Any] = (),
    static: Iterable[tuple[str, Path]] = (),
    **settings: Any,
) -> Application:
    """The public face.

    `apis` are served below `/api`: by the path there, `""` or `/v1`. `hosts` are the names that
    requests may be for, None for all. `handlers` and `settings` are Tornado's own; their paths come
    after ours. `static` are folders by the prefix of their paths.
    """
    return Application(
        [
            Rule(ForeignHost(hosts), _Misdirected()),
            *(Rule(PathMatches(f"{API_PATH}{path}/?"), api) for path, api in apis.items()),
            ("/healthz", _Health, {"is_well": lambda: True}),
            ("/readyz", _Health, {"is_well": is_ready}),
            *handlers,
            *(
                (f"{prefix.rstrip('/')}/(.*)", _StaticFiles, {"path": str(folder)})
                for prefix, folder in static
            ),
        ],
        log_function=_log_nothing,
        **settings,
    )


class HttpServer(HTTPServer):
    """Tornado's server, with a bound on its connections; one too many is closed at once."""

    max_connections = 1000
    _open = 0
    _warned = -_WARNING_INTERVAL

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        """A new connection."""
        if self._open >= self.max_connections:
            stream.close()
            self._warn()
            return
        self._open += 1
        super().handle_stream(stream, address)

    def on_close(self, server_conn: object) -> None:
        """A connection has ended."""
        self._open -= 1
        super().on_close(server_conn)

    def _warn(self) -> None:
        now = time.monotonic()
        if now - self._warned >= _WARNING_INTERVAL:
            self._warned = now
            log.warning(
                "more than %d HTTP connections: new ones are closed (max_connections)",
                self.max_connections,
            )


class _Misdirected(HTTPServerConnectionDelegate):
    """Answers requests that are for another host."""

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """One request begins."""
        return _MisdirectedMessage(request_conn)


class _MisdirectedMessage(HTTPMessageDelegate):
    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def finish(self) -> None:
        code, reason, fields, body = _MISDIRECTED
        headers = HTTPHeaders({**fields, **_NOSNIFF, "Content-Length": str(len(body))})
        self._connection.write_headers(ResponseStartLine("HTTP/1.1", code, reason), headers, body)
        self._connection.finish()


class _Health(RequestHandler):
    def set_default_headers(self) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")

    def initialize(self, is_well: Callable[[], bool]) -> None:
        self._is_well = is_well

    def get(self) -> None:
        well = self._is_well()
        self.set_status(200 if well else 503)
        self.finish({"status": "SERVING" if well else "NOT_SERVING"})


class _StaticFiles(StaticFileHandler):
    def set_extra_headers(self, path: str) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")

    def parse_url_path(self, url_path: str) -> str:
        if "\0" in url_path:  # no name of a file; Python's functions raise ValueError
            raise HTTPError(404)
        return super().parse_url_path(url_path)


def _log_nothing(handler: RequestHandler) -> None:
    """Tornado's access log would be a second one beside ours."""


class JsonRpcServer(HTTPServerConnectionDelegate):
    """Serves the endpoint to Tornado's HTTP server, without the cost of a `RequestHandler`."""

    def __init__(self, endpoint: Endpoint, config: Config) -> None:
        self.endpoint = endpoint
        self.origins = Origins(config.allowed_origins)
        self.max_body_size = config.max_body_size
        self.body_timeout = config.body_timeout
        self._tasks: set[asyncio.Task[None]] = set()

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """One request begins."""
        return _JsonRpcMessage(self, request_conn)

    async def idle(self) -> None:
        """Wait until every answer that was begun has been written."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def run(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start answering a request."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _JsonRpcMessage(HTTPMessageDelegate):
    """One HTTP request to the endpoint."""

    __slots__ = (
        "_chunks",
        "_connection",
        "_headers",
        "_is_head",
        "_refusal",
        "_server",
        "_size",
        "_timer",
    )

    def __init__(self, server: JsonRpcServer, connection: HTTPConnection) -> None:
        self._server = server
        self._connection = connection
        self._headers = HTTPHeaders()
        self._is_head = False
        self._chunks: list[bytes] = []
        self._size = 0
        self._refusal: _Response | None = None
        self._timer: asyncio.TimerHandle | None = None

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        assert isinstance(start_line, RequestStartLine)
        self._headers = headers
        self._is_head = start_line.method == "HEAD"
        if isinstance(self._connection, HTTP1Connection):
            # its limits cut the connection; ours answer, with 413 and 408
            self._connection.set_max_body_size(sys.maxsize)
            cast(Any, self._connection).set_body_timeout(None)
        length = _content_length(headers)
        self._refusal = _refusal(start_line.method, headers, self._server.origins)
        if self._refusal is None and length > self._server.max_body_size:
            self._refusal = _too_large(self._server.max_body_size)
        waits = "Expect" in headers and headers["Expect"].lower() == "100-continue"
        if self._refusal is not None and (waits or length > self._most_drained()):
            self._answer_unread(*self._refusal)
        else:
            if waits:
                headers["Expect"] = "100-continue"  # Tornado knows this spelling alone
            self._timer = asyncio.get_running_loop().call_later(
                self._server.body_timeout, self._answer_unread, *_TOO_SLOW
            )

    def data_received(self, chunk: bytes) -> None:
        self._size += len(chunk)
        if self._size > self._server.max_body_size and self._refusal is None:
            self._refusal = _too_large(self._server.max_body_size)
        if self._refusal is None:
            self._chunks.append(chunk)
            return
        self._chunks.clear()
        if self._size > self._most_drained():
            self._answer_unread(*self._refusal)

    def finish(self) -> None:
        self._stop_timer()
        if self._refusal is not None:
            self._answer(*self._refusal)
            return
        task = self._server.run(self._call(b"".join(self._chunks)))
        if isinstance(self._connection, HTTP1Connection):
            self._connection.set_close_callback(lambda: _cancel(task))

    def on_connection_close(self) -> None:
        self._stop_timer()

    async def _call(self, body: bytes) -> None:
        caller = Caller(_peer(self._connection), _Pairs(self._headers))
        try:
            answer = await self._server.endpoint(body, caller)
        except Exception:
            log.exception("JSON-RPC endpoint failed")
            self._answer(500, "Internal Server Error", {}, b"")
            return
        if answer is None:
            written = self._answer(204, "No Content", {}, b"")
        else:
            written = self._answer(200, "OK", {"Content-Type": "application/json"}, answer)
        if not written.done():
            with contextlib.suppress(StreamClosedError):
                await written

    def _answer(self, code: int, reason: str, fields: dict[str, str], body: bytes) -> Future[None]:
        """Write the response; the future is done when it has left."""
        self._stop_timer()
        headers = HTTPHeaders({**fields, **_NOSNIFF, **self._server.origins.headers(self._headers)})
        if code != 204:
            headers["Content-Length"] = str(len(body))
        written = self._connection.write_headers(
            ResponseStartLine("HTTP/1.1", code, reason), headers, b"" if self._is_head else body
        )
        self._connection.finish()
        return written

    def _answer_unread(self, code: int, reason: str, fields: dict[str, str], body: bytes) -> None:
        """Answer before the body has come; the connection ends, for the rest of it is not read."""
        self._answer(code, reason, {**fields, "Connection": "close"}, body)

    def _most_drained(self) -> int:
        return _DRAINED * self._server.max_body_size

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _cancel(task: asyncio.Task[None]) -> None:
    """The client has gone: nobody waits for the answer."""
    task.cancel()


_Response = tuple[int, str, dict[str, str], bytes]

_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
_NOSNIFF = {"X-Content-Type-Options": "nosniff"}
_MISDIRECTED: _Response = (
    421,
    "Misdirected Request",
    _PLAIN,
    b"This service has another name: allowed_hosts lists those it answers to.\n",
)
_FOREIGN_ORIGIN: _Response = (
    403,
    "Forbidden",
    _PLAIN,
    b"Pages of this origin may not call: allowed_origins lists those that may.\n",
)
_TOO_SLOW: _Response = (
    408,
    "Request Timeout",
    _PLAIN,
    b"The body came too slowly.\n",
)


@lru_cache(maxsize=256)
def _is_json(content_type: str) -> bool:
    """Whether a media type is JSON in UTF-8, the only encoding it has (RFC 8259 section 8.1)."""
    message = Message()
    message["Content-Type"] = content_type
    charset = message.get_content_charset("utf-8")
    return message.get_content_type() == "application/json" and charset == "utf-8"


def _too_large(limit: int) -> _Response:
    return 413, "Content Too Large", _PLAIN, b"A body is limited to %d bytes.\n" % limit


def _refusal(method: str, headers: HTTPHeaders, origins: Origins) -> _Response | None:
    """What HTTP itself says to a request that cannot hold JSON-RPC, or may not."""
    if method == "OPTIONS" and (allowed := origins.preflight(headers)) is not None:
        return 204, "No Content", dict(allowed), b""
    if origins.refuses(headers):
        return _FOREIGN_ORIGIN
    if method != "POST":
        return 405, "Method Not Allowed", {**_PLAIN, "Allow": "POST"}, b"JSON-RPC comes by POST.\n"
    if not _is_json(headers.get("Content-Type", "")):
        words = b"Send Content-Type: application/json (UTF-8).\n"
    elif "Content-Encoding" in headers and headers["Content-Encoding"].lower() != "identity":
        words = b"Send the body without Content-Encoding.\n"
    else:
        return None
    return 415, "Unsupported Media Type", _PLAIN, words


class _Pairs:
    """The headers as pairs, for whoever asks; each call of a batch may."""

    __slots__ = ("_headers",)

    def __init__(self, headers: HTTPHeaders) -> None:
        self._headers = headers

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._headers.get_all())


def _content_length(headers: HTTPHeaders) -> int:
    text = headers.get("Content-Length", "")
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _peer(connection: HTTPConnection) -> str:
    return _spelled(getattr(getattr(connection, "context", None), "address", None))


@lru_cache(maxsize=1024)  # a connection asks with each of its requests
def _spelled(address: Any) -> str:
    if not isinstance(address, tuple) or len(address) < 2:
        return "unknown"
    host, port = address[:2]
    return f"ipv6:[{host}]:{port}" if ":" in str(host) else f"ipv4:{host}:{port}"
