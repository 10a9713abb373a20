"""Start and stop of a wired service: the order of things, and nothing else."""

import asyncio
import contextlib
import errno
import inspect
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tornado.httpserver import HTTPServer

from gemstone_grpc.config import Config
from gemstone_grpc.dispatch import Dispatcher
from gemstone_grpc.errors import StartError
from gemstone_grpc.server import GrpcServer

log = logging.getLogger("gemstone")

# Seconds for the last answers to leave. What never ends by itself, such as a watch of health or a
# stream of reflection, is cut then; it would eat the whole grace otherwise.
_FLUSH = 0.3
_BACKLOG = 128

Hook = Callable[[], Any]
PeriodicTask = tuple[Callable[[], Any], float]


class Lifecycle:
    """One run of a service, from its sockets to the last call.

    `http_idle` waits until every HTTP answer has been written.
    """

    def __init__(
        self,
        config: Config,
        dispatcher: Dispatcher,
        grpc: GrpcServer,
        http: HTTPServer,
        *,
        http_idle: Callable[[], Awaitable[None]],
        on_start: Hook,
        on_stop: Hook,
        periodic_tasks: Sequence[PeriodicTask] = (),
    ) -> None:
        self._config = config
        self._dispatcher = dispatcher
        self._grpc = grpc
        self._http = http
        self._http_idle = http_idle
        self._on_start = on_start
        self._on_stop = on_stop
        self._periodic_tasks = periodic_tasks
        self._tasks: list[asyncio.Task[None]] = []
        self.is_ready = False
        self.port = 0
        self.grpc_port = 0

    @property
    def left_over(self) -> int:
        """Calls that outlived the stop: they ignored their cancellation, or run in a thread."""
        return self._dispatcher.in_flight

    async def start(self) -> None:
        """Listen, run the start hook, serve. Raises `StartError`, and then holds nothing."""
        sockets: list[socket.socket] = []
        try:
            sockets = listen(self._config.host, self._config.port)
            self.port = sockets[0].getsockname()[1]
            self.grpc_port = self._grpc.bind(self._config.host, self._config.grpc_port)
            await self.call_start_hook()
            await self._grpc.start()
        except BaseException:
            for listening in sockets:
                listening.close()
            await self._grpc.release()
            self._dispatcher.close()
            raise
        self._http.add_sockets(sockets)
        self._tasks = [
            asyncio.create_task(self._repeat(function, seconds))
            for function, seconds in self._periodic_tasks
        ]
        self.is_ready = True

    async def stop(self) -> None:
        """Let go in order: no new calls, the running ones within the grace, then the rest."""
        self.is_ready = False
        await self._grpc.retire()
        self._http.stop()
        self._dispatcher.drain()
        for task in self._tasks:
            task.cancel()
        grpc_stopped = asyncio.create_task(self._grpc.stop(self._config.grace))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._config.grace):
                await self._dispatcher.idle()
                await self._http_idle()
        await self._http.close_all_connections()
        await self._grpc.stop(min(_FLUSH, self._config.grace))
        await grpc_stopped
        await self.call_stop_hook()

    async def call_start_hook(self) -> None:
        """Run the service's start hook."""
        await _call(self._on_start)

    async def call_stop_hook(self) -> None:
        """Run the service's stop hook, and let go of the threads."""
        try:
            await _call(self._on_stop)
        finally:
            self._dispatcher.close()

    async def _repeat(self, function: Callable[[], Any], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                if inspect.iscoroutinefunction(function):
                    await function()
                else:
                    await self._dispatcher.run_in_thread(function)
            except Exception:
                log.exception("the periodic task %r failed", function)


async def _call(hook: Hook) -> None:
    result = hook()
    if inspect.isawaitable(result):
        await result


def listen(host: str, port: int) -> list[socket.socket]:
    """Sockets for HTTP, one for each address of the host. Raises `StartError`."""
    sockets: list[socket.socket] = []
    try:
        for family, address in _addresses(host, port):
            own = sockets[0].getsockname()[1] if sockets else port  # port 0 is chosen once
            try:
                sockets.append(_listen_at(family, address, own))
            except OSError as error:
                if not sockets or error.errno != errno.EADDRNOTAVAIL:
                    raise  # of a host with several addresses, some may be missing here
    except OSError as error:
        for listening in sockets:
            listening.close()
        raise _cannot_listen(host, port, error) from None
    return sockets


def _addresses(host: str, port: int) -> list[tuple[int, str]]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return list(dict.fromkeys((int(family), str(address[0])) for family, *_, address in found))


def _listen_at(family: int, address: str, port: int) -> socket.socket:
    listening = socket.create_server((address, port), family=family, backlog=_BACKLOG)
    listening.setblocking(False)
    return listening


def _cannot_listen(host: str, port: int, error: OSError) -> StartError:
    if error.errno not in (errno.EADDRINUSE, errno.EACCES):
        return StartError(
            f"HTTP cannot listen on {host}: it is no address of this machine; choose another with "
            "--host (127.0.0.1 for this machine alone), GEMSTONE_HOST, or `host` on the class"
        )
    why = (
        "is in use"
        if error.errno == errno.EADDRINUSE
        else "needs more rights than this process has"
    )
    return StartError(
        f"HTTP cannot listen on {host}:{port}: it {why}; choose another with --port (0 picks a "
        "free one), GEMSTONE_PORT, or `port` on the class"
    )
