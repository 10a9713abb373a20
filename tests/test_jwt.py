"""`JwtAuth`: tokens of an issuer, good ones and forged ones."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

import gemstone_grpc as gemstone
from gemstone_grpc import Code, Identity, JwtAuth, RpcError, StartError, testing
from gemstone_grpc.auth import jwks
from gemstone_grpc.auth.credential import Credential

ISSUER, AUDIENCE = "https://issuer.test", "users"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KEYS: dict[str, tuple[str, Any]] = {"RS256": ("r", RSA), "ES256": ("e", EC), "EdDSA": ("d", ED)}
ALGORITHMS: dict[str, Any] = {
    "RS256": jwt.algorithms.RSAAlgorithm,
    "ES256": jwt.algorithms.ECAlgorithm,
    "EdDSA": jwt.algorithms.OKPAlgorithm,
}


def jwk(algorithm: str, key_id: str, key: Any) -> dict[str, Any]:
    public = json.loads(ALGORITHMS[algorithm].to_jwk(key.public_key()))
    return {**public, "kid": key_id, "use": "sig", "alg": algorithm}


JWKS = {"keys": [jwk(name, *key) for name, key in KEYS.items()]}


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ann", "iat": now, "exp": now + 60}
    return {name: value for name, value in {**whole, **changed}.items() if value is not None}


def token(algorithm: str = "RS256", key: Any = None, kid: str | None = None, **changed: Any) -> str:
    known_id, known = KEYS.get(algorithm, ("r", None))
    headers = {"kid": known_id if kid is None else kid}
    return jwt.encode(claims(**changed), key or known, algorithm, headers=headers)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(JWKS))
    return path


@pytest.fixture
def auth(file: Path) -> JwtAuth:
    return JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=file)


async def verify(auth: JwtAuth, text: str) -> Identity | None:
    nobody: Any = None
    return await auth.verify(Credential(text), nobody)


@pytest.mark.parametrize("algorithm", KEYS)
async def test_good_tokens(auth: JwtAuth, algorithm: str) -> None:
    identity = await verify(auth, token(algorithm, scope="users:read users:write"))
    assert identity is not None
    assert identity.subject == "ann"
    assert identity.scopes == {"users:read", "users:write"}
    assert identity.kind == "jwt"
    assert identity.claims["iss"] == ISSUER
    assert "claims" not in repr(identity)


@pytest.mark.parametrize(
    ("changed", "scopes"),
    [
        ({"scp": ["a", "b", 3]}, {"a", "b"}),
        ({"scope": ""}, set()),
        ({}, set()),
        ({"scope": 5}, set()),
        ({"scp": None}, set()),
        ({"scp": {"a": 1}}, set()),
    ],
)
async def test_scopes(auth: JwtAuth, changed: dict[str, Any], scopes: set[str]) -> None:
    identity = await verify(auth, token(**changed))
    assert identity is not None
    assert identity.scopes == scopes


NOW = time.time()
FORGED: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 40},
    "not yet": {"nbf": NOW + 100_000},
    "issued later": {"iat": NOW + 100_000},
    "another issuer": {"iss": "https://other.test"},
    "no issuer": {"iss": None},
    "another audience": {"aud": "shop"},
    "no audience": {"aud": None},
    "no subject": {"sub": None},
    "a subject that is no text": {"sub": 7},
    "no expiry": {"exp": None},
    "an expiry that is no number": {"exp": "soon"},
    "an unknown key": {"kid": "x"},
    "another key": {"key": OTHER},
    "another algorithm than the key's": {"algorithm": "RS512", "key": RSA},
    "a key of another algorithm": {"kid": "e"},
}


@pytest.mark.parametrize("name", FORGED)
async def test_forged_tokens(auth: JwtAuth, name: str) -> None:
    assert await verify(auth, token(**FORGED[name])) is None


async def test_a_skewed_clock_within_the_leeway(auth: JwtAuth) -> None:
    assert await verify(auth, token(exp=time.time() - 20)) is not None
    assert await verify(auth, token(nbf=time.time() + 20)) is not None


def unsigned(header: dict[str, Any], signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims()).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def hmac_with(public: bytes) -> str:
    import hashlib
    import hmac

    body = unsigned({"alg": "HS256", "kid": "r"}).rpartition(".")[0]
    signature = hmac.new(public, body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


PEM = RSA.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


@pytest.mark.parametrize(
    "text",
    [
        unsigned({"alg": "none"}),
        unsigned({"alg": "None", "kid": "r"}),
        unsigned({"kid": "r"}),
        unsigned({"alg": ["RS256"], "kid": "r"}),
        unsigned({"alg": "RS256", "kid": ["r"]}),
        unsigned({"alg": "RS256", "kid": "r"}, b"x" * 256),
        unsigned({"alg": "RS256", "kid": "r", "crit": ["x"], "x": 1}),
        hmac_with(PEM),
        hmac_with(PEM.strip()),
        "..", "a.b.c", "e30.e30.e30", "ey.ey.ey", ".".join(["A" * 2000] * 3),
    ],
)  # fmt: skip
async def test_what_is_no_token(auth: JwtAuth, text: str) -> None:
    assert await verify(auth, text) is None


async def test_a_changed_payload(auth: JwtAuth) -> None:
    head, _, signature = token().split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims(sub="root")).encode()).rstrip(b"=").decode()
    assert await verify(auth, f"{head}.{body}.{signature}") is None


async def test_other_tokens_are_left_to_other_verifiers(auth: JwtAuth) -> None:
    assert await verify(auth, "gs_a_b") is None


@pytest.mark.parametrize("algorithms", [["HS256"], ["none"], ["RS256", "HS512"], ["rs256"]])
def test_algorithms_that_are_not_allowed(file: Path, algorithms: list[str]) -> None:
    with pytest.raises(StartError, match="is not allowed: use one of ES256"):
        JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=file, algorithms=algorithms)


class Users(gemstone.MicroService):
    name = "users"

    @gemstone.exposed_method(scopes={"users:read"})
    async def find(self) -> int:
        return 7


@pytest.mark.security
@pytest.mark.parametrize("face", ["jsonrpc", "grpc"])
async def test_forged_tokens_at_a_service(auth: JwtAuth, face: str) -> None:
    cls = type("Guarded", (Users,), {"auth": auth})
    scope = "users:read"
    forged = [token(**changed, scope=scope) for changed in FORGED.values()]
    forged += [unsigned({"alg": "none"}), hmac_with(PEM), token(scope=scope, pad="x" * 6500)]
    async with testing.running(cls()) as client:
        for text in forged:
            call: Any = getattr(client.with_token(text), face)
            with pytest.raises(RpcError) as caught:
                await call("find")
            assert caught.value.code is Code.UNAUTHENTICATED
        for text, expected in ((token(scope="users:readall"), None), (token(scope=scope), 7)):
            call = getattr(client.with_token(text), face)
            if expected is None:
                with pytest.raises(RpcError) as caught:
                    await call("find")
                assert caught.value.code is Code.PERMISSION_DENIED
            else:
                assert await call("find") == expected


# -- keys ------------------------------------------------------------------------------------


async def test_keys_in_a_file_are_rotated(file: Path, auth: JwtAuth) -> None:
    fresh = token(key=OTHER, kid="new")
    assert await verify(auth, fresh) is None
    file.write_text(json.dumps({"keys": [jwk("RS256", "new", OTHER)]}))  # noqa: ASYNC240
    assert await verify(auth, fresh) is not None
    assert await verify(auth, token()) is None


async def test_a_token_without_a_key_id(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"keys": [jwk("RS256", "r", RSA)]}))
    one = JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=path)
    assert await verify(one, jwt.encode(claims(), RSA, "RS256")) is not None


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "r"}]}',
     json.dumps({"keys": [{**jwk("RS256", "r", RSA), "use": "enc"}]})],
)  # fmt: skip
def test_files_without_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(text)
    with pytest.raises(StartError, match="holds no "):
        JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=path)


@pytest.mark.parametrize("place", ["http://issuer.test/jwks", "ftp://issuer.test/jwks"])
def test_places_that_are_not_safe(place: str) -> None:
    with pytest.raises(StartError, match="is no place for keys"):
        JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=place)


class Issuer:
    """Serves a set of keys, and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys: Any = JWKS
        self.asked = 0
        issuer = self

        class Handler(RequestHandler):
            async def get(self) -> None:
                issuer.asked += 1
                await asyncio.sleep(0.05)
                if issuer.keys is None:
                    self.send_error(500)
                else:
                    self.write(issuer.keys)

        self.server = HTTPServer(Application([("/jwks", Handler)], log_function=lambda _: None))
        socket, port = bind_unused_port()
        self.server.add_socket(socket)
        self.url = f"http://127.0.0.1:{port}/jwks"


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.server.stop()


async def test_keys_at_an_address_are_fetched_once(issuer: Issuer) -> None:
    auth = JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=issuer.url)
    found = await asyncio.gather(*(verify(auth, token()) for _ in range(20)))
    assert all(found)
    assert issuer.asked == 1
    for _ in range(20):  # unknown keys do not make us ask again and again
        assert await verify(auth, token(kid="x")) is None
    assert issuer.asked == 1


async def test_keys_at_an_address_are_rotated(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=issuer.url)
    assert await verify(auth, token()) is not None
    issuer.keys = {"keys": [jwk("RS256", "new", OTHER)]}
    monkeypatch.setattr(jwks, "_MIN_AGE", 0.0)
    assert await verify(auth, token(key=OTHER, kid="new")) is not None
    assert issuer.asked == 2


async def test_without_keys_nobody_can_tell(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.keys = None
    auth = JwtAuth(issuer=ISSUER, audience=AUDIENCE, jwks=issuer.url)
    with pytest.raises(RpcError) as caught:
        await verify(auth, token())
    assert caught.value.code is Code.UNAVAILABLE
    assert "were not fetched" in caplog.text
    issuer.keys = JWKS
    monkeypatch.setattr(jwks, "_MIN_AGE", 0.0)
    assert await verify(auth, token()) is not None
    issuer.keys = None  # what was fetched still counts
    monkeypatch.setattr(jwks, "_MAX_AGE", 0.0)
    assert await verify(auth, token()) is not None


def test_the_extra_is_named() -> None:
    assert gemstone.JwtAuth is JwtAuth
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = gemstone.Nothing
