"""The README's code and the examples do what they say."""

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from examples.users import Role, User, Users
from gemstone_grpc import Code, RpcError, TokenStore, testing
from gemstone_grpc.stubs import LANGUAGES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def readme(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the README's Python defines, all of it in one module."""
    module: dict[str, Any] = {"__name__": "readme"}
    store = str(tmp_path_factory.mktemp("readme") / "tokens.db")
    for block in blocks("python"):
        exec(block.replace("sqlite:///tokens.db", f"sqlite:///{store}"), module)
    return module


async def test_readme_tests_itself(readme: dict[str, Any]) -> None:
    await readme["test_hello"]()


async def test_readme_curl_and_reflection(readme: dict[str, Any]) -> None:
    _, curl, call_grpc, *_ = blocks("sh")
    http_answer, grpc_answer = (json.loads(block) for block in blocks("json")[:2])
    async with testing.running(readme["HelloWorldService"]()) as client:
        line = curl.replace("http://localhost:8000/api", client.api_url)
        assert json.loads(await shell(line)) == http_answer
        line = call_grpc.replace("localhost:50051", client.wired.grpc_address)
        line = line.replace(".venv/bin/python", sys.executable)
        assert json.loads(await shell(line)) == grpc_answer


async def shell(line: str, folder: Path = ROOT) -> bytes:
    process = await asyncio.create_subprocess_shell(
        line, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output


async def test_readme_users(readme: dict[str, Any]) -> None:
    async with testing.running(readme["Users"]()) as client:
        assert (await client.jsonrpc("users.find", [7]))["email"] == "ann@example.com"
        with pytest.raises(RpcError) as caught:
            await client.jsonrpc("users.find", ["x"])
        shown = json.loads(blocks("json")[2])
        assert caught.value.code.name == shown["status"]
        assert [vars_of(v) for v in caught.value.violations] == shown["violations"]
        assert [user.id async for user in client.stream("watch", user_id=7)] == [7]
        await client.grpc("reindex")


def vars_of(violation: Any) -> dict[str, str]:
    return {"field": violation.field, "description": violation.description}


async def test_readme_contracts_and_stubs(tmp_path: Path) -> None:
    """As they stand there; the plugins of all languages are tests/clients' affair."""
    commands = [block.strip() for block in blocks("sh") if block.startswith("gemstone ")]
    write = next(command for command in commands if command.startswith("gemstone proto write"))
    stubs = next(command for command in commands if command.startswith("gemstone stubs"))
    gemstone = Path(sys.executable).with_name("gemstone")
    out = f"{tmp_path}/proto"
    said = await shell(f"{write.replace('gemstone', str(gemstone), 1)} --out {out}")
    assert said.decode() == f"wrote {out}/users/v1/users.proto\n"
    assert set(stubs.replace("--lang", "").split()[2:]) == LANGUAGES.keys()


async def test_readme_versions(readme: dict[str, Any]) -> None:
    async with testing.running(readme["UsersV2"]()) as client:
        assert await client.version("v1").jsonrpc("users.find", [7]) == "ann@example.com"
        assert (await client.jsonrpc("users.find", [7]))["id"] == 7


async def test_readme_tokens(
    readme: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = next(block for block in blocks("sh") if block.startswith("gemstone token"))
    monkeypatch.chdir(tmp_path)
    gemstone = str(Path(sys.executable).with_name("gemstone"))
    printed = await shell(command.replace("gemstone", gemstone, 1), tmp_path)
    key = printed.decode().splitlines()[-1]
    readme["Accounts"].auth = TokenStore("sqlite:///tokens.db")
    async with testing.running(readme["Accounts"]()) as client:
        assert await client.with_token(key).jsonrpc("whoami") == "alice"
        await client.with_token(key).grpc("close", account_id=7)
        with pytest.raises(RpcError):
            await client.jsonrpc("whoami")


async def test_readme_interceptor(readme: dict[str, Any]) -> None:
    async with testing.in_memory(readme["Timed"]()) as client:
        assert await client.jsonrpc("now") > 0


async def test_users() -> None:
    async with testing.running(Users()) as client:
        created = await client.jsonrpc("users.create", ["ann@example.com", "editor", "a", "b"])
        assert {**created, "created": ""} == {
            "id": 1, "email": "ann@example.com", "role": "editor", "nickname": None,
            "tags": ["a", "b"], "created": "",
        }  # fmt: skip
        seen: list[User] = []
        async for user in client.stream("users.watch", user_id=1):
            seen.append(user)
            if len(seen) == 2:
                break
            await client.jsonrpc("users.rename", {"user_id": 1, "nickname": "annie"})
        assert [user.nickname for user in seen] == [None, "annie"]
        assert seen[0].role is Role.EDITOR
        for call in (client.jsonrpc("users.find", [2]), client.grpc("users.find", user_id=2)):
            with pytest.raises(RpcError) as caught:
                await call
            assert caught.value.code is Code.NOT_FOUND
            assert caught.value.message == "No user has this id."
            assert caught.value.details == {"user_id": 2}


async def test_call_grpc_says_what_is_wrong() -> None:
    async with testing.running(Users()) as client:
        address = client.wired.grpc_address
        for arguments, words in (
            (f"{address} Nope", "error: no service at this address has the rpc Nope"),
            (f"{address} UsersFind '{{\"user_id\": 9}}'", "error: NOT_FOUND: No user has this id."),
            ("localhost:1 SayHello", "error: UNAVAILABLE: "),
        ):
            process = await asyncio.create_subprocess_shell(
                f"{sys.executable} -m examples.call_grpc {arguments}",
                cwd=ROOT,
                stderr=asyncio.subprocess.PIPE,
            )
            _, errors = await process.communicate()
            assert process.returncode == 1
            assert errors.decode().startswith(words)
