"""`gemstone new`: what it makes works as it is, with its own commands."""

import asyncio
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.test_cli import ENVIRONMENT, ROOT, refusal, run

BIN = Path(sys.executable).parent
PROJECT = ROOT / "gemstone_grpc" / "cli" / "project"
PROTO = "proto/shop/v1/shop.proto"
FILES = [
    ".github/workflows/ci.yml",
    ".gitignore",
    "Makefile",
    "README.md",
    PROTO,
    "pyproject.toml",
    "shop/__init__.py",
    "shop/service.py",
    "tests/test_service.py",
]


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# -- names -----------------------------------------------------------------------------------

SPELLING = "a name is lower-case words joined by underscores, such as shop or book_shop"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("my-shop", f"{SPELLING}; did you mean 'my_shop'?"),
        ("MyShop", f"{SPELLING}; did you mean 'my_shop'?"),
        ("shop.users", f"{SPELLING}; did you mean 'shop_users'?"),
        ("2shop_", f"{SPELLING}; did you mean 'shop'?"),
        ("../shop", f"{SPELLING}; did you mean 'shop'?"),
        ("JSON", f"{SPELLING}; did you mean 'json_service'?"),
        ("größe", SPELLING),
        ("", SPELLING),
        ("a" * 31, "it is longer than 30 letters"),
        ("class", "it is a keyword of Python; did you mean 'class_service'?"),
        ("json", "it would hide the module 'json' of Python's standard library; "
                 "did you mean 'json_service'?"),
        ("test", "it would hide the module 'test' of Python's standard library; "
                 "did you mean 'test_service'?"),
        ("grpc", "it would hide the installed package 'grpc'; did you mean 'grpc_service'?"),
        ("google", "it would hide the installed package 'google'; did you mean 'google_service'?"),
        ("grpcio", "it would hide the installed package 'grpcio'; did you mean 'grpcio_service'?"),
        ("proto", "the project has another folder of that name; did you mean 'proto_service'?"),
    ],
)  # fmt: skip
def test_names_that_are_none(name: str, reason: str, tmp_path: Path) -> None:
    said = refusal("new", name, cwd=tmp_path)
    assert said == f"error: {name!r} cannot be the name of a project: {reason}"
    assert list(tmp_path.iterdir()) == []


# -- the folder ------------------------------------------------------------------------------


def test_it_says_what_it_made_and_what_to_do_next(tmp_path: Path) -> None:
    done = run("new", "shop", cwd=tmp_path, PYTHONDONTWRITEBYTECODE="")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "made shop/", *(f"  {file}" for file in FILES),
        "next:", "  cd shop", "  make test", "  make run",
    ]  # fmt: skip
    assert files(tmp_path) == [f"shop/{file}" for file in FILES]
    (tmp_path / "ours").mkdir()
    assert (tmp_path / "shop").stat().st_mode == (tmp_path / "ours").stat().st_mode


def test_an_empty_folder_is_filled_and_another_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    assert run("new", "shop", cwd=tmp_path).returncode == 0
    (tmp_path / "shop" / "Makefile").write_text("mine", encoding="utf-8")
    assert refusal("new", "shop", cwd=tmp_path) == (
        f"error: {tmp_path / 'shop'} exists already: choose another name, or remove it"
    )
    assert (tmp_path / "shop" / "Makefile").read_text(encoding="utf-8") == "mine"
    (tmp_path / "stand").write_text("", encoding="utf-8")
    assert "exists already" in refusal("new", "stand", cwd=tmp_path)


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    said = refusal("new", "shop", cwd=tmp_path, GEMSTONE_PROT="1")
    assert said == "error: GEMSTONE_PROT is no setting: did you mean GEMSTONE_PORT?"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "stand").symlink_to("nowhere")
    assert refusal("new", "stand", cwd=tmp_path) == (
        f"error: cannot make {tmp_path / 'stand'}: Not a directory"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["stand"]


@pytest.mark.parametrize("name", ["item", "service", "list", "a" * 30])
def test_any_name_makes_good_code(name: str, tmp_path: Path) -> None:
    assert run("new", name, cwd=tmp_path).returncode == 0
    for command in ("ruff check .", "ruff format --check .", "python -m pytest -q"):
        program, *words = command.split()
        done = subprocess.run(
            [BIN / program, *words],
            cwd=tmp_path / name,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr


# -- the commands of what it makes -----------------------------------------------------------

for_pip = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout as users install it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("gemstone_grpc", "gateway"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", "out"]
    subprocess.run([*command, "."], cwd=folder, check=True)
    return next((folder / "out").iterdir())


class Made:
    """A project, and its `make`, for which gemstone-grpc is the wheel of this checkout."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.folder = folder
        constraint = folder.parent / "constraints.txt"
        constraint.write_text(f"gemstone-grpc @ {wheel.as_uri()}\n", encoding="utf-8")
        ours = {"ARGS", "MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "SERVICE"}
        self.environment = {
            **{name: value for name, value in ENVIRONMENT.items() if name not in ours},
            "PIP_CONSTRAINT": str(constraint),
            "PYTHON": sys.executable,
        }

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def done(self, *words: str) -> str:
        """What a command prints that must not fail."""
        done = self.make(*words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def blocks(self, language: str) -> list[str]:
        """What its README shows."""
        text = (self.folder / "README.md").read_text(encoding="utf-8")
        return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def shop(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("new")
    assert run("new", "shop", cwd=folder).returncode == 0
    made = Made(folder / "shop", wheel)
    made.done("setup")
    return made


@for_pip
def test_the_wheel_holds_every_file(wheel: Path) -> None:
    inside = {name for name in ZipFile(wheel).namelist() if "/cli/project/" in name}
    assert inside == {f"gemstone_grpc/cli/project/{file}" for file in files(PROJECT)}


@for_pip
def test_make_lists_its_commands(shop: Made) -> None:
    listed = [line.split()[1] for line in shop.done().splitlines()]
    assert listed == ["help", "setup", "run", "test", "check", "proto", "proto-check", "stubs"]


@for_pip
def test_make_test_and_check(shop: Made) -> None:
    assert re.search(r"^=+ 4 passed in ", shop.done("test"), re.MULTILINE)
    shop.done("check")


@for_pip
def test_make_stubs(shop: Made) -> None:
    shop.done("stubs")
    shop.done("check")  # which leaves them alone
    client = "from shop.v1 import shop_pb2; print(shop_pb2.Item(id=7, name='lamp').name)"
    path = str(shop.folder / "stubs" / "python")
    done = subprocess.run(
        [shop.folder / ".venv/bin/python", "-W", "error", "-c", client],
        cwd=shop.folder.parent,
        env=ENVIRONMENT | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("lamp\n", "")


@asynccontextmanager
async def served(shop: Made) -> AsyncIterator[tuple[str, str]]:
    """The two addresses that `make run` prints."""
    process = await asyncio.create_subprocess_exec(
        "make", "run", "ARGS=--port 0 --grpc-port 0",
        cwd=shop.folder, env=shop.environment, stderr=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL, process_group=0,
    )  # fmt: skip
    try:
        assert process.stderr is not None
        async with asyncio.timeout(30):
            line = (await process.stderr.readline()).decode()
        match = re.search(r"serves JSON-RPC at (\S+) and gRPC at (\S+)\n", line)
        assert match is not None, line
        yield match[1], match[2]
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # make and what it runs
        await process.wait()


@for_pip
async def test_make_run_and_the_calls_of_the_readme(shop: Made) -> None:
    _, curl, grpcurl, _ = shop.blocks("sh")
    over_http, over_grpc = (json.loads(block) for block in shop.blocks("json"))
    async with served(shop) as (url, address):
        line = curl.replace("http://localhost:8000/api", url)
        assert json.loads(await output(line)) == over_http
        _, _, _, params, _, method = shlex.split(grpcurl)
        service, rpc = method.split("/")
        call = [sys.executable, "-m", "examples.call_grpc", address, rpc, params]
        assert json.loads(await output(shlex.join(call))) == over_grpc
        proto = (shop.folder / PROTO).read_text(encoding="utf-8")
        package, name = service.rsplit(".", 1)
        assert f"\npackage {package};\n" in proto
        assert f"\nservice {name} {{\n" in proto


async def output(line: str) -> bytes:
    process = await asyncio.create_subprocess_shell(line, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    assert process.returncode == 0
    return printed


@pytest.fixture
def changed(shop: Made) -> Iterator[Made]:
    """The project with one more parameter, and afterwards as it was."""
    service, proto = (shop.folder / file for file in ("shop/service.py", PROTO))
    before = {path: path.read_text(encoding="utf-8") for path in (service, proto)}
    signature = "async def get_item(self, item_id: int"
    assert signature in before[service]
    text = before[service].replace(signature, f"{signature}, year: int | None = None")
    service.write_text(text, encoding="utf-8")
    yield shop
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


@for_pip
def test_a_change_is_noticed_and_make_proto_writes_it(changed: Made) -> None:
    noticed = changed.make("test")
    assert noticed.returncode == 2
    assert "year" in noticed.stderr
    assert "gemstone proto write shop.service:ShopService" in noticed.stderr
    assert "passed" not in noticed.stdout  # the tests did not run
    refused = changed.make("run", "ARGS=--port 0 --grpc-port 0")
    assert refused.returncode == 2
    assert "year" in refused.stderr
    changed.done("proto")
    assert "  optional int64 year = 2;" in (changed.folder / PROTO).read_text(encoding="utf-8")
    changed.done("test")
