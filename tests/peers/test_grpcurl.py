"""grpcurl, which knows nothing but an address: it lists, describes and calls through reflection."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from examples.users import Users
from gemstone_grpc import testing
from tests.peers import programs

BUILD = Path(__file__).parent.parent.parent / "build" / "grpcurl"
MODULE = "github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.3"


@pytest.fixture(scope="module")
async def grpcurl() -> str:
    """The path of the program, installed once."""
    if not (BUILD / "grpcurl").exists():
        go = programs.find("go")
        await programs.run("env", f"GOBIN={BUILD}", go, "install", MODULE)
    return str(BUILD / "grpcurl")


@pytest.fixture(scope="module")
async def address() -> AsyncIterator[str]:
    """Where examples/users.py is."""
    async with testing.running(Users()) as client:
        await client.grpc("users.create", email="ann@example.com")
        yield client.wired.grpc_address


pytestmark = pytest.mark.timeout(600)


async def test_it_lists(grpcurl: str, address: str) -> None:
    listed = await programs.run(grpcurl, "-plaintext", address, "list")
    assert listed.decode().split() == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        "users.v1.UsersService",
    ]
    rpcs = await programs.run(grpcurl, "-plaintext", address, "list", "users.v1.UsersService")
    assert "users.v1.UsersService.UsersFind" in rpcs.decode().split()


async def test_it_describes(grpcurl: str, address: str) -> None:
    said = await programs.run(grpcurl, "-plaintext", address, "describe", "users.v1.User")
    assert "optional string nickname = 4;" in said.decode()


async def test_it_calls(grpcurl: str, address: str) -> None:
    method = "users.v1.UsersService/UsersFind"
    flags = ("-plaintext", "-d", '{"user_id": 1}')
    answer = json.loads(await programs.run(grpcurl, *flags, address, method))
    assert answer["result"]["email"] == "ann@example.com"


async def test_it_reads_a_stream_until_its_deadline(grpcurl: str, address: str) -> None:
    printed, said = await failed(grpcurl, "-max-time", "1", 1, address, "UsersWatch")
    assert json.loads(printed)["result"]["id"] == "1"
    assert "Code: DeadlineExceeded" in said


async def test_it_shows_an_error_with_its_details(grpcurl: str, address: str) -> None:
    _, said = await failed(grpcurl, "-max-time", "10", 9, address, "UsersFind")
    assert "Code: NotFound" in said
    assert "Message: No user has this id." in said
    assert '"@type": "type.googleapis.com/google.protobuf.Struct"' in said
    assert '"user_id": 9' in said


async def failed(
    grpcurl: str, flag: str, value: str, user_id: int, address: str, rpc: str
) -> tuple[str, str]:
    """What a call that fails prints, and its errors."""
    flags = ("-plaintext", flag, value, "-d", json.dumps({"user_id": user_id}))
    process = await asyncio.create_subprocess_exec(
        grpcurl, *flags, address, f"users.v1.UsersService/{rpc}",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert process.returncode != 0
    return out.decode(), err.decode()
