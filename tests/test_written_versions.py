"""Versions of a service whose files were written by hand, in one process."""

from pathlib import Path
from typing import Any

import pytest

from gemstone_grpc import MicroService, StartError, testing
from tests.schema import sources

FILE = """
syntax = "proto3";
package other;
service UsersService { rpc Ping(Empty) returns (Empty); }
message Empty {}
"""
VERSIONS = """
class Old(gemstone.Version):
    version = "v2"
    contract = "second/users.proto"

    @exposed_method()
    async def ping(self) -> None: ...

class Users(gemstone.MicroService):
    name = "users"
    contract = "users.proto"
    versions = [Old()]

    @exposed_method()
    async def ping(self) -> None: ...
"""


def service(folder: Path, file: str) -> MicroService:
    (folder / "users.proto").write_text(file)
    return sources.service(folder, VERSIONS)


@pytest.mark.parametrize(
    ("package", "words"),
    [
        (
            "other",
            "users would serve v1 and v2 as one, other.UsersService: give each version's .proto a "
            "package of its own",
        ),
        (
            "another",
            "two different files are both users.proto, which reflection cannot show: put each into "
            "a folder that is named after its package",
        ),
    ],
)
def test_versions_that_cannot_be_told_apart(package: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second/users.proto").write_text(FILE.replace("other", package))
    with pytest.raises(StartError) as refused:
        service(tmp_path, FILE).wire({})
    assert str(refused.value) == words


def test_versions_that_declare_the_same(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second/common2.proto").write_text(
        'syntax = "proto3"; package common; message E {}'
    )
    (tmp_path / "common1.proto").write_text('syntax = "proto3"; package common; message E {}')
    first = FILE.replace("message", 'import "common1.proto";\nmessage').replace(
        "(Empty)", "(common.E)"
    )
    first = first.replace("package other", "package a")
    second = first.replace("package a", "package second").replace("common1", "second/common2")
    (tmp_path / "second/users.proto").write_text(second)
    with pytest.raises(StartError) as refused:
        service(tmp_path, first).wire({})
    assert str(refused.value) == (
        "second/common2.proto cannot be served beside the other files (duplicate symbol "
        "'common.E'): give it a package of its own"
    )


async def test_versions_in_files_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second/users.proto").write_text(FILE.replace("package other", "package second"))
    async with testing.running(service(tmp_path, FILE)) as client:
        for package in ("other", "second"):
            call: Any = client.channel.unary_unary(f"/{package}.UsersService/Ping")
            assert await call(b"") == b""
