"""API keys: `gs_<id>_<secret>`, of which only SHA-256 digests are kept.

A secret has 192 random bits, so a plain digest of it can no more be reversed than a slow one.
"""

import hashlib
import secrets
import string
from dataclasses import dataclass, field

_ALPHABET = string.ascii_lowercase + string.digits
_ID_LENGTH = 12
_SECRET_BYTES = 24
_PREFIX = "gs_"


@dataclass(frozen=True, slots=True)
class Key:
    """A new key: its `id`, which may be shown, and the whole `text`, which is shown once."""

    id: str
    text: str = field(repr=False)

    @property
    def digest(self) -> bytes:
        """What is kept of it."""
        return digest(self.text)


def new_key() -> Key:
    """A key that nobody has."""
    id_ = "".join(secrets.choice(_ALPHABET) for _ in range(_ID_LENGTH))
    return Key(id_, f"{_PREFIX}{id_}_{secrets.token_urlsafe(_SECRET_BYTES)}")


def key_id(token: str) -> str | None:
    """The id in a key, or None when it is no key of ours."""
    prefix, _, rest = token.partition("_")
    id_, _, secret = rest.partition("_")
    return id_ if prefix == "gs" and id_ and secret else None


def digest(token: str) -> bytes:
    """The SHA-256 digest of a token, 32 bytes."""
    return hashlib.sha256(token.encode()).digest()
