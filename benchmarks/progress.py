"""What is being measured right now, on stderr."""

import sys


def progress(text: str) -> None:
    """Show one line; on a terminal it takes the place of the one before."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="" if text else "\r", file=sys.stderr, flush=True)
    elif text:
        print(text, file=sys.stderr, flush=True)
