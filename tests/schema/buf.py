"""buf, the linter and judge of `.proto` files, run as its users run it."""

import shutil
import subprocess
import sys
from pathlib import Path

import google.type.date_pb2

BUF = Path(sys.executable).with_name("buf")
_COMMON = Path(google.type.date_pb2.__file__).parent

WORKSPACE = """\
version: v2
modules:
  - path: proto
  - path: imports
"""


def lint(folder: Path) -> str:
    """What `buf lint` (STANDARD) says of everything in `folder/proto`; nothing if it is content."""
    imports = folder / "imports/google/type"
    imports.mkdir(parents=True, exist_ok=True)
    shutil.copy(_COMMON / "date.proto", imports)
    (folder / "buf.yaml").write_text(WORKSPACE)
    return run(folder, "lint", "proto")


def run(folder: Path, *words: str) -> str:
    """What buf prints."""
    done = subprocess.run(
        [BUF, *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout + done.stderr
