"""Parses the command line and runs one subcommand."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

from gemstone_grpc.cli.load import load
from gemstone_grpc.config import SETTINGS, add_arguments
from gemstone_grpc.errors import StartError


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
    run = commands.add_parser(
        "run",
        help="serve a class",
        description="Serve a class until SIGINT or SIGTERM. Each setting may also be an attribute "
        "of the class, or an environment variable such as GEMSTONE_PORT.",
    )
    run.add_argument(
        "service", metavar="module:Class", help="such as examples.hello_world:HelloWorldService"
    )
    add_arguments(run)
    run.set_defaults(run=_run)
    return parser


def _run(options: argparse.Namespace) -> None:
    given = {name: value for name, value in vars(options).items() if name in SETTINGS}
    load(options.service)().start_with(given)
