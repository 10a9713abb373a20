"""What a contract's `.proto` is to hold, beside what it holds."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gemstone_grpc.errors import StartError
from gemstone_grpc.method import Method
from gemstone_grpc.schema import protofile
from gemstone_grpc.schema.changes import Change, compare
from gemstone_grpc.schema.descriptor import file_descriptor
from gemstone_grpc.schema.docs import document
from gemstone_grpc.schema.types import Contract


@dataclass(frozen=True, slots=True)
class Draft:
    """The text for a file, and how its contract differs from the one that is there.

    `is_new` says that there is none yet, `is_current` that the file holds this text already.
    """

    path: Path
    text: str
    changes: Sequence[Change]
    is_new: bool
    is_current: bool

    def write(self) -> None:
        """Put the text in its place, whole or not at all. Raises `StartError` when it cannot."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(self.text, encoding="utf-8")
            beside.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                beside.unlink()
            raise StartError(f"{self.path} cannot be written: {error}") from None


def by_hand(path: Path) -> StartError:
    """Why a file cannot be written."""
    return StartError(f"{path} was written by hand: the code follows it, and cannot write it")


def draft(contract: Contract, methods: Sequence[Method], doc: str, path: Path) -> Draft:
    """A draft for `path`, with the numbers of the file that is there; `doc` is the service's.

    Raises `StartError` when that file is not ours to write, or a number cannot be had.
    """
    protofile.check_place(path, contract)
    earlier = protofile.read(path) if path.exists() else None
    if earlier is not None and not earlier.is_derived:
        raise by_hand(path)
    file = file_descriptor(contract, earlier.file if earlier else None)
    changes = compare(earlier.file, file) if earlier else []
    document(file, contract, methods, doc)
    text = protofile.write(file)
    is_current = earlier is not None and earlier.text == text
    return Draft(path, text, changes, earlier is None, is_current)
