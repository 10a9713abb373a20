"""Programs from outside Python that some of these tests run."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest


def find(name: str) -> str:
    """The path of a program. Without it the test is skipped, or fails where it must not be (CI)."""
    path = shutil.which(name)
    if path is None:
        why = f"{name} is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    return path


async def run(*command: str, folder: Path | None = None) -> bytes:
    """What a program prints; its errors fail the test."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, f"{command} failed:\n{out.decode()}{err.decode()}"
    return out
