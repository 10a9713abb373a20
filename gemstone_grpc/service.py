"""`MicroService`: what a user writes, collected, wired and served."""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import grpc.aio

from gemstone_grpc.config import add_arguments, resolve
from gemstone_grpc.container import Container, Version
from gemstone_grpc.errors import StartError
from gemstone_grpc.interceptor import Interceptor
from gemstone_grpc.wiring import Wired

log = logging.getLogger("gemstone")

_LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class MicroService(Container):
    """A service: subclass it, name it, expose methods, and `start()` it.

    Every setting of `Config` may be an attribute of the class, an environment variable
    (`GEMSTONE_PORT`), a flag (`--port`) or an argument of the constructor; the later wins.

    - `contract`: the path of its `.proto`, relative to the file of the class; it pins the numbers.
    - `modules`: `Container` instances whose methods are served too.
    - `versions`: `Version` instances, served beside this one.
    - `interceptors`: objects with `intercept(context, call_next)`, in front of both faces.
    - `grpc_interceptors`: grpc.aio's own, in front of gRPC alone.
    - `extra_handlers`: Tornado handlers, as `tornado.web.Application` takes them; a handler finds
      the service in `self.settings["service"]`.
    - `static_dirs`: pairs of a URL prefix and a folder; `template_dir`: the folder of Tornado's
      templates. Both are relative to the file of the class.
    - `periodic_tasks`: pairs of a callable and seconds. A method of the class is called on the
      service; an `async def` runs on the loop, a `def` on the thread pool.
    """

    name: str
    version: str
    host: str
    port: int
    grpc_port: int
    contract: str | None = None
    modules: Sequence[Container] = ()
    versions: Sequence[Version] = ()
    interceptors: Sequence[Interceptor] = ()
    grpc_interceptors: Sequence[grpc.aio.ServerInterceptor] = ()
    extra_handlers: Sequence[Any] = ()
    static_dirs: Sequence[tuple[str, str]] = ()
    template_dir: str | None = None
    periodic_tasks: Sequence[tuple[Callable[..., Any], float]] = ()

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._wired: Wired | None = None
        self._stopping: asyncio.Event | None = None

    def on_service_start(self) -> Any:
        """Called when the sockets listen, before the first call; may be `async def`."""

    def on_service_stop(self) -> Any:
        """Called after the last call; may be `async def`."""

    # -- running -----------------------------------------------------------------------------

    def start(self, argv: Sequence[str] | None = None) -> None:
        """Serve until SIGINT or SIGTERM; blocks. `argv` is the command line, `sys.argv` by default.

        The first signal lets calls finish within `grace`; the second ends the process at once. A
        mistake is printed, and the exit status is then 2; it is 1 when calls had to be cut off or
        the stop hook failed. Raises `StartError` outside the main thread or inside a running loop.
        """
        self.start_with(parse_arguments(type(self), argv))

    def start_with(self, arguments: Mapping[str, str]) -> None:
        """`start()` with a command line that was parsed already: texts by setting."""
        _refuse_foreign_loop()
        if not logging.getLogger().handlers:
            logging.basicConfig(level=logging.INFO, format=_LOG_FORMAT)
        try:
            asyncio.run(self._serve_until_signal(arguments))
        except StartError as error:
            print(f"error: {error}", file=sys.stderr)  # noqa: T201
            raise SystemExit(2) from None

    async def serve(self) -> None:
        """Serve inside the running loop until `stop()` is called or the task is cancelled."""
        async with self:
            await self._stop_event().wait()

    def stop(self) -> None:
        """Ask `serve()` and `start()` to end; call it from the loop, while they run."""
        self._running()
        self._stop_event().set()

    async def __aenter__(self) -> Self:
        """Serve while the block runs."""
        await self._begin(self.wire({}))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop, in order."""
        await self._end()

    @property
    def api_url(self) -> str:
        """Where JSON-RPC is served, such as `http://127.0.0.1:8000/api`; only while serving."""
        return self._running().api_url

    @property
    def grpc_address(self) -> str:
        """Where gRPC is served, such as `127.0.0.1:50051`; only while serving."""
        return self._running().grpc_address

    @contextlib.asynccontextmanager
    async def serving(self, **overrides: Any) -> AsyncIterator[Wired]:
        """Serve while the block runs, with some settings changed; gives the service's parts."""
        wired = self.wire({}, **overrides)
        await self._begin(wired)
        try:
            yield wired
        finally:
            await self._end()

    # -- lifecycle ---------------------------------------------------------------------------

    async def _begin(self, wired: Wired) -> None:
        self._wired = wired
        try:
            await wired.lifecycle.start()
        except BaseException:
            self._wired = self._stopping = None
            raise
        log.info(
            "%s %s serves JSON-RPC at %s and gRPC at %s",
            wired.config.name,
            wired.config.version,
            self.api_url,
            self.grpc_address,
        )

    def wire(self, arguments: Mapping[str, str], **overrides: Any) -> Wired:
        """Everything the service is made of, not serving yet; `overrides` are settings.

        Raises `StartError` for a mistake in the class or in its settings.
        """
        cls = type(self).__name__
        if getattr(self, "_settings", None) is None:
            raise StartError(f"{cls}.__init__ must call super().__init__(**settings)")
        if self._wired is not None:
            raise StartError(f"this {cls} is serving already: make another instance")
        return Wired(self, resolve(self, {**self._settings, **overrides}, arguments))

    async def _end(self) -> bool:
        try:
            return await self._running().lifecycle.stop()
        finally:
            self._wired = self._stopping = None

    async def _serve_until_signal(self, arguments: Mapping[str, str]) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal, number)
        await self._begin(self.wire(arguments))
        await self._stop_event().wait()
        log.info("stopping: running calls may finish; another signal ends at once")
        if not await self._end():
            _exit_at_once(1)

    def _on_signal(self, number: int) -> None:
        if self._stop_event().is_set():
            _exit_at_once(128 + number)
        self._stop_event().set()

    def _stop_event(self) -> asyncio.Event:
        if self._stopping is None:
            self._stopping = asyncio.Event()
        return self._stopping

    def _running(self) -> Wired:
        if self._wired is None:
            raise RuntimeError(f"{type(self).__name__} is not serving: start it first")
        return self._wired


def _refuse_foreign_loop() -> None:
    """`start()` has a loop and signals of its own."""
    fix = "start() blocks the main thread: elsewhere, use `await service.serve()`"
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop()
        raise StartError(f"a loop runs here already, and {fix}")
    if threading.current_thread() is not threading.main_thread():
        raise StartError(f"this is not the main thread, and {fix}")


def _exit_at_once(status: int) -> None:
    """End the process without waiting for threads and tasks that may never end."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(status)


def parse_arguments(cls: type[MicroService], argv: Sequence[str] | None) -> dict[str, str]:
    """The settings on a command line; prints help and exits as argparse does."""
    parser = argparse.ArgumentParser(
        description=(cls.__doc__ or "").strip().partition("\n")[0] if cls.__doc__ else None
    )
    add_arguments(parser)
    return vars(parser.parse_args(argv))
