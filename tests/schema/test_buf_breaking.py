"""`buf breaking` agrees with `compare` on whom each change breaks."""

import json
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet
from hypothesis import given

from gemstone_grpc.schema.changes import compare
from tests.schema.changes_table import TABLE, versions
from tests.schema.compiled import compiled
from tests.schema.random_protos import few, version_pairs

BUF = Path(sys.executable).with_name("buf")
CATEGORIES = {"wire": "WIRE", "json": "WIRE_JSON", "source": "FILE"}


def of_buf(old: FileDescriptorSet, new: FileDescriptorSet) -> dict[str, set[str]]:
    """What each file breaks, by its name."""
    found: dict[str, set[str]] = {file.name: set() for file in old.file}
    with TemporaryDirectory() as name:
        before, after = Path(name, "old.binpb"), Path(name, "new.binpb")
        before.write_bytes(old.SerializeToString())
        after.write_bytes(new.SerializeToString())
        for kind, category in CATEGORIES.items():
            for file in _broken_files(before, after, category):
                found[file].add(kind)
    return found


def _broken_files(old: Path, new: Path, category: str) -> Iterable[str]:
    config = json.dumps({"version": "v2", "breaking": {"use": [category]}})
    done = subprocess.run(
        [BUF, "breaking", new, "--against", old, "--config", config, "--error-format=json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.returncode == (100 if done.stdout else 0)
    return {json.loads(line)["path"] for line in done.stdout.splitlines()}


def of_ours(old: FileDescriptorProto, new: FileDescriptorProto) -> set[str]:
    """What `compare` says that a file breaks."""
    return {kind for change in compare(old, new) for kind in change.breaks}


@cache
def of_buf_in_the_table() -> dict[str, set[str]]:
    return of_buf(*versions())


@pytest.mark.parametrize("index", range(len(TABLE)), ids=[row.name for row in TABLE])
def test_a_change(index: int) -> None:
    old, new = (side.file[index] for side in versions())
    assert of_ours(old, new) == of_buf_in_the_table()[old.name]


def test_the_table_is_as_long_as_promised_and_has_breaks_of_every_kind() -> None:
    assert len(TABLE) >= 40
    assert {frozenset(kinds) for kinds in of_buf_in_the_table().values()} == {
        frozenset(),
        frozenset({"source"}),
        frozenset({"source", "json"}),
        frozenset({"source", "json", "wire"}),
    }


@few
@given(version_pairs)
def test_random_changes(pairs: list[tuple[str, str]]) -> None:
    old, new = (compiled(side) for side in zip(*pairs, strict=True))
    breaks = of_buf(old, new)
    for before, after in zip(old.file, new.file, strict=True):
        assert of_ours(before, after) == breaks[before.name], f"{before}{after}"
