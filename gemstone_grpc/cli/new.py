"""`gemstone new`: a project of the user's own, from the files in `project/`."""

import argparse
import importlib.metadata
import importlib.util
import keyword
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template
from tempfile import TemporaryDirectory

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema import names

_FILES = Path(__file__).parent / "project"
_SUFFIX = ".tmpl"  # half of them are no Python until the name is in them
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST = 30  # a line of the project's code that holds the name twice is then no longer than 100
_FOLDERS = {"build", "dist", "proto", "stubs", "tests"}
_TOOLS = {"grpc_tools", "mypy", "pytest", "ruff"}


class _Template(Template):
    """`%name` where the name goes: a Makefile is full of dollars."""

    delimiter = "%"


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Offers the command; `command` is `add_parser` of argparse's subparsers."""
    parser = command(
        "new",
        help="make a project of your own",
        description="Make the folder NAME: a service, its tests, its .proto, a Makefile and CI.",
    )
    parser.add_argument("name", metavar="NAME", help="such as shop or book_shop")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    name: str = options.name
    if reason := _unfit(name):
        raise StartError(f"{name!r} cannot be the name of a project: {reason}{_meant(name)}")
    project = Path.cwd() / name
    _make(project)
    print(f"made {name}/")
    for file in sorted(path for path in project.rglob("*") if path.is_file()):
        print(f"  {file.relative_to(project)}")
    print(f"next:\n  cd {name}\n  make test\n  make run")


def _unfit(name: str) -> str:
    """Why a project cannot have this name; empty when it can."""
    if not _NAME.fullmatch(name):
        return "a name is lower-case words joined by underscores, such as shop or book_shop"
    if len(name) > _LONGEST:
        return f"it is longer than {_LONGEST} letters"
    if keyword.iskeyword(name):
        return "it is a keyword of Python"
    if name in _FOLDERS:
        return "the project has another folder of that name"
    if name in sys.stdlib_module_names or name == "test":
        return f"it would hide the module {name!r} of Python's standard library"
    if name in _TOOLS or _is_installed(name):
        return f"it would hide the installed package {name!r}"
    return ""


def _is_installed(name: str) -> bool:
    """Whether a package, imported or distributed under this name, is there already."""
    spec = importlib.util.find_spec(name)
    if spec is not None and str(Path.cwd() / name) not in (spec.submodule_search_locations or ()):
        return True
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def _meant(name: str) -> str:
    """A question with a name that would do, `; did you mean 'my_shop'?`, or nothing."""
    close = names.snake(name).lstrip("_0123456789")
    for offer in (close, f"{close}_service"):
        if close and not _unfit(offer):
            return f"; did you mean {offer!r}?"
    return ""


def _make(project: Path) -> None:
    """Make the folder, whole or not at all: it is filled elsewhere and moved to its place."""
    try:
        if project.exists() and not (project.is_dir() and not any(project.iterdir())):
            raise StartError(f"{project} exists already: choose another name, or remove it")
        with TemporaryDirectory(prefix=f".{project.name}-", dir=project.parent) as folder:
            made = Path(folder) / project.name
            _fill(made)
            made.rename(project)
    except OSError as error:
        raise StartError(f"cannot make {project}: {error.strerror}") from None


def _fill(project: Path) -> None:
    values = {
        "name": project.name,
        "service": names.service(project.name),
        "version": importlib.metadata.version("gemstone-grpc"),
    }
    for source in _FILES.rglob(f"*{_SUFFIX}"):
        place = _substituted(str(source.relative_to(_FILES)).removesuffix(_SUFFIX), values)
        target = project / place
        target.parent.mkdir(parents=True, exist_ok=True)
        text = _substituted(source.read_text(encoding="utf-8"), values)
        target.write_text(text, encoding="utf-8")
    _write_contract(project, values["service"])


def _substituted(text: str, values: Mapping[str, str]) -> str:
    return _Template(text).substitute(values)


def _write_contract(project: Path, service: str) -> None:
    """`gemstone proto write`, in a process of its own: it imports what was just written."""
    command = [sys.executable, "-B", "-m", "gemstone_grpc.cli", "proto", "write"]
    done = subprocess.run(  # noqa: S603
        [*command, f"{project.name}.service:{service}"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StartError(done.stderr.strip().removeprefix("error: "))
