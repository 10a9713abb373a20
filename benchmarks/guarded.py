"""The service of `ours` behind a check: `python -m benchmarks.guarded ours|interceptor`."""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio

import gemstone_grpc as gemstone
from benchmarks.announce import announce_and_wait
from benchmarks.ours import Hello

TOKEN = "gs_benchmark_" + "k" * 32
DIGEST = hashlib.sha256(TOKEN.encode()).digest()


class Check(grpc.aio.ServerInterceptor):
    """What a user of grpc.aio would write for the same rules: one token, compared by its digest."""

    def __init__(self) -> None:
        self._refusal: Any = grpc.unary_unary_rpc_method_handler(_refuse)

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: Any
    ) -> Any:
        found = [value for name, value in details.invocation_metadata if name == "authorization"]
        if len(found) != 1 or not found[0].startswith("Bearer "):
            return self._refusal
        given = hashlib.sha256(found[0][7:].encode()).digest()
        if not hmac.compare_digest(given, DIGEST):
            return self._refusal
        return await continuation(details)


async def _refuse(request: Any, context: Any) -> None:
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "The token is not valid")


class Guarded(Hello):
    """With our own check."""

    auth = gemstone.TokenAuth({DIGEST.hex(): gemstone.Identity("benchmark")})


class Intercepted(Hello):
    """With an interceptor of grpc.aio's, on gRPC alone."""

    grpc_interceptors = (Check(),)


async def main() -> None:
    service = Guarded() if sys.argv[1] == "ours" else Intercepted()
    async with service.serving(port=0, grpc_port=0) as wired:
        await announce_and_wait(wired.lifecycle.port, wired.lifecycle.grpc_port)


if __name__ == "__main__":
    asyncio.run(main())
