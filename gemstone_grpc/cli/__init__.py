"""The `gemstone` command."""

from gemstone_grpc.cli.main import main

__all__ = ["main"]
