"""The one door to user code: every call of every face comes through the `Dispatcher`."""

import asyncio
import contextvars
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import Future as ThreadFuture
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial
from typing import Any

from gemstone_grpc.access_log import AccessLog
from gemstone_grpc.codec import Arguments, plain_json
from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, RpcError
from gemstone_grpc.interceptor import Interceptor, Next, chain
from gemstone_grpc.method import Method
from gemstone_grpc.redact import redact, redact_json
from gemstone_grpc.requests import Requests

log = logging.getLogger("gemstone")

Decode = Callable[[Any, Context], Arguments]
Encode = Callable[[Any], bytes]
Write = Callable[[bytes], Awaitable[None]]

_PATIENCE = 5.0  # seconds that a cancelled call may take to end before a warning


class Call:
    """One method on one face: its interceptors and codec, composed once."""

    __slots__ = ("_dispatcher", "_encode", "_run", "method")

    def __init__(self, dispatcher: "Dispatcher", method: Method, run: Next, encode: Encode) -> None:
        self._dispatcher = dispatcher
        self._encode = encode
        self._run = run
        self.method = method

    async def __call__(self, context: Context) -> bytes:
        """The encoded result. Raises `RpcError`, and nothing else but cancellation."""
        encoded: bytes = await self._dispatcher.guard(context, self._unary(context))
        return encoded

    async def stream(self, context: Context, write: Write) -> None:
        """Give each encoded item to `write`. Raises as `__call__` does."""
        await self._dispatcher.guard(context, self._pump(context, write))

    async def _unary(self, context: Context) -> bytes:
        return self._encode(await self._run(context))

    async def _pump(self, context: Context, write: Write) -> None:
        items: AsyncIterator[Any] = await self._run(context)
        try:
            async for item in items:
                await write(self._encode(item))
        finally:
            close = getattr(items, "aclose", None)
            if close is not None:
                await close()


class ClientStreamingCall(Call):
    """A call whose requests stream: the context's payload reads them, as `requests.Read` says."""

    __slots__ = ()

    async def _unary(self, context: Context) -> bytes:
        async with aclosing(Requests(context._payload)) as context._payload:
            return await super()._unary(context)

    async def _pump(self, context: Context, write: Write) -> None:
        async with aclosing(Requests(context._payload)) as context._payload:
            await super()._pump(context, write)


class Dispatcher:
    """Runs methods: interceptors, deadline, calls in flight, threads, and errors that leak nothing.

    `timeout` is the deadline of a call in seconds, unless its method has one of its own or the
    caller's is shorter; a method that streams, either way, has only those two. `max_in_flight`
    bounds the calls that run at once, `threads` those of them that are a plain `def`.
    """

    def __init__(
        self,
        *,
        interceptors: Iterable[Interceptor] = (),
        timeout: float = 30.0,
        max_in_flight: int = 1000,
        threads: int = 32,
        access_log: AccessLog | None = None,
    ) -> None:
        self._interceptors = tuple(interceptors)
        self._timeout = timeout
        self._max_in_flight = max_in_flight
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="gemstone")
        self._access_log = access_log
        self._in_flight = 0
        self._draining = False
        self._idle = asyncio.Event()

    def bind(self, method: Method, decode: Decode, encode: Encode) -> Call:
        """Compose the way from a payload to the method and back to bytes."""
        if method.server_streaming:
            invoke = partial(self._invoke_stream, method, decode)
        elif method.blocking:
            invoke = partial(self._invoke_in_thread, method, decode)
        else:
            invoke = partial(self._invoke, method, decode)
        call = ClientStreamingCall if method.client_streaming else Call
        return call(self, method, chain(self._interceptors, invoke), encode)

    @property
    def in_flight(self) -> int:
        """Calls that run, cancelled ones that have not ended yet among them."""
        return self._in_flight

    def drain(self) -> None:
        """Refuse calls from now on with UNAVAILABLE, which clients may safely retry."""
        self._draining = True

    async def idle(self) -> None:
        """Wait until no call runs."""
        while self._in_flight:
            self._idle.clear()
            await self._idle.wait()

    def close(self) -> None:
        """Let the threads end; calls that still run in one are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- around every call -------------------------------------------------------------------

    async def guard(self, context: Context, work: Coroutine[Any, Any, Any]) -> Any:
        """Run `work` as a call: counted, bounded by its deadline, its errors turned and logged."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        code: Code | None = None
        try:
            self._admit(context, started, work)
            return await self._run(context, work, loop)
        except RpcError as error:
            sent = _presentable(error, context.method)
            code = sent.code
            if sent is error:
                raise
            raise sent from None
        except asyncio.CancelledError:
            code = Code.CANCELLED
            raise
        except Exception:
            code = Code.INTERNAL
            log.exception("%s failed", context.method.label)
            raise RpcError(Code.INTERNAL, "Internal error") from None
        finally:
            if self._access_log is not None:
                self._access_log.record(context, code, loop.time() - started)

    def _admit(self, context: Context, now: float, work: Coroutine[Any, Any, Any]) -> None:
        """Set the deadline, or refuse the call before it begins."""
        method = context.method
        streams = method.client_streaming or method.server_streaming
        limit = method.timeout or (None if streams else self._timeout)
        if limit is not None and (context.deadline is None or context.deadline > now + limit):
            context.deadline = now + limit
        refusal: RpcError | None = None
        if self._draining:
            refusal = RpcError(Code.UNAVAILABLE, "The service is stopping")
        elif self._in_flight >= self._max_in_flight:
            refusal = RpcError(Code.RESOURCE_EXHAUSTED, "Too many calls at once: try again later")
        elif context.deadline is not None and context.deadline <= now:
            refusal = _too_late()
        if refusal is not None:
            work.close()
            raise refusal

    async def _run(
        self, context: Context, work: Coroutine[Any, Any, Any], loop: asyncio.AbstractEventLoop
    ) -> Any:
        """Await `work` in a task of its own, so that it cannot outstay its deadline."""
        self._in_flight += 1
        task = loop.create_task(_contained(context.method, work))
        over = context._over = loop.create_future()
        task.add_done_callback(partial(_settle, over))
        timer = None
        if context.deadline is not None:
            timer = loop.call_at(context.deadline, _settle, over, None)
        try:
            await over
        finally:
            if timer is not None:
                timer.cancel()
            if task.done():
                self._ended()
            else:
                self._abandon(context.method, task, loop)
        if not task.done():
            raise context.ended_by or _too_late()
        if task.cancelled():
            raise RpcError(Code.CANCELLED, "The call was cancelled")
        return task.result()

    def _abandon(
        self, method: Method, task: asyncio.Task[Any], loop: asyncio.AbstractEventLoop
    ) -> None:
        """Cancel a call that nobody waits for, and count it until it ends."""
        warning = loop.call_later(_PATIENCE, _warn_of, method)

        def ended(task: asyncio.Task[Any]) -> None:
            warning.cancel()
            self._ended()

        task.add_done_callback(ended)
        task.cancel()

    def _ended(self) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._idle.set()

    # -- the user's function -----------------------------------------------------------------

    async def _invoke(self, method: Method, decode: Decode, context: Context) -> Any:
        args, kwargs = decode(context._payload, context)
        result = method.function(*args, **kwargs)
        return await result if inspect.isawaitable(result) else result

    async def _invoke_stream(self, method: Method, decode: Decode, context: Context) -> Any:
        args, kwargs = decode(context._payload, context)
        result = method.function(*args, **kwargs)
        return await result if inspect.iscoroutine(result) else result

    async def _invoke_in_thread(self, method: Method, decode: Decode, context: Context) -> Any:
        args, kwargs = decode(context._payload, context)
        result = await self.run_in_thread(partial(_call_in_thread, method, args, kwargs))
        return await result if inspect.isawaitable(result) else result

    async def run_in_thread(self, function: Callable[[], Any]) -> Any:
        """Run a function on the thread pool; cancelled, it is counted until its thread is done."""
        running = self._submit(function)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            self._count_until_over(running)
            raise

    def _submit(self, function: Callable[[], Any]) -> "ThreadFuture[Any]":
        return self._threads.submit(contextvars.copy_context().run, function)

    def _count_until_over(self, running: "ThreadFuture[Any]") -> None:
        """Keep counting a call whose thread goes on after it was cancelled."""
        if running.cancelled() or running.done():
            return
        loop = asyncio.get_running_loop()
        self._in_flight += 1
        running.add_done_callback(lambda _: _call_soon(loop, self._ended))


def _call_in_thread(method: Method, args: list[Any], kwargs: dict[str, Any]) -> Any:
    try:
        return method.function(*args, **kwargs)
    except StopIteration as error:  # a future cannot carry it
        raise _stray(method, error) from error
    except Exception:
        raise
    except BaseException as error:
        raise _stray(method, error) from error


async def _contained(method: Method, work: Coroutine[Any, Any, Any]) -> Any:
    try:
        return await work
    except (Exception, asyncio.CancelledError):
        raise
    except BaseException as error:
        raise _stray(method, error) from error


def _stray(method: Method, error: BaseException) -> RuntimeError:
    """What stands for SystemExit and its like, which would end the loop or never be answered."""
    return RuntimeError(f"{method.label} raised {type(error).__name__}")


def _presentable(error: RpcError, method: Method) -> RpcError:
    """The error with plain details and text, as both faces can write it."""
    try:
        error.details = redact_json(plain_json(error.details))
        error.message.encode()
        error.message = redact(error.message)
        for violation in error.violations:
            (violation.field + violation.description).encode()
    except Exception:
        log.exception("%s raised an RpcError that cannot be written", method.label)
        return RpcError(Code.INTERNAL, "Internal error")
    return error


def _call_soon(loop: asyncio.AbstractEventLoop, callback: Callable[[], object]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(callback)


def _settle(over: "asyncio.Future[None]", task: asyncio.Task[Any] | None) -> None:
    if task is not None and not task.cancelled():
        task.exception()  # seen, so that asyncio does not report it when nobody waits any more
    if not over.done():
        over.set_result(None)


def _too_late() -> RpcError:
    return RpcError(Code.DEADLINE_EXCEEDED, "The deadline has passed")


def _warn_of(method: Method) -> None:
    log.warning(
        "%s was cancelled %g seconds ago and still runs: let CancelledError through",
        method.label,
        _PATIENCE,
    )
