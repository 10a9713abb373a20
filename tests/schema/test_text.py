"""The text of contracts: golden, and content with buf, in the form that `buf format` gives."""

import shutil
from pathlib import Path

from gemstone_grpc.schema import protofile
from gemstone_grpc.schema.descriptor import file_descriptor
from tests.schema import buf, pinned
from tests.schema.everything import Everything
from tests.schema.sources import api

ROOT = Path(__file__).parent.parent.parent


def test_the_golden_file(tmp_path: Path) -> None:
    contract = api(Everything()).derived()
    text = protofile.write(file_descriptor(contract))
    pinned.check("everything.proto", text)
    path = tmp_path / "proto" / contract.file
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    assert content(tmp_path) == ""


def test_the_examples(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "proto", tmp_path / "proto")
    assert content(tmp_path) == ""


def content(folder: Path) -> str:
    """What buf would have otherwise."""
    return buf.lint(folder) + buf.run(folder, "format", "--diff", "proto")
