"""TLS from files, for both ports: read again when they change, without a restart."""

import logging
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from gemstone_grpc.errors import StartError

log = logging.getLogger("gemstone")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the files hold, in PEM, and Python's context of it."""

    chain: bytes
    key: bytes
    client_ca: bytes | None
    context: ssl.SSLContext


class Certificates:
    """A certificate chain with its key and, for clients' certificates on gRPC, their CA.

    Raises `StartError` when they cannot be used. Files that are wrong later leave what was there,
    with a warning in the log.
    """

    def __init__(self, chain: Path, key: Path, client_ca: Path | None = None) -> None:
        self._chain = chain
        self._key = key
        self._client_ca = client_ca
        self._lock = threading.Lock()  # gRPC asks from a thread of its own
        self._stamps = self._look()
        self._loaded = self._load()
        self._is_well = True

    def context(self) -> ssl.SSLContext:
        """For the HTTP server; each new connection gets the certificate as it is then."""
        context = self._context()

        def choose(connection: Any, name: str | None, _: ssl.SSLContext) -> None:
            connection.context = self._current().context

        context.sni_callback = choose
        return context

    def grpc_credentials(self) -> grpc.ServerCredentials:
        """For the gRPC server; with a CA, clients must show a certificate of it."""
        return grpc.dynamic_ssl_server_credentials(
            self._grpc_configuration(),
            self._grpc_configuration,
            require_client_authentication=self._client_ca is not None,
        )

    def _grpc_configuration(self) -> Any:
        loaded = self._current()
        pairs = [(loaded.key, loaded.chain)]
        return grpc.ssl_server_certificate_configuration(pairs, root_certificates=loaded.client_ca)

    def _current(self) -> _Loaded:
        with self._lock:
            try:
                stamps = self._look()
                if stamps != self._stamps:
                    self._stamps = stamps
                    self._loaded = self._load()
                    self._is_well = True
                    log.info("the certificate in %s was read again", self._chain)
            except StartError as error:
                if self._is_well:
                    log.warning("%s: the certificate read before is still used", error)
                self._is_well = False
            return self._loaded

    def _look(self) -> list[tuple[int, int, int]]:
        """What tells a changed file: modification time, size and inode."""
        found = []
        for path in filter(None, (self._chain, self._key, self._client_ca)):
            try:
                stat = path.stat()
            except OSError as error:
                raise StartError(f"{path} cannot be read: {error.strerror}") from None
            found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return found

    def _load(self) -> _Loaded:
        chain, key = self._read(self._chain), self._read(self._key)
        client_ca = self._read(self._client_ca) if self._client_ca else None
        if client_ca is not None:
            self._check(
                self._client_ca, lambda: ssl.create_default_context(cadata=client_ca.decode())
            )
        return _Loaded(chain, key, client_ca, self._context())

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._check(self._chain, lambda: context.load_cert_chain(self._chain, self._key, _refuse))
        return context

    def _read(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            raise StartError(f"{path} cannot be read: {error.strerror}") from None

    def _check(self, path: Path | None, use: Callable[[], Any]) -> None:
        try:
            use()
        except (ssl.SSLError, ValueError) as error:
            why = getattr(error, "reason", None) or str(error)
            raise StartError(
                f"{path} and its key cannot be used ({why}): both are PEM, the key without a "
                "password and of this certificate"
            ) from None


def _refuse() -> str:
    raise ValueError("the key has a password")
