"""Parses the command line and runs one subcommand."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from gemstone_grpc.cli import new, proto, run, stubs, token
from gemstone_grpc.errors import StartError

COMMANDS = (run, new, proto, stubs, token)  # as `gemstone --help` lists them


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of the console script; exits with 2 for a mistake of the user's."""
    options = _parser().parse_args(argv)
    try:
        options.run(options)
    except StartError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gemstone", description="One Python class is a whole microservice."
    )
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {version('gemstone-grpc')}"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add(commands.add_parser)
    return parser
