"""`TokenAuth`: API keys by their digests, from a mapping, an environment variable or a file.

An entry is a line: a name, the SHA-256 digest of the key in hexadecimal, and scopes, if any. A line
that begins with `#` is a comment; `;` ends an entry as the end of a line does.

    alice 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 users:read users:write
"""

import hmac
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from gemstone_grpc.auth.credential import Credential
from gemstone_grpc.auth.keys import digest
from gemstone_grpc.auth.watched_file import WatchedFile
from gemstone_grpc.context import Context
from gemstone_grpc.errors import StartError
from gemstone_grpc.identity import Identity

_DIGEST = re.compile(r"[0-9a-f]{64}")

Digests = Mapping[bytes, Identity]


class TokenAuth:
    """Knows callers by the digests of their keys: `TokenAuth({sha256_hex: Identity("alice")})`."""

    def __init__(self, identities: Mapping[str, Identity]) -> None:
        known = {_digest(text, "TokenAuth"): identity for text, identity in identities.items()}
        self._read: Callable[[], Digests] = lambda: known

    @classmethod
    def from_env(cls, variable: str) -> Self:
        """The entries in an environment variable; raises `StartError` when it is not set."""
        if variable not in os.environ:
            raise StartError(
                f"{variable} is not set: give it entries as `gemstone token create --name NAME` "
                "prints them"
            )
        return cls({x.hex(): who for x, who in entries(os.environ[variable], variable).items()})

    @classmethod
    def from_file(cls, path: str | Path) -> Self:
        """The entries in a file, read again when it changes.

        Raises `StartError` when it cannot be read. A file that cannot be read later keeps what it
        held, with a warning in the log.
        """
        made = cls({})
        made._read = WatchedFile(Path(path), lambda text: entries(text, str(path)))
        made._read()
        return made

    async def verify(self, credential: Credential | None, context: Context) -> Identity | None:
        """Whose key it is; every digest is compared, each in constant time."""
        if credential is None:
            return None
        given = digest(credential.token)
        found = None
        for known, identity in self._read().items():
            if hmac.compare_digest(known, given):
                found = identity
        return found


def entries(text: str, place: str) -> dict[bytes, Identity]:
    """Entries → identities by digest. Raises `StartError` that names the line."""
    found: dict[bytes, Identity] = {}
    for number, line in enumerate(re.split(r"[;\n]", text), start=1):
        if not (words := line.split()) or words[0].startswith("#"):
            continue
        where = f"{place}, entry {number}"
        if len(words) < 2:
            raise StartError(f"{where}: a name and a digest are needed")
        name, key, *scopes = words
        found[_digest(key, where)] = Identity(name, frozenset(scopes))
    return found


def _digest(text: str, where: str) -> bytes:
    if text.startswith("gs_"):
        raise StartError(f"{where}: this is a key, not its digest: keep the key to its owner")
    if not _DIGEST.fullmatch(text):
        raise StartError(f"{where}: a digest is 64 hexadecimal digits: the SHA-256 of a key")
    return bytes.fromhex(text)
