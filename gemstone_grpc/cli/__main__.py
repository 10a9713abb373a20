"""`python -m gemstone_grpc.cli` is the `gemstone` command."""

from gemstone_grpc.cli.main import main

main()
