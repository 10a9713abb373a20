"""What a caller proves itself with: the token of a call, found in its metadata."""

import re
from typing import final

from gemstone_grpc.context import Context, Metadata
from gemstone_grpc.errors import Code, RpcError

MAX_LENGTH = 8192  # characters
_TOKEN = re.compile(r"[!-~]+")


@final
class Credential:
    """A token as it came; it is never part of a text, by mistake or otherwise."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        self.token = token

    def __repr__(self) -> str:
        return "Credential(...)"


def credential(context: Context) -> Credential | None:
    """The token of a call: `authorization: Bearer ...` (RFC 6750) or `x-api-token`.

    Raises `RpcError` UNAUTHENTICATED when there is more than one, or when it can be none.
    """
    tokens = [*_bearers(context.metadata), *context.metadata.get_all("x-api-token")]
    if not tokens:
        return None
    if len(tokens) > 1:
        raise unauthenticated("More than one token")
    (token,) = tokens
    if len(token) > MAX_LENGTH or not _TOKEN.fullmatch(token):
        raise unauthenticated("The token is not valid")
    return Credential(token)


def unauthenticated(message: str) -> RpcError:
    """The error of a caller who is not known."""
    return RpcError(Code.UNAUTHENTICATED, message)


def _bearers(metadata: Metadata) -> list[str]:
    found = []
    for value in metadata.get_all("authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer":
            found.append(token.strip(" "))
    return found
