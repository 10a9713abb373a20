"""The public keys of an issuer: a JSON Web Key Set (RFC 7517) in a file or at an address."""

import asyncio
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWTError
from tornado.httpclient import AsyncHTTPClient

from gemstone_grpc.auth.watched_file import WatchedFile
from gemstone_grpc.errors import Code, RpcError, StartError

log = logging.getLogger("gemstone")

_MAX_AGE = 300.0  # seconds until the set is fetched anew
_MIN_AGE = 10.0  # seconds before an unknown key, or a failure, lets it be fetched again
_TIMEOUT = 5.0  # seconds that a fetch may take
_MAX_SIZE = 1024 * 1024  # bytes of a set
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

KeysById = Mapping[str | None, PyJWK]


class Keys(Protocol):
    """Where the key of a signature is found."""

    async def find(self, key_id: str | None) -> PyJWK | None:
        """The key of this id; without one, the only key of the set. None when there is none."""


def keys(source: str | Path) -> Keys:
    """The keys at an `https` address, or in a file. Raises `StartError`."""
    if isinstance(source, str) and "://" in source:
        parts = urlsplit(source)
        is_safe = parts.scheme == "https" or parts.hostname in _LOOPBACK
        if parts.scheme not in ("http", "https") or not is_safe:
            raise StartError(
                f"{source!r} is no place for keys: whoever changes them on their way could sign "
                "tokens; give it https://, or a file"
            )
        return RemoteKeys(source)
    return FileKeys(Path(source))


class FileKeys:
    """Keys in a file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._read = WatchedFile(path, lambda text: _parse(text, str(path)))

    async def find(self, key_id: str | None) -> PyJWK | None:
        """The key in the file as it is now."""
        return _pick(self._read(), key_id)


class RemoteKeys:
    """Keys at an address: fetched when first needed, kept, and fetched anew when they are old or a
    token names a key that is not among them.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: KeysById | None = None
        self._asked = -_MAX_AGE
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None) -> PyJWK | None:
        """The key, after a fetch if need be. Raises `RpcError` UNAVAILABLE without any keys."""
        found = None if self._keys is None else _pick(self._keys, key_id)
        age = time.monotonic() - self._asked
        if age > _MAX_AGE or (found is None and age > _MIN_AGE):
            await self._fetch_once()
            found = None if self._keys is None else _pick(self._keys, key_id)
        if self._keys is None:
            raise RpcError(Code.UNAVAILABLE, "Tokens cannot be verified now: try again later")
        return found

    async def _fetch_once(self) -> None:
        """Fetch; callers that come meanwhile wait for the same answer."""
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
        await asyncio.shield(self._fetching)

    async def _fetch(self) -> None:
        try:
            response = await AsyncHTTPClient(force_instance=True, max_body_size=_MAX_SIZE).fetch(
                self._url, request_timeout=_TIMEOUT, follow_redirects=False
            )
            self._keys = _parse(response.body.decode(), self._url)
        except Exception as error:  # of many kinds: the network's, HTTP's, JSON's
            log.warning("the keys at %s were not fetched: %s", self._url, error)
        finally:
            self._asked = time.monotonic()
            self._fetching = None


def _parse(text: str, place: str) -> KeysById:
    """Public keys for signatures, by id. Raises `StartError`."""
    try:
        found = PyJWKSet.from_json(text).keys
    except (PyJWTError, ValueError, AttributeError) as error:
        raise StartError(f"{place} holds no JSON Web Key Set: {error}") from None
    usable = [key for key in found if key.key_type != "oct" and key.public_key_use in (None, "sig")]
    if not usable:
        raise StartError(f"{place} holds no public key for signatures")
    return {key.key_id: key for key in usable}


def _pick(by_id: KeysById, key_id: str | None) -> PyJWK | None:
    if key_id is None and len(by_id) == 1:
        return next(iter(by_id.values()))
    return by_id.get(key_id)
