"""Golden files: texts that a test compares with, and writes anew when asked to.

UPDATE_GOLDEN=1 make test ARGS="tests/schema"
"""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def check(name: str, text: str) -> None:
    """Compare a text with the file of this name, or write it there."""
    file = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    expected = file.read_text(encoding="utf-8").splitlines()
    assert text.splitlines() == expected, f"{name} differs; UPDATE_GOLDEN=1 accepts it"
