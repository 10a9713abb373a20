"""What a caller proves itself with: the token of a call, found in its metadata."""

import re
from typing import final

from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, RpcError

MAX_LENGTH = 8192  # characters
_TOKEN = re.compile(r"[!-~]+")
_LENGTHS = (len("authorization"), len("x-api-token"))


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
    token: str | None = None
    for name, value in context.pairs:
        if len(name) not in _LENGTHS or not isinstance(value, str):
            continue
        lower = name.lower()
        if lower == "authorization" and value[:7].lower() in ("bearer ", "bearer"):
            found = value[7:].strip(" ")
        elif lower == "x-api-token":
            found = value
        else:
            continue
        if token is not None:
            raise unauthenticated("More than one token")
        token = found
    if token is None:
        return None
    if len(token) > MAX_LENGTH or not _TOKEN.fullmatch(token):
        raise unauthenticated("The token is not valid")
    return Credential(token)


def unauthenticated(message: str) -> RpcError:
    """The error of a caller who is not known."""
    return RpcError(Code.UNAUTHENTICATED, message)
