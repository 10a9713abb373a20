"""Puts the files of a run in their folder, in the place of those of the run before."""

from pathlib import Path

from gemstone_grpc.errors import StartError

MANIFEST = ".gemstone-stubs"  # names the files of ours, so that no other is touched


def check(made: Path, destination: Path) -> None:
    """Raises `StartError` when a file that we did not make is where one of `made` belongs."""
    ours = _ours(destination)
    for name in _names(made):
        there = destination / name
        if name not in ours and there.exists() and there.read_bytes() != (made / name).read_bytes():
            raise StartError(
                f"{there} exists and was not made by `gemstone stubs`: move it, or choose "
                "another --out"
            )


def move(made: Path, destination: Path) -> int:
    """Moves all files, removes what an earlier run made and this one did not; how many there are.

    A file that stays the same is not touched, which spares builds.
    """
    names = _names(made)
    destination.mkdir(parents=True, exist_ok=True)
    for name in _ours(destination) - {*names}:
        _remove(destination, name)
    (destination / MANIFEST).write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    for name in names:
        there = destination / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if not there.exists() or there.read_bytes() != (made / name).read_bytes():
            (made / name).replace(there)
    return len(names)


def _names(folder: Path) -> list[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path.relative_to(folder).as_posix() for path in files)


def _ours(destination: Path) -> set[str]:
    manifest = destination / MANIFEST
    return set(manifest.read_text(encoding="utf-8").splitlines()) if manifest.exists() else set()


def _remove(destination: Path, name: str) -> None:
    there = destination / name
    there.unlink(missing_ok=True)
    for folder in there.relative_to(destination).parents[:-1]:
        if any((destination / folder).iterdir()):
            break
        (destination / folder).rmdir()
