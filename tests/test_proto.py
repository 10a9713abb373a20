"""`gemstone proto write` and `check`, as a person uses them while a service grows."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gemstone_grpc.cli import main
from tests.schema import sources

USERS = """
class Users(gemstone.MicroService):
    name = "users"

    @exposed_method()
    async def find(self, user_id: int) -> str:
        "Find a user."

    @exposed_method()
    async def drop(self, user_id: int, why: str) -> None: ...
"""
PATH = "proto/users/v1/users.proto"

Gemstone = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gemstone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Gemstone:
    """The command, run in an empty folder: its exit status, its output and its errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        status = 0
        try:
            main(words)
        except SystemExit as stopped:
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return run


def target(source: str) -> str:
    """The `module:Class` of a source."""
    return f"{sources.load(Path.cwd(), source).__name__}:Users"


def test_writing_is_said_and_done_once(gemstone: Gemstone) -> None:
    users = target(USERS)
    assert gemstone("proto", "write", users) == (0, f"wrote {PATH}\n", "")
    first = Path(PATH).read_bytes()
    assert gemstone("proto", "write", users) == (0, f"{PATH} is up to date\n", "")
    assert Path(PATH).read_bytes() == first
    assert gemstone("proto", "check", users) == (0, f"{PATH} is up to date\n", "")
    assert [path.name for path in Path(PATH).parent.iterdir()] == ["users.proto"]


def test_in_processes_of_their_own_the_bytes_are_the_same(tmp_path: Path) -> None:
    """Hashes are seeded anew in each."""
    name = sources.load(tmp_path, USERS).__name__
    texts = []
    for folder in ("one", "two"):
        subprocess.run(
            [sys.executable, "-m", "gemstone_grpc.cli", "proto", "write", f"{name}:Users",
             "--out", folder],
            cwd=tmp_path, check=True, timeout=60,
        )  # fmt: skip
        texts.append((tmp_path / folder / "users/v1/users.proto").read_bytes())
    assert texts[0] == texts[1]


def test_another_folder(gemstone: Gemstone) -> None:
    users = target(USERS)
    path = "contracts/users/v1/users.proto"
    assert gemstone("proto", "check", users, "--out", "contracts")[0] == 1
    assert gemstone("proto", "write", users, "--out", "contracts") == (0, f"wrote {path}\n", "")
    assert gemstone("proto", "check", users, "--out", "contracts")[0] == 0
    assert not Path("proto").exists()


def test_the_place_that_the_class_names(gemstone: Gemstone) -> None:
    path = "api/users/v1/users.proto"
    users = target(USERS.replace('"users"\n', f'"users"\n    contract = "{path}"\n'))
    assert gemstone("proto", "write", users) == (0, f"wrote {path}\n", "")
    assert gemstone("proto", "check", users) == (0, f"{path} is up to date\n", "")


def test_every_version_is_written(gemstone: Gemstone) -> None:
    users = target(
        USERS.replace(
            "class Users(gemstone.MicroService)", "class First(gemstone.Version)"
        ).replace('name = "users"', 'version = "v1"')
        + USERS.replace('"users"\n', '"users"\n    version = "v2"\n    versions = [First()]\n')
    )
    assert gemstone("proto", "write", users) == (
        0, "wrote proto/users/v2/users.proto\nwrote proto/users/v1/users.proto\n", "",
    )  # fmt: skip


def test_a_check_without_a_file(gemstone: Gemstone) -> None:
    users = target(USERS)
    assert gemstone("proto", "check", users) == (
        1, "", f"{PATH} is not there\nrun `gemstone proto write {users}`\n",
    )  # fmt: skip


def test_a_check_says_what_changed_and_whom_it_breaks(gemstone: Gemstone) -> None:
    gemstone("proto", "write", target(USERS))
    users = target(USERS.replace("user_id: int, why: str", "user_id: str, reason: str"))
    status, out, err = gemstone("proto", "check", users)
    assert (status, out) == (1, "")
    lines = err.splitlines()
    assert lines[0].startswith(f"{PATH}: DropRequest.user_id: ")
    assert "int64" in lines[0]
    assert "string" in lines[0]
    assert "the wire" in lines[0]
    assert lines[1].startswith(f"{PATH}: DropRequest.why: ")
    assert "only the source" in lines[1]
    assert lines[2].startswith(f"{PATH}: DropRequest.reason: ")
    assert lines[3] == f"run `gemstone proto write {users}`"
    assert len(lines) == 4


def test_a_check_of_comments(gemstone: Gemstone) -> None:
    gemstone("proto", "write", target(USERS))
    users = target(USERS.replace("Find a user.", "Find someone."))
    said = f"{PATH}: its comments or its order are not the code's"
    fix = f"run `gemstone proto write {users}`"
    assert gemstone("proto", "check", users) == (1, "", f"{said}\n{fix}\n")
    assert gemstone("proto", "write", users) == (0, f"wrote {PATH}\n", "")


def test_what_breaks_the_wire_is_not_written(gemstone: Gemstone) -> None:
    gemstone("proto", "write", target(USERS))
    before = Path(PATH).read_bytes()
    users = target(USERS.replace("why: str", "why: float"))
    status, out, err = gemstone("proto", "write", users)
    assert (status, out) == (2, "")
    lines = err.splitlines()
    assert lines[0] == f"error: {PATH} was not written, for this would break who uses it:"
    assert lines[1].startswith("  DropRequest.why: ")
    assert lines[2] == "if nobody does yet, delete the file and write it anew"
    assert Path(PATH).read_bytes() == before
    Path(PATH).unlink()
    assert gemstone("proto", "write", users) == (0, f"wrote {PATH}\n", "")


def test_what_breaks_less_is_written_and_said(gemstone: Gemstone) -> None:
    gemstone("proto", "write", target(USERS))
    status, out, err = gemstone("proto", "write", target(USERS.replace(", why: str", "")))
    assert (status, err) == (0, "")
    first, second = out.splitlines()
    assert first == f"wrote {PATH}"
    assert second.startswith("  DropRequest.why: ")


def test_a_reserved_name_is_refused_by_both(gemstone: Gemstone) -> None:
    gemstone("proto", "write", target(USERS))
    gemstone("proto", "write", target(USERS.replace(", why: str", "")))
    users = target(USERS)
    words = "DropRequest.why: the name is reserved, for it was removed once: choose another"
    assert gemstone("proto", "write", users) == (2, "", f"error: {words}\n")
    assert gemstone("proto", "check", users) == (1, "", f"{words}\n")


def test_a_file_written_by_hand_is_left_alone(gemstone: Gemstone) -> None:
    Path(PATH).parent.mkdir(parents=True)
    Path(PATH).write_text('syntax = "proto3";\npackage users.v1;\n')
    assert gemstone("proto", "write", target(USERS)) == (
        2, "", f"error: {PATH} was written by hand: the code follows it, and cannot write it\n",
    )  # fmt: skip


def test_a_file_with_a_mistake(gemstone: Gemstone) -> None:
    users = target(USERS)
    gemstone("proto", "write", users)
    Path(PATH).write_text(Path(PATH).read_text().replace("int64", "int65"))
    status, out, err = gemstone("proto", "write", users)
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {PATH}:")
    assert '"int65" is not defined.' in err


def test_a_folder_in_the_place_of_the_file(gemstone: Gemstone) -> None:
    Path(PATH).mkdir(parents=True)
    status, _, err = gemstone("proto", "write", target(USERS))
    assert status == 2
    assert err.startswith(f"error: {PATH} cannot be read: ")


def test_a_folder_that_cannot_be_made(gemstone: Gemstone) -> None:
    Path("proto").write_text("")
    status, _, err = gemstone("proto", "write", target(USERS))
    assert status == 2
    assert err.startswith(f"error: {PATH} cannot be written: ")


def test_help(gemstone: Gemstone) -> None:
    status, out, _ = gemstone("proto", "--help")
    assert status == 0
    assert "write the .proto of a class" in out
    status, _, err = gemstone("proto")
    assert status == 2
    assert "COMMAND" in err


EXAMPLES = ("hello_world:HelloWorldService", "users:Users", "vectors:Vectors")


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_are_up_to_date(name: str) -> None:
    root = Path(__file__).parent.parent
    done = subprocess.run(
        [sys.executable, "-m", "gemstone_grpc.cli", "proto", "check", f"examples.{name}"],
        cwd=root, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
