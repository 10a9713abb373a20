"""TLS on both ports: from files, anew when they change, and certificates that callers show."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
import trustme
from tornado.httpclient import AsyncHTTPClient

import gemstone_grpc as gemstone
from gemstone_grpc import CertificateAuth, Code, RpcError, StartError, testing
from gemstone_grpc.testing import error_from_grpc


class Users(gemstone.MicroService):
    name = "users"
    auth: Any = (CertificateAuth({"billing.test": {"users:read"}}),)

    @gemstone.exposed_method()
    async def find(self) -> int:
        return 7

    @gemstone.exposed_method(private=True)
    async def whoami(self, context: gemstone.Context) -> list[str]:
        assert context.identity is not None
        return [context.identity.subject, context.identity.kind, *context.identity.scopes]


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def folder(ca: trustme.CA, tmp_path: Path) -> Path:
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    certify(ca, tmp_path)
    return tmp_path


def certify(ca: trustme.CA, folder: Path, *names: str) -> None:
    """A new certificate and key for the server."""
    issued = ca.issue_cert("localhost", "127.0.0.1", *names)
    issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    issued.private_key_pem.write_to_path(folder / "key.pem")


def secured(folder: Path, **settings: Any) -> Users:
    return Users(tls_cert=f"{folder}/cert.pem", tls_key=f"{folder}/key.pem", **settings)


async def test_both_ports_speak_tls(folder: Path) -> None:
    async with testing.running(secured(folder), ca=folder / "ca.pem") as client:
        assert client.api_url.startswith("https://127.0.0.1:")
        assert await client.jsonrpc("find") == 7
        assert await client.grpc("find") == 7
        plain = client.api_url.replace("https", "http")
        with pytest.raises(Exception, match=r"closed|reset|599"):
            await AsyncHTTPClient().fetch(plain, request_timeout=5)
        async with grpc.aio.insecure_channel(client.wired.grpc_address) as channel:
            call: Any = channel.unary_unary(client.path("find"))
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call(b"", timeout=5)
            assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def serial(client: testing.SocketClient, port: int) -> int:
    """The serial number of the certificate that a new connection gets."""
    context = ssl.create_default_context(cafile=str(client.ca))
    context.set_alpn_protocols(["h2", "http/1.1"])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    found: Any = writer.get_extra_info("peercert")
    writer.close()
    return int(found["serialNumber"], 16)


async def test_a_renewed_certificate_is_used_without_a_restart(
    ca: trustme.CA, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with testing.running(secured(folder), ca=folder / "ca.pem") as client:
        ports = (client.wired.lifecycle.port, client.wired.lifecycle.grpc_port)
        first = {await serial(client, port) for port in ports}
        assert len(first) == 1
        certify(ca, folder)
        second = {await serial(client, port) for port in ports}
        assert len(second) == 1
        assert second != first
        assert await client.jsonrpc("find") == 7
        assert await client.grpc("find") == 7  # over the connection from before, too
        (folder / "cert.pem").write_text("nonsense")
        assert {await serial(client, port) for port in ports} == second
        assert caplog.text.count("the certificate read before is still used") == 1


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_versions_that_are_spoken(folder: Path, version: ssl.TLSVersion) -> None:
    async with testing.running(secured(folder), ca=folder / "ca.pem") as client:
        for port in (client.wired.lifecycle.port, client.wired.lifecycle.grpc_port):
            assert await handshake(folder, port, version)


@pytest.mark.filterwarnings("ignore:.*TLSv1_1 is deprecated:DeprecationWarning")
async def test_a_version_that_is_not(folder: Path) -> None:
    async with testing.running(secured(folder), ca=folder / "ca.pem") as client:
        for port in (client.wired.lifecycle.port, client.wired.lifecycle.grpc_port):
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await handshake(folder, port, ssl.TLSVersion.TLSv1_1)


async def handshake(folder: Path, port: int, version: ssl.TLSVersion) -> bool:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    context.set_alpn_protocols(["h2", "http/1.1"])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.close()
    return True


# -- certificates of callers -----------------------------------------------------------------


@asynccontextmanager
async def caller(folder: Path, address: str, ca: trustme.CA, name: str) -> AsyncIterator[Any]:
    """A channel that shows a certificate of this name."""
    own = ca.issue_cert(name)
    credentials = grpc.ssl_channel_credentials(
        (folder / "ca.pem").read_bytes(),
        own.private_key_pem.bytes(),
        own.cert_chain_pems[0].bytes(),
    )
    async with grpc.aio.secure_channel(address, credentials) as channel:
        yield channel


async def test_a_certificate_is_an_identity(ca: trustme.CA, folder: Path) -> None:
    service = secured(folder, client_ca=f"{folder}/ca.pem")
    async with testing.running(service, ca=folder / "ca.pem") as client:
        address, path = client.wired.grpc_address, client.path("whoami")
        result = client.face.codecs["whoami"].result_from_wire
        for name, expected in (
            ("billing.test", ["billing.test", "certificate", "users:read"]),
            ("other.test", ["other.test", "certificate"]),
        ):
            async with caller(folder, address, ca, name) as channel:
                assert result(await channel.unary_unary(path)(b"")) == expected
        with pytest.raises(RpcError) as caught:  # the public face shows none
            await client.jsonrpc("whoami")
        assert caught.value.code is Code.UNAUTHENTICATED
        assert await client.jsonrpc("find") == 7


async def test_a_certificate_of_nobody_we_trust(ca: trustme.CA, folder: Path) -> None:
    service = secured(folder, client_ca=f"{folder}/ca.pem")
    async with testing.running(service, ca=folder / "ca.pem") as client:
        with pytest.raises(RpcError) as caught:
            await client.grpc("find")  # none at all
        assert caught.value.code is Code.UNAVAILABLE
        async with caller(folder, client.wired.grpc_address, trustme.CA(), "x.test") as channel:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await channel.unary_unary(client.path("find"))(b"", timeout=5)
            assert error_from_grpc(refused.value).code is Code.UNAVAILABLE


# -- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"tls_cert": "cert.pem"}, "tls_cert and tls_key belong together: give both, or none"),
        ({"tls_key": "key.pem"}, "tls_cert and tls_key belong together: give both, or none"),
        ({"client_ca": "ca.pem"}, "client_ca needs TLS: give tls_cert and tls_key too"),
        ({"tls_cert": "no.pem", "tls_key": "key.pem"}, "no.pem cannot be read: No such file"),
        ({"tls_cert": "cert.pem", "tls_key": "other.pem"},
         "cert.pem and its key cannot be used (KEY_VALUES_MISMATCH): both are PEM"),
        ({"tls_cert": "text.pem", "tls_key": "key.pem"}, "text.pem and its key cannot be used ("),
        ({"tls_cert": "cert.pem", "tls_key": "locked.pem"},
         "cert.pem and its key cannot be used (the key has a password): both are PEM"),
        ({"tls_cert": "cert.pem", "tls_key": "key.pem", "client_ca": "text.pem"},
         "text.pem and its key cannot be used ("),
    ],
)  # fmt: skip
def test_mistakes(
    settings: dict[str, str], words: str, ca: trustme.CA, folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from cryptography.hazmat.primitives import serialization as s

    monkeypatch.chdir(folder)
    Path("text.pem").write_text("nothing")
    ca.issue_cert("other.test").private_key_pem.write_to_path("other.pem")
    key: Any = s.load_pem_private_key(Path("key.pem").read_bytes(), None)
    locked = s.BestAvailableEncryption(b"secret")
    Path("locked.pem").write_bytes(key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, locked))
    with pytest.raises(StartError) as refused:
        Users(**settings).wire({})
    assert str(refused.value).startswith(words)


async def test_a_token_without_tls_is_worth_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.running(Users(host="0.0.0.0", allowed_hosts=["0.0.0.0"])) as client:
        for _ in range(2):
            with pytest.raises(RpcError):
                await client.with_token("gs_a_b").jsonrpc("find")
    assert caplog.text.count("without TLS") == 1
    assert "gs_a_b" not in caplog.text
