"""`gemstone run`: serves a class."""

import argparse
from collections.abc import Callable

from gemstone_grpc.cli.load import load
from gemstone_grpc.config import SETTINGS, add_arguments


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Offers the command; `command` is `add_parser` of argparse's subparsers."""
    parser = command(
        "run",
        help="serve a class",
        description="Serve a class until SIGINT or SIGTERM. Each setting may also be an attribute "
        "of the class, or an environment variable such as GEMSTONE_PORT.",
    )
    parser.add_argument(
        "service", metavar="module:Class", help="such as examples.hello_world:HelloWorldService"
    )
    add_arguments(parser)
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    given = {name: value for name, value in vars(options).items() if name in SETTINGS}
    load(options.service)().start_with(given)
