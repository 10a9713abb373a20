"""Start and stop of a wired service: the order of things, and nothing else."""

import asyncio
import contextlib
import inspect
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from tornado.httpserver import HTTPServer

from gemstone_grpc.config import Config
from gemstone_grpc.dispatch import Dispatcher
from gemstone_grpc.listen import GRPC, HTTP, listen, refuse_taken
from gemstone_grpc.server import GrpcServer

log = logging.getLogger("gemstone")

# Seconds for the last answers to leave. What never ends by itself, such as a watch of health or a
# stream of reflection, is cut then; it would eat the whole grace otherwise.
_FLUSH = 0.3

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

    async def start(self) -> None:
        """Listen, run the start hook, serve. Raises `StartError`, and then holds nothing."""
        sockets: list[socket.socket] = []
        try:
            sockets = listen(HTTP, self._config.host, self._config.port)
            self.port = sockets[0].getsockname()[1]
            refuse_taken(GRPC, self._config.host, self._config.grpc_port)
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

    async def stop(self) -> bool:
        """Let go in order: no new calls, the running ones within the grace, then the rest.

        False when calls had to be cut off, or the stop hook failed; the log then says so.
        """
        self.is_ready = False
        await self._grpc.retire()
        self._http.stop()
        self._dispatcher.drain()
        for task in self._tasks:
            task.cancel()
        grpc_stopped = asyncio.create_task(self._grpc.stop(self._config.grace))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._config.grace):
                if self._tasks:
                    await asyncio.wait(self._tasks)
                await self._dispatcher.idle()
                await self._http_idle()
        await self._http.close_all_connections()
        await self._grpc.stop(min(_FLUSH, self._config.grace))
        await grpc_stopped
        hook_ended_well = await self.call_stop_hook()
        if cut_off := self._dispatcher.in_flight:
            log.warning("%d calls were cut off", cut_off)
        return hook_ended_well and not cut_off

    async def call_start_hook(self) -> None:
        """Run the service's start hook."""
        await _call(self._on_start)

    async def call_stop_hook(self) -> bool:
        """Run the service's stop hook, and let go of the threads; False when the hook failed."""
        try:
            await _call(self._on_stop)
        except Exception:
            log.exception("on_service_stop failed")
            return False
        finally:
            self._dispatcher.close()
        return True

    async def _repeat(self, function: Callable[[], Any], seconds: float) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                if inspect.iscoroutinefunction(function):
                    await function()
                else:
                    await self._dispatcher.run_in_thread(function)
            except Exception:
                name = getattr(function, "__qualname__", type(function).__name__)
                log.exception("the periodic task %s failed", name)


async def _call(hook: Hook) -> None:
    result = hook()
    if inspect.isawaitable(result):
        await result
