"""`RateLimit`: so many calls from each caller, and no more."""

import math
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from throttled import RateLimiterType, Throttled
from throttled.exceptions import BaseThrottledError
from throttled.store import MemoryStore

from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, RpcError, StartError
from gemstone_grpc.interceptor import Next

_MAX_CALLERS = 100_000  # of whom a bucket is kept; the one longest unseen is forgotten first


class RateLimit:
    """An interceptor that refuses calls over a quota with RESOURCE_EXHAUSTED.

    `quota` is such as `"10/s"` or `"100/m burst 20"`: a bucket of so many tokens, refilled at that
    rate. A caller is an identity, or the address of a peer that has none (of IPv6, the /64). Each
    entry of a batch counts. `details["retry_after"]` is in seconds. Raises `StartError`.
    """

    def __init__(self, quota: str) -> None:
        try:
            self._limiter = Throttled(
                using=RateLimiterType.GCRA.value,  # a token bucket that counts time, not tokens
                quota=quota,
                store=MemoryStore(options={"MAX_SIZE": _MAX_CALLERS}),
            )
        except BaseThrottledError as error:
            raise StartError(f"RateLimit({quota!r}): {error}") from None

    async def intercept(self, context: Context, call_next: Next) -> Any:
        """Count the call, then go on or refuse it."""
        result = self._limiter.limit(_caller(context))
        if result.limited:
            wait = math.ceil(result.state.retry_after * 1000) / 1000
            raise RpcError(
                Code.RESOURCE_EXHAUSTED,
                f"Too many calls: try again in {wait:g} s",
                {"retry_after": wait},
            )
        return await call_next(context)


def _caller(context: Context) -> str:
    if context.identity is not None:
        return f"{context.identity.kind}:{context.identity.subject}"
    scheme, _, address = context.peer.partition(":")
    host = address.rpartition(":")[0].strip("[]")
    if scheme != "ipv6":
        return host
    try:
        found = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))
