"""`JwtAuth`: JSON Web Tokens (RFC 7519) signed with a key of a JWKS."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from gemstone_grpc.auth.credential import Credential
from gemstone_grpc.auth.jwks import keys
from gemstone_grpc.context import Context
from gemstone_grpc.errors import StartError
from gemstone_grpc.identity import Identity

_ASYMMETRIC = {
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
}  # fmt: skip
_REQUIRED = ["exp", "iss", "aud", "sub"]


class JwtAuth:
    """Knows the callers of an issuer by their signed tokens.

    `jwks` is the path of a key set or its `https` address. A token must be signed by one of its
    keys, with one of the `algorithms`, be of this `issuer` and for this `audience`, and be within
    its time, give or take `leeway` seconds. Its `sub` is the subject; its scopes are in `scope`
    (RFC 8693) or `scp`. Raises `StartError`.
    """

    def __init__(
        self,
        *,
        issuer: str,
        audience: str,
        jwks: str | Path,
        algorithms: Iterable[str] = ("RS256", "ES256", "EdDSA"),
        leeway: float = 30.0,
    ) -> None:
        self._algorithms = frozenset(algorithms)
        if wrong := sorted(self._algorithms - _ASYMMETRIC):
            raise StartError(
                f"JwtAuth: {wrong[0]} is not allowed: use one of {', '.join(sorted(_ASYMMETRIC))}"
            )
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway
        self._keys = keys(jwks)

    async def verify(self, credential: Credential | None, context: Context) -> Identity | None:
        """Who the token says, if it is good. Raises `RpcError` UNAVAILABLE without any keys."""
        if credential is None or credential.token.count(".") != 2:
            return None
        try:
            header = jwt.get_unverified_header(credential.token)
        except PyJWTError:
            return None
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in self._algorithms:
            return None
        key = await self._keys.find(key_id)
        if key is None:
            return None
        try:
            claims = jwt.decode(
                credential.token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=self._leeway,
                options={"require": _REQUIRED},
            )
        except PyJWTError:
            return None
        return Identity(claims["sub"], _scopes(claims), "jwt", claims)


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    found = claims.get("scope", claims.get("scp"))
    if isinstance(found, str):
        return frozenset(found.split())
    words = found if isinstance(found, list) else []
    return frozenset(word for word in words if isinstance(word, str))
