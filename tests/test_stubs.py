"""`gemstone stubs`: what each language gets, and what is said when something is missing."""

import importlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gemstone_grpc.cli import main
from gemstone_grpc.stubs import LANGUAGES

ROOT = Path(__file__).parent.parent
BIN = Path(sys.executable).parent

Stubs = Callable[..., tuple[int, str, str]]


@pytest.fixture
def stubs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stubs:
    """`gemstone stubs` beside the examples' contracts: its exit status, output and errors."""
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    (tmp_path / "go.mod").write_text("module example.com/shop\n\ngo 1.24\n")
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(["stubs", *words])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any plugin."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("CARGO_HOME", raising=False)


def held(folder: str) -> dict[str, bytes]:
    """Every file below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }


def test_python(stubs: Stubs, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stubs("--lang", "python") == (0, "stubs/python: 12 files\n", "")
    monkeypatch.syspath_prepend("stubs/python")
    messages: Any = importlib.import_module("vectors.v1.vectors_pb2")
    services: Any = importlib.import_module("vectors.v1.vectors_pb2_grpc")
    assert messages.Everything(whole=3).HasField("whole")
    assert services.VectorsServiceStub
    typed = 'from vectors.v1.vectors_pb2 import Everything\n\nEverything(whole="x")\n'
    Path("typed.py").write_text(typed)
    done = subprocess.run(
        [BIN / "mypy", "typed.py"], env={**os.environ, "MYPYPATH": "stubs/python"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert 'Argument "whole" to "Everything" has incompatible type "str"' in done.stdout


def test_the_same_bytes_every_time_and_untouched_files(stubs: Stubs) -> None:
    stubs("--lang", "python")
    first = held("stubs")
    times = [path.stat().st_mtime_ns for path in Path("stubs").rglob("*.py")]
    stubs("--lang", "python")
    assert held("stubs") == first
    assert [path.stat().st_mtime_ns for path in Path("stubs").rglob("*.py")] == times


def test_some_files_alone(stubs: Stubs) -> None:
    assert stubs("proto/users", "--lang", "python", "--out", "made")[0] == 0
    assert sorted(held("made")) == [
        ".gemstone-stubs", "users/v1/users_pb2.py", "users/v1/users_pb2.pyi",
        "users/v1/users_pb2_grpc.py",
    ]  # fmt: skip


def test_what_a_file_imports_comes_with_it(stubs: Stubs) -> None:
    folder = Path("proto/shop/v1")
    folder.mkdir(parents=True)
    (folder / "shop.proto").write_text(
        'syntax = "proto3";\n\npackage shop.v1;\n\nimport "google/type/date.proto";\n'
        'import "users/v1/users.proto";\n\n'
        "message Order {\n  users.v1.User user = 1;\n  google.type.Date day = 2;\n}\n"
    )
    assert stubs("proto/shop", "--lang", "python", "--out", "made")[0] == 0
    assert {Path(name).name for name in held("made") if name.endswith("_pb2.py")} == {
        "shop_pb2.py", "users_pb2.py",
    }  # fmt: skip


def test_several_languages_in_a_folder_of_ones_choice(stubs: Stubs) -> None:
    plugin = Path("node_modules/.bin/protoc-gen-es")
    plugin.parent.mkdir(parents=True)
    plugin.write_text("#!/bin/sh\nprintf '\\020\\001'\n")  # knows `optional`, makes nothing
    plugin.chmod(0o700)
    words = ("--lang", "python", "--lang", "typescript", "--out", "made")
    assert stubs(*words) == (0, "made/python: 12 files\nmade/typescript: 0 files\n", "")


def test_what_was_made_before_goes_and_a_users_file_stays(stubs: Stubs) -> None:
    stubs("--lang", "python")
    own = Path("stubs/python/users/v1/own.py")
    own.write_text("mine = 1\n")
    shutil.rmtree("proto/vectors")
    stubs("--lang", "python")
    assert not Path("stubs/python/vectors").exists()
    assert own.read_text() == "mine = 1\n"


def test_a_users_file_is_not_written_over(stubs: Stubs) -> None:
    path = Path("stubs/python/users/v1/users_pb2.py")
    path.parent.mkdir(parents=True)
    path.write_text("mine = 1\n")
    status, out, err = stubs("--lang", "python")
    assert (status, out) == (2, "")
    assert err == (
        f"error: {path} exists and was not made by `gemstone stubs`: move it, or choose another "
        "--out\n"
    )
    assert held("stubs") == {"python/users/v1/users_pb2.py": b"mine = 1\n"}


# -- missing plugins -------------------------------------------------------------------------

INSTALL = {
    "go": "  go install google.golang.org/protobuf/cmd/protoc-gen-go@v",
    "java": "  mvn dependency:get -Dtransitive=false -Dartifact=io.grpc:protoc-gen-grpc-java:",
    "typescript": "  npm install --save-dev @bufbuild/protoc-gen-es@",
    "rust": "  cargo install --locked protoc-gen-prost@",
}


def test_every_language_with_plugins_is_here() -> None:
    assert {name for name, language in LANGUAGES.items() if language.plugins} == INSTALL.keys()


@pytest.mark.usefixtures("nowhere")
@pytest.mark.parametrize("language", INSTALL)
def test_a_missing_plugin_is_one_message(stubs: Stubs, language: str) -> None:
    status, out, err = stubs("--lang", "python", "--lang", language)
    assert (status, out) == (2, "")
    first, second = err.splitlines()
    assert first.startswith(f"error: --lang {language} needs protoc-gen-")
    assert first.endswith(": install with")
    assert second.startswith(INSTALL[language])
    assert not Path("stubs").exists()


def test_a_plugin_that_fails_leaves_nothing(
    stubs: Stubs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "node_modules/.bin/protoc-gen-es"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho broken >&2\nexit 3\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    status, out, err = stubs("--lang", "python", "--lang", "typescript")
    assert (status, out) == (2, "")
    assert "broken" in err
    assert "protoc-gen-es: Plugin failed with status code 3." in err
    assert "Traceback" not in err
    assert not Path("stubs").exists()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".stubs-")]


def test_go_wants_a_module(stubs: Stubs, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("protoc-gen-go", "protoc-gen-go-grpc"):  # they are not reached
        Path(name).write_text("#!/bin/sh\n")
        Path(name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{Path.cwd()}:{os.environ['PATH']}")
    Path("go.mod").unlink()
    status, _, err = stubs("--lang", "go")
    assert status == 2
    assert "there is no go.mod in " in err
    assert "run `go mod init` there" in err


# -- mistakes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "the following arguments are required: --lang"),
        (["--lang", "cobol"], "invalid choice: 'cobol' (choose from"),
        (["nowhere", "--lang", "python"], "error: nowhere does not exist: name a .proto file"),
        (["go.mod", "--lang", "python"], "error: go.mod is no .proto file"),
        (["empty", "--lang", "python"], "error: empty holds no .proto file: "),
        (["odd/users.proto", "--lang", "python"], "error: odd/users.proto is not at home: "),
        (["bare.proto", "--lang", "python"], "error: bare.proto has no package: "),
        (["bad/v1/bad.proto", "--lang", "python"], "error: bad/v1/bad.proto:3:"),
        (["--lang", "python", "--out", "go.mod"], "error: go.mod cannot be written: "),
        (["--lang", "python", "--out", "go.mod/a"], "error: go.mod/a cannot be written: "),
    ],
)
def test_mistakes(stubs: Stubs, words: list[str], said: str) -> None:
    for folder in ("empty", "odd", "bad/v1"):
        Path(folder).mkdir(parents=True)
    shutil.copy("proto/users/v1/users.proto", "odd")
    Path("bare.proto").write_text('syntax = "proto3";\n')
    Path("bad/v1/bad.proto").write_text(
        'syntax = "proto3";\npackage bad.v1;\nmessage A { int a }\n'
    )
    status, out, err = stubs(*words)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err
    assert not Path("stubs").exists()
