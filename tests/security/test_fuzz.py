"""A short run of `make fuzz`, in a process of its own: grpc.aio wants one loop in each."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.security
def test_nonsense() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.security.fuzz", "9"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    assert "gRPC INVALID_ARGUMENT" in done.stdout
    assert "JSON-RPC 200" in done.stdout
    assert "HTTP 400" in done.stdout
