"""The programs in `clients/`: what each language needs, and how its two programs are started."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.peers import programs

CLIENTS = Path(__file__).parent.parent.parent / "clients"


@dataclass(frozen=True)
class Language:
    """A folder of `clients/`, whose `make` installs the plugins, makes the stubs and builds.

    `users` and `vectors` are commands to run in that folder; the arguments follow.
    """

    name: str
    toolchain: tuple[str, ...]
    users: tuple[str, ...]
    vectors: tuple[str, ...]

    async def build(self) -> None:
        """Make everything; without the toolchain the test is skipped, or fails in CI."""
        for program in self.toolchain:
            programs.find(program)
        await self._run("make", f"GEMSTONE={shutil.which('gemstone', path=_BESIDE_PYTHON)}")

    async def run_users(self, address: str) -> list[str]:
        """The lines that the program `users` prints."""
        return await self._run(*self.users, address)

    async def run_vectors(self, address: str) -> list[str]:
        """The lines that the program `vectors` prints; it fails when a vector does."""
        return await self._run(*self.vectors, address, str(CLIENTS / "vectors.json"))

    async def _run(self, *command: str) -> list[str]:
        printed = await programs.run(*command, folder=CLIENTS / self.name)
        return printed.decode().splitlines()


_BESIDE_PYTHON = os.fspath(Path(sys.executable).parent)

LANGUAGES = [
    Language("go", ("go",), ("build/users",), ("build/vectors",)),
    Language(
        "java",
        ("java", "mvn"),
        ("java", "-cp", "target/clients.jar:target/lib/*", "clients.UsersProgram"),
        ("java", "-cp", "target/clients.jar:target/lib/*", "clients.VectorsProgram"),
    ),
    Language(
        "python",
        ("python3",),
        ("env", "PYTHONPATH=gen", "build/venv/bin/python", "users_client.py"),
        ("env", "PYTHONPATH=gen", "build/venv/bin/python", "vectors_client.py"),
    ),
    Language("rust", ("cargo",), ("build/debug/users",), ("build/debug/vectors",)),
    Language(
        "typescript",
        ("node", "npm"),
        ("node", "build/src/users.js"),
        ("node", "build/src/vectors.js"),
    ),
]
