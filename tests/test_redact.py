"""Secrets stay secret: no token in a log, a repr, a traceback or an error; one record, one line."""

import logging
from typing import Any

import pytest

import gemstone_grpc as gemstone
from gemstone_grpc import Code, RpcError, testing
from gemstone_grpc.auth.credential import Credential, credential
from gemstone_grpc.auth.keys import new_key
from gemstone_grpc.redact import redact, redact_json

KEY = new_key().text
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


class Leaky(gemstone.MicroService):
    name = "leaky"
    access_log = "text"

    @gemstone.exposed_method()
    async def crash(self, secret: str) -> None:
        raise KeyError(f"no {secret}\n2026-01-01 INFO gemstone: all is well")

    @gemstone.exposed_method()
    async def refuse(self, secret: str) -> None:
        raise RpcError(Code.NOT_FOUND, f"no {secret}", {"tokens": [secret], "n": 1})

    @gemstone.exposed_method()
    async def peek(self, context: gemstone.Context) -> str:
        return f"{context!r} {context.metadata!r} {credential(context)!r}"


@pytest.mark.parametrize("secret", [KEY, JWT])
@pytest.mark.parametrize("face", ["jsonrpc", "grpc"])
async def test_what_a_method_lets_slip(
    face: str, secret: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with testing.running(Leaky()) as client:
        caller = client.with_token(secret)

        async def call(method: str, **params: str) -> Any:
            if face == "jsonrpc":
                return await caller.jsonrpc(method, params)
            return await caller.grpc(method, **params)

        with pytest.raises(RpcError):
            await call("crash", secret=secret)
        with pytest.raises(RpcError) as caught:
            await call("refuse", secret=secret)
        assert caught.value.message == "no [redacted]"
        assert caught.value.details == {"tokens": ["[redacted]"], "n": 1}
        assert secret not in await call("peek")
    assert secret not in caplog.text
    assert "Leaky.crash failed" in caplog.text
    assert "KeyError: 'no [redacted]" in caplog.text


async def test_one_record_is_one_line(caplog: pytest.LogCaptureFixture) -> None:
    async with testing.in_memory(Leaky()) as client:
        with pytest.raises(RpcError):
            await client.jsonrpc("crash", ["x"])
    logging.getLogger("gemstone").warning("from %s", "a\r\n2026 INFO b\x1b[31m\x00\x85\u2028c")
    (line,) = (text for text in caplog.text.splitlines() if "from a" in text)
    assert line.endswith(r"from a\r\n2026 INFO b\x1b[31m\x00\x85\u2028c")
    assert all(text.startswith(("  ", "ERROR", "WARNING")) for text in caplog.text.splitlines())


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (f"token={KEY}!", "token=[redacted]!"),
        (f"Authorization: Bearer {JWT}", "Authorization: Bearer [redacted]"),
        ("authorization: bearer anything-else x", "authorization: bearer [redacted] x"),
        ("gs_short_x and eyJ alone", "gs_short_x and eyJ alone"),
    ],
)
def test_texts(text: str, clean: str) -> None:
    assert redact(text) == clean


def test_data() -> None:
    untouched = {"a": [1, "b", None]}
    assert redact_json(untouched) is untouched
    assert redact_json({KEY: [KEY, {"x": f"a {KEY} b"}]}) == {
        "[redacted]": ["[redacted]", {"x": "a [redacted] b"}]
    }


def test_reprs() -> None:
    assert KEY not in repr(Credential(KEY))
    assert KEY not in repr(new_key())
