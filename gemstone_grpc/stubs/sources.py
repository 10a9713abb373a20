"""Finds `.proto` files, and the names by which they import each other."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gemstone_grpc.errors import StartError

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_PACKAGE = re.compile(r"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)


def find(paths: Iterable[Path]) -> dict[str, Path]:
    """Files and folders → each file's name, such as `users/v1/users.proto`, and its root.

    The package says what the name is: `users.v1` is at home in the folder `users/v1`. Raises
    `StartError` when a path holds no `.proto`, or one that is not at home.
    """
    found: dict[str, Path] = {}
    for path in paths:
        for file in _files(path):
            name, root = _place(file)
            if not found.setdefault(name, root).samefile(root):
                raise StartError(f"{found[name] / name} and {file} are both {name}: leave one out")
    return found


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise StartError(
            f"{path} does not exist: name a .proto file, or a folder of them; "
            "`gemstone proto write` makes one"
        )
    files = sorted(path.rglob("*.proto")) if path.is_dir() else [path]
    if not files:
        raise StartError(f"{path} holds no .proto file: `gemstone proto write` makes one")
    yield from files


def _place(file: Path) -> tuple[str, Path]:
    if file.suffix != ".proto":
        raise StartError(f"{file} is no .proto file")
    text = file.read_text(encoding="utf-8", errors="replace")
    package = _PACKAGE.search(_COMMENT.sub(" ", text))
    if package is None:
        raise StartError(f"{file} has no package: write one, such as `package users.v1;`")
    home = package[1].split(".")
    for path in (file, file.resolve()):
        if path.parts[-len(home) - 1 : -1] == (*home,):
            return "/".join((*home, file.name)), path.parents[len(home)]
    raise StartError(
        f"{file} is not at home: package {package[1]} belongs in a folder {'/'.join(home)}"
    )
