"""`gemstone token`, as whoever keeps the keys uses it."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from gemstone_grpc import RpcError, TokenAuth, TokenStore, testing
from gemstone_grpc.cli import main
from tests.test_auth import Users

Gemstone = Callable[..., tuple[int, str, str]]
KEY = re.compile(r"gs_[a-z0-9]{12}_[A-Za-z0-9_-]{32}")


@pytest.fixture
def gemstone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Gemstone:
    """`gemstone token` in an empty folder: its exit status, its output and its errors."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEMSTONE_TOKEN_STORE", "sqlite:///tokens.db")

    def run(*words: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(["token", *words])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


def created(gemstone: Gemstone, *words: str) -> str:
    status, out, _ = gemstone("create", "--name", "ann", *words)
    assert status == 0
    key = out.splitlines()[-1]
    assert KEY.fullmatch(key)
    return key


def rows(gemstone: Gemstone) -> list[list[str]]:
    status, out, _ = gemstone("list")
    assert status == 0
    return [re.split(r" {2,}", line) for line in out.splitlines()[1:]]


async def test_a_key_from_its_making_to_its_end(gemstone: Gemstone) -> None:
    key = created(gemstone, "--scope", "users:write", "--scope", "users:read", "--ttl", "30d")
    cls = type("Stored", (Users,), {"auth": TokenStore("sqlite:///tokens.db")})
    async with testing.in_memory(cls()) as client:
        assert await client.with_token(key).jsonrpc("rename", [7]) == 7
        ((id_, name, scopes, made, expires, _, state),) = rows(gemstone)
        assert (name, scopes, state) == ("ann", "users:read users:write", "live")
        assert made < expires
        assert key not in gemstone("list")[1]
        status, out, _ = gemstone("rotate", "--name", "ann")
        assert status == 0
        second = out.splitlines()[-1]
        assert await client.with_token(second).jsonrpc("rename", [7]) == 7
        assert await client.with_token(key).jsonrpc("rename", [7]) == 7
        assert gemstone("rotate", "--name", "ann")[0] == 2
        assert gemstone("revoke", id_) == (0, f"revoked {id_} of ann\n", "")
        with pytest.raises(RpcError):
            await client.with_token(key).jsonrpc("rename", [7])
        assert await client.with_token(second).jsonrpc("rename", [7]) == 7
    assert [row[-1] for row in rows(gemstone)] == ["revoked", "live"]


def test_the_key_is_alone_in_the_output(gemstone: Gemstone) -> None:
    _, out, err = gemstone("create", "--name", "ann")
    assert KEY.fullmatch(out.strip())
    assert "it is not shown again" in err


async def test_an_entry_without_a_store(
    gemstone: Gemstone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMSTONE_TOKEN_STORE")
    _, out, _ = gemstone("create", "--name", "ann", "--scope", "users:write")
    entry, key = out.splitlines()
    monkeypatch.setenv("USERS_TOKENS", entry)
    cls = type("Entered", (Users,), {"auth": TokenAuth.from_env("USERS_TOKENS")})
    async with testing.in_memory(cls()) as client:
        assert await client.with_token(key).jsonrpc("rename", [7]) == 7


def test_a_list_as_json(gemstone: Gemstone) -> None:
    assert json.loads(gemstone("list", "--json")[1]) == []
    created(gemstone, "--scope", "b", "--scope", "a")
    (token,) = json.loads(gemstone("list", "--json")[1])
    assert token["scopes"] == ["a", "b"]
    assert (token["expires"], token["last_used"], token["state"]) == (None, None, "live")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", token["created"])


def test_a_name_is_revoked_as_a_whole(gemstone: Gemstone) -> None:
    created(gemstone)
    created(gemstone)
    assert gemstone("revoke", "ann")[1].count("revoked ") == 2
    assert gemstone("revoke", "ann") == (
        2, "", "error: ann is neither the id nor the name of a live key\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["create"], "the following arguments are required: --name"),
        (["create", "--name", "two words"], "'two words' is not one word of ASCII without `;`"),
        (["create", "--name", "a", "--scope", "x;y"], "'x;y' is not one word"),
        (["create", "--name", "#a"], "'#a' is not one word"),
        (["create", "--name", "a", "--ttl", "soon"], "'soon' is no time: write 90s, 45m, 12h"),
        (["create", "--name", "a", "--ttl", "0d"], "'0d' is no time"),
        (["create", "--name", "a", "--store", "x.db"], "'x.db' is no token store"),
        (["create", "--name", "a", "--store", "sqlite:///no/where.db"], "cannot be used: "),
        (["list", "--store", ""], "which store? give --store sqlite:///tokens.db, or set "),
        (["create", "--name", "a", "--store", "", "--ttl", "1d"], "--ttl needs a store: "),
        (["revoke", "nobody"], "nobody is neither the id nor the name of a live key"),
        (["rotate", "--name", "nobody"], "nobody has no live key: create one"),
        ([], "COMMAND"),
    ],
)
def test_mistakes(gemstone: Gemstone, words: list[str], said: str) -> None:
    status, out, err = gemstone(*words)
    assert (status, out) == (2, "")
    assert said in err
