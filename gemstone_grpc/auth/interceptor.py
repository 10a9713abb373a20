"""The first interceptor of a service with `auth`: who calls, and whether they may."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from typing import Any

from gemstone_grpc.auth.credential import Credential, credential, unauthenticated
from gemstone_grpc.auth.verifier import Verifier
from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, RpcError
from gemstone_grpc.identity import Identity
from gemstone_grpc.interceptor import Next

log = logging.getLogger("gemstone")


class TokenInterceptor:
    """Sets `context.identity`, and refuses who may not call; the payload is not decoded yet.

    A token that is given is verified on public methods too: a wrong one is refused everywhere.
    While a method streams, its caller is verified again every `recheck` seconds. `is_exposed` says
    that tokens come from other machines without TLS, which is worth one warning.
    """

    def __init__(
        self, verifiers: Sequence[Verifier], recheck: float, *, is_exposed: bool = False
    ) -> None:
        self._verifiers = tuple(verifiers)
        self._recheck = recheck
        self._is_exposed = is_exposed

    async def intercept(self, context: Context, call_next: Next) -> Any:
        """Verify, then go on."""
        given = credential(context)
        if self._is_exposed and given is not None:
            self._is_exposed = False
            log.warning(
                "a token came from %s without TLS, for all on its way to read: set tls_cert and "
                "tls_key, or listen on 127.0.0.1 behind a proxy that has them",
                context.peer,
            )
        context.identity = await self._verified(given, context)
        method = context.method
        if context.identity is None or not (method.client_streaming or method.server_streaming):
            return await call_next(context)
        watch = asyncio.create_task(self._watch(given, context))
        try:
            result = await call_next(context)
        except BaseException:
            watch.cancel()
            raise
        if method.server_streaming:
            return _watched(result, watch)
        watch.cancel()
        return result

    async def _verified(self, given: Credential | None, context: Context) -> Identity | None:
        identity = await self._identity(given, context)
        if identity is None and given is not None:
            raise unauthenticated("The token is not valid")
        method = context.method
        if identity is None:
            if method.private:
                raise unauthenticated("A token is needed")
            return None
        if missing := sorted(method.scopes - identity.scopes):
            raise RpcError(
                Code.PERMISSION_DENIED,
                f"The token lacks the scope {missing[0]}",
                {"missing_scopes": missing},
            )
        return identity

    async def _identity(self, given: Credential | None, context: Context) -> Identity | None:
        for verifier in self._verifiers:
            identity = await verifier.verify(given, context)
            if identity is not None:
                return identity
        return None

    async def _watch(self, given: Credential | None, context: Context) -> None:
        """End a call when its caller may no longer make it."""
        while True:
            await asyncio.sleep(self._recheck)
            try:
                await self._verified(given, context)
            except RpcError as error:
                context.end(error)
                return


async def _watched(items: AsyncIterator[Any], watch: asyncio.Task[None]) -> AsyncIterator[Any]:
    try:
        async for item in items:
            yield item
    finally:
        watch.cancel()
        if (close := getattr(items, "aclose", None)) is not None:
            await close()
