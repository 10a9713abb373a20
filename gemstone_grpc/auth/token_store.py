"""`TokenStore`: API keys in SQLite, with expiry, scopes, last use and revocation."""

import asyncio
import hmac
import logging
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gemstone_grpc.auth.credential import Credential
from gemstone_grpc.auth.keys import Key, digest, key_id, new_key
from gemstone_grpc.context import Context
from gemstone_grpc.errors import StartError
from gemstone_grpc.identity import Identity

log = logging.getLogger("gemstone")

MAX_LIVE = 2  # keys of one name that are good at a time: the old one and the new one
_SCHEME = "sqlite:///"
_USE_INTERVAL = 60.0  # seconds between two writes of a key's last use
_SCHEMA = """
CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created REAL NOT NULL,
    expires REAL,
    last_used REAL,
    revoked REAL
) STRICT
"""


@dataclass(frozen=True, slots=True)
class Token:
    """What is kept of a key; times are in seconds since 1970."""

    id: str
    name: str
    scopes: frozenset[str]
    created: float
    expires: float | None
    last_used: float | None
    revoked: float | None

    def is_live(self, now: float) -> bool:
        """Whether it is good: neither revoked nor past its expiry."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class TokenStoreError(StartError):
    """What a store refuses to do."""


class TokenStore:
    """Keys in a SQLite file, which several processes may share: `TokenStore("sqlite:///t.db")`.

    A key that is revoked is refused at the next call, in every process. Raises `TokenStoreError`
    when the file cannot be opened.
    """

    def __init__(self, url: str) -> None:
        if not url.startswith(_SCHEME) or url == _SCHEME:
            raise StartError(f"{url!r} is no token store: write sqlite:///tokens.db")
        self.path = Path(url.removeprefix(_SCHEME))
        with self._errors():
            self.path.touch(mode=0o600)
            self._connection = self._connect()
            self._connection.execute(_SCHEMA)
        self._version = -1
        self._cache: dict[str, tuple[bytes, Token]] = {}
        self._noted: dict[str, float] = {}
        self._writes: set[asyncio.Task[None]] = set()

    # -- verifying ---------------------------------------------------------------------------

    async def verify(self, credential: Credential | None, context: Context) -> Identity | None:
        """Whose live key it is."""
        id_ = key_id(credential.token) if credential else None
        if credential is None or id_ is None:
            return None
        known, token = self._look_up(id_)
        is_same = hmac.compare_digest(known, digest(credential.token))
        now = time.time()
        if token is None or not is_same or not token.is_live(now):
            return None
        if now - self._noted.get(id_, 0) > _USE_INTERVAL:
            self._noted[id_] = now
            self._note_use(id_, now)
        return Identity(token.name, token.scopes, claims={"token_id": id_})

    def _look_up(self, id_: str) -> tuple[bytes, Token | None]:
        """A key's digest and what is kept of it; for an unknown one, a digest that none has."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:  # another connection has written
            self._cache.clear()
            self._version = version
        if id_ not in self._cache:
            row = self._connection.execute(_SELECT + " WHERE id = ?", (id_,)).fetchone()
            if row is None:
                return bytes(32), None
            self._cache[id_] = row[0], _token(row)
        return self._cache[id_]

    def _note_use(self, id_: str, now: float) -> None:
        """Write when a key was last used, without making its call wait."""
        task = asyncio.create_task(asyncio.to_thread(self._write_use, id_, now))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    def _write_use(self, id_: str, now: float) -> None:
        try:
            with self._writing() as connection:
                connection.execute("UPDATE tokens SET last_used = ? WHERE id = ?", (now, id_))
        except TokenStoreError as error:
            log.warning("the last use of token %s was not written: %s", id_, error)

    # -- keeping -----------------------------------------------------------------------------

    def create(self, name: str, scopes: Iterable[str] = (), ttl: float | None = None) -> Key:
        """A new key, good for `ttl` seconds or for ever; only its digest is kept.

        Raises `TokenStoreError` when the name has two live keys already.
        """
        now = time.time()
        with self._writing() as connection:
            live = [token for token in _tokens(connection, name) if token.is_live(now)]
            if len(live) >= MAX_LIVE:
                ids = ", ".join(token.id for token in live)
                raise TokenStoreError(f"{name} has {len(live)} live keys ({ids}): revoke one first")
            return _insert(connection, name, frozenset(scopes), now, ttl)

    def rotate(self, name: str, ttl: float | None = None) -> Key:
        """A second key with the scopes of the newest live one, which stays good until revoked."""
        now = time.time()
        live = [token for token in self.list() if token.name == name and token.is_live(now)]
        if not live:
            raise TokenStoreError(f"{name} has no live key: create one")
        return self.create(name, live[-1].scopes, ttl)

    def revoke(self, id_or_name: str) -> list[Token]:
        """Revoke a key by its id, or all of a name; gives those that were live."""
        now = time.time()
        with self._writing() as connection:
            live = [
                token
                for token in _tokens(connection)
                if id_or_name in (token.id, token.name) and token.is_live(now)
            ]
            for token in live:
                connection.execute("UPDATE tokens SET revoked = ? WHERE id = ?", (now, token.id))
        if not live:
            raise TokenStoreError(f"{id_or_name} is neither the id nor the name of a live key")
        return live

    def list(self) -> "list[Token]":
        """All keys, the oldest first."""
        with self._writing() as connection:
            return _tokens(connection)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A connection of its own, for a transaction."""
        with self._errors():
            connection = self._connect()
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            finally:
                connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=5, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise TokenStoreError(f"the token store {self.path} cannot be used: {error}") from None


_SELECT = "SELECT digest, id, name, scopes, created, expires, last_used, revoked FROM tokens"


def _tokens(connection: sqlite3.Connection, name: str | None = None) -> list[Token]:
    rows = connection.execute(_SELECT + " ORDER BY created, id")
    return [token for token in map(_token, rows) if name in (None, token.name)]


def _token(row: tuple[Any, ...]) -> Token:
    _, id_, name, scopes, *times = row
    return Token(id_, name, frozenset(scopes.split()), *times)


def _insert(
    connection: sqlite3.Connection,
    name: str,
    scopes: frozenset[str],
    now: float,
    ttl: float | None,
) -> Key:
    key = new_key()
    expires = None if ttl is None else now + ttl
    connection.execute(
        "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)",
        (key.id, name, key.digest, " ".join(sorted(scopes)), now, expires),
    )
    return key
