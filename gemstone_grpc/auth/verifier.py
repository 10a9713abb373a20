"""The protocol of whoever can tell who calls."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Protocol

from gemstone_grpc.auth.credential import Credential
from gemstone_grpc.context import Context
from gemstone_grpc.identity import Identity


class Verifier(Protocol):
    """Tells who calls; `auth` on a service is one, or several that are asked in order."""

    async def verify(self, credential: Credential | None, context: Context) -> Identity | None:
        """Who calls, or None when this verifier does not know.

        `credential` is the token of the call, None when it has none; `context` has the metadata and
        the peer. Raises `RpcError` when nobody can tell now, such as UNAVAILABLE.
        """


class RequestVerifier:
    """A service's own `authenticate_request`, as a verifier."""

    def __init__(
        self, authenticate: Callable[[Context], Identity | Awaitable[Identity | None] | None]
    ) -> None:
        self._authenticate = authenticate

    async def verify(self, credential: Credential | None, context: Context) -> Identity | None:
        """What the service says."""
        found = self._authenticate(context)
        return await found if inspect.isawaitable(found) else found
