"""The chain in front of every method, the same objects for gRPC and JSON-RPC."""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from gemstone_grpc.context import Context

Next = Callable[[Context], Awaitable[Any]]


class Interceptor(Protocol):
    """Sees every call of a service, before its payload is decoded."""

    async def intercept(self, context: Context, call_next: Next) -> Any:
        """Return what the call returns: usually `await call_next(context)`, with this same context.

        The result is the method's own value, before it is encoded; of a server-streaming method it
        is an async iterator, which may be returned as it is or wrapped in another. Requests that
        stream are read by the method, after this. Raise `RpcError` to refuse the call.
        """


def chain(interceptors: Iterable[Interceptor], call: Next) -> Next:
    """Compose `interceptors`, the first outermost, around `call`."""
    for interceptor in reversed(list(interceptors)):
        call = _link(interceptor.intercept, call)
    return call


def _link(intercept: Any, call_next: Next) -> Next:
    async def call(context: Context) -> Any:
        result = await intercept(context, call_next)
        if inspect.iscoroutine(result):
            result.close()
            raise TypeError(f"{intercept.__qualname__} returned call_next(context) without await")
        return result

    return call
