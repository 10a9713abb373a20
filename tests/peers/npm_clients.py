"""JSON-RPC clients from npm: a program for each in `node/`, which prints a line for each step."""

import json
from pathlib import Path
from typing import Any

from tests.peers import programs

FOLDER = Path(__file__).parent / "node"


async def jayson(url: str) -> dict[str, Any]:
    return await _run("jayson.mjs", url)


async def json_rpc_2_0(url: str) -> dict[str, Any]:
    return await _run("json-rpc-2.0.mjs", url)


async def _run(program: str, url: str) -> dict[str, Any]:
    node = programs.find("node")
    await _install()
    printed = await programs.run(node, program, url, folder=FOLDER)
    lines = [json.loads(line) for line in printed.splitlines()]
    return {line["step"]: line["answer"] for line in lines}


async def _install() -> None:
    """Fill node_modules, unless it is newer than the lock file."""
    npm = programs.find("npm")
    installed = FOLDER / "node_modules" / ".package-lock.json"
    lock = FOLDER / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        await programs.run(npm, "ci", "--no-audit", "--no-fund", folder=FOLDER)
