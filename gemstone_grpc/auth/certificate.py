"""`CertificateAuth`: callers over gRPC, by the certificate they show (mTLS)."""

from collections.abc import Iterable, Mapping

from gemstone_grpc.auth.credential import Credential
from gemstone_grpc.context import Context
from gemstone_grpc.identity import Identity


class CertificateAuth:
    """Knows callers by a name in their certificate, which `client_ca` has signed.

    `scopes` has those of each name. A name that is not in it has none.
    """

    def __init__(self, scopes: Mapping[str, Iterable[str]] | None = None) -> None:
        self._scopes = {name: frozenset(own) for name, own in (scopes or {}).items()}

    async def verify(self, credential: Credential | None, context: Context) -> Identity | None:
        """The first name that has scopes, or else the first of all."""
        names = context.certified_names
        if not names:
            return None
        subject = next((name for name in names if name in self._scopes), names[0])
        scopes = self._scopes.get(subject, frozenset())
        return Identity(subject, scopes, "certificate", {"names": names})
