"""The `gemstone` command, as a newcomer types it: in a process of its own."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from google.protobuf.struct_pb2 import Value
from tornado.httpclient import AsyncHTTPClient

ROOT = Path(__file__).parent.parent
GEMSTONE = str(Path(sys.executable).parent / "gemstone")
HELLO = "examples.hello_world:HelloWorldService"
ENVIRONMENT = {name: value for name, value in os.environ.items() if "GEMSTONE" not in name}


def run(*words: str, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [GEMSTONE, *words],
        cwd=cwd,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def refusal(*words: str, cwd: Path = ROOT, **environment: str) -> str:
    """The last line of a command that ends as a mistake does: with 2, and no traceback."""
    done = run(*words, cwd=cwd, **environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    return done.stderr.splitlines()[-1]


# -- help ------------------------------------------------------------------------------------


def test_help() -> None:
    done = run("--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "run       serve a class" in done.stdout


def test_help_of_run() -> None:
    done = run("run", "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert "module:Class" in done.stdout
    assert "GEMSTONE_PORT" in done.stdout
    for flag in ("--host", "--port", "--grpc-port", "--access-log off|text|json"):
        assert flag in done.stdout


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"gemstone {version('gemstone-grpc')}\n")


# -- mistakes --------------------------------------------------------------------------------


def test_commands_that_are_none() -> None:
    assert refusal() == "gemstone: error: the following arguments are required: COMMAND"
    assert "invalid choice: 'serve' (choose from" in refusal("serve")
    assert refusal("run") == (
        "gemstone run: error: the following arguments are required: module:Class"
    )


@pytest.mark.parametrize(
    "target", ["users", "users:", ":Users", "users.py:Users", "shop/users:Users", ".users:Users"]
)
def test_a_target_that_names_no_class(target: str) -> None:
    assert refusal("run", target) == (
        f"error: {target!r} names no class: write module:Class, such as shop.users:Users for the "
        "class Users in shop/users.py"
    )


@pytest.mark.parametrize(
    ("target", "missing"),
    [("nowhere:Users", "nowhere"), ("nowhere.users:Users", "nowhere"),
     ("examples.nowhere:Users", "examples.nowhere")],
)  # fmt: skip
def test_a_module_that_is_missing(target: str, missing: str) -> None:
    assert refusal("run", target) == (
        f"error: no module {missing!r} in {ROOT} or among the installed packages: "
        "run the command from the folder that holds it"
    )


def test_a_class_that_is_missing_comes_with_an_offer() -> None:
    assert refusal("run", "examples.hello_world:Hello") == (
        "error: examples.hello_world has no service 'Hello': it has HelloWorldService"
    )
    assert refusal("run", "examples.hello_world:gemstone") == (
        "error: examples.hello_world has no service 'gemstone': it has HelloWorldService"
    )
    assert refusal("run", "gemstone_grpc.errors:Code") == (
        "error: gemstone_grpc.errors has no service 'Code': it has no MicroService"
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("import nowhere_else", "ModuleNotFoundError: No module named 'nowhere_else'"),
        ("import broken.part", "ModuleNotFoundError: No module named 'broken.part'"),
        ("from gemstone_grpc import Gemstone", "ImportError: cannot import name 'Gemstone'"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def", "SyntaxError: invalid syntax"),
    ],
)
def test_a_module_that_fails_keeps_its_traceback(text: str, error: str, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(f"{text}\n", encoding="utf-8")
    done = run("run", "broken:Users", cwd=tmp_path)
    assert done.returncode == 1
    assert "Traceback (most recent call last):" in done.stderr
    assert f'{tmp_path / "broken.py"}", line 1' in done.stderr
    assert done.stderr.splitlines()[-1].startswith(error)


MISTAKEN = """
import gemstone_grpc as gemstone

class Users(gemstone.MicroService):
    name = "users"

    @gemstone.exposed_method()
    def find(self, key: complex) -> None: ...
"""


def test_a_mistake_in_the_class_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "users.py").write_text(MISTAKEN, encoding="utf-8")
    assert refusal("run", "users:Users", cwd=tmp_path) == (
        "error: Users.find, parameter `key`: `complex` is not supported: use a dataclass of its "
        "two parts"
    )
    bare = MISTAKEN.replace("exposed_method()", "exposed_method")
    (tmp_path / "users.py").write_text(bare, encoding="utf-8")
    assert refusal("run", "users:Users", cwd=tmp_path) == (
        "error: Users.find: write @exposed_method() with parentheses"
    )


def test_values_of_settings() -> None:
    expectation = "expected a whole number from 0 to 65535"
    assert refusal("run", HELLO, "--port", "abc") == f"error: --port='abc': {expectation}"
    assert (
        refusal("run", HELLO, GEMSTONE_PORT="abc") == f"error: GEMSTONE_PORT='abc': {expectation}"
    )
    assert refusal("run", HELLO, "--prot", "1") == (
        "gemstone: error: unrecognized arguments: --prot 1"
    )


# -- serving ---------------------------------------------------------------------------------

LINE = re.compile(
    r".* INFO gemstone: hello_world_service v1 serves JSON-RPC at (http://127\.0\.0\.1:\d+/api) "
    r"and gRPC at (127\.0\.0\.1:\d+)\n"
)
WAYS = {
    "gemstone run": [GEMSTONE, "run", HELLO],
    "python -m": [sys.executable, "-m", "examples.hello_world"],
}


@asynccontextmanager
async def started(command: list[str]) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, str]]:
    """A process that serves, and the two addresses that its first line names."""
    process = await asyncio.create_subprocess_exec(
        *command, "--port", "0", "--grpc-port", "0",
        cwd=ROOT, env=ENVIRONMENT, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(30):
            assert process.stderr is not None
            line = (await process.stderr.readline()).decode()
            match = LINE.fullmatch(line)
            assert match is not None, line
            yield process, match[1], match[2]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("way", WAYS)
async def test_it_serves_until_a_signal(way: str, number: signal.Signals) -> None:
    async with started(WAYS[way]) as (process, url, address):
        assert await over_http(url) == "hello world"
        assert await over_grpc(address) == "hello world"
        process.send_signal(number)
        assert process.stderr is not None
        rest = (await process.stderr.read()).decode().splitlines()
        assert await process.wait() == 0
    assert [line.partition(" INFO gemstone: ")[2] for line in rest] == [
        "stopping: running calls may finish; another signal ends at once"
    ]


async def over_http(url: str) -> Any:
    call = {"jsonrpc": "2.0", "id": 1, "method": "say_hello", "params": {"name": "world"}}
    answer = await AsyncHTTPClient().fetch(
        url, method="POST", headers={"Content-Type": "application/json"}, body=json.dumps(call)
    )
    return json.loads(answer.body)["result"]


async def over_grpc(address: str) -> str:
    async with grpc.aio.insecure_channel(address) as channel:
        call: Any = channel.unary_unary("/hello_world_service.v1.HelloWorldService/SayHello")
        name = Value(string_value="world").SerializeToString()
        answer: bytes = await call(bytes([0x0A, len(name)]) + name)  # both are field 1
        return Value.FromString(answer[2:]).string_value


def test_a_script_takes_the_same_flags() -> None:
    done = subprocess.run(
        [*WAYS["python -m"], "--port", "abc"],
        cwd=ROOT,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "error: --port='abc': expected a whole number from 0 to 65535\n"
