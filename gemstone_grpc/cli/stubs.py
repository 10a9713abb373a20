"""`gemstone stubs`: typed clients and servers for other languages, from `.proto` files."""

import argparse
from collections.abc import Callable
from pathlib import Path

from gemstone_grpc.stubs import LANGUAGES, write


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Offers the command; `command` is `add_parser` of argparse's subparsers."""
    parser = command(
        "stubs",
        help="make stubs for other languages",
        description="Make stubs from .proto files with the standard plugins of each language. "
        "Nothing is written unless all of it succeeds.",
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, default=[Path("proto")], metavar="PATH",
        help="a .proto file, or a folder of them (default: proto)",
    )  # fmt: skip
    parser.add_argument(
        "--lang", action="append", required=True, choices=LANGUAGES, dest="languages",
        help="may be given several times",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER",
        help="where; with several languages, a folder for each is made in it (default: stubs/LANG)",
    )  # fmt: skip
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    languages = options.languages
    if options.out is not None and len(languages) == 1:
        destinations = {languages[0]: options.out}
    else:
        destinations = {name: (options.out or Path("stubs")) / name for name in languages}
    for name, number in write(options.paths, destinations).items():
        print(f"{destinations[name]}: {number} files")
