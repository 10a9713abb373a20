"""A file whose content is read again when it changes."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from gemstone_grpc.errors import StartError

log = logging.getLogger("gemstone")

T = TypeVar("T")
_Stamp = tuple[int, int, int]  # modification time in nanoseconds, size, inode


class WatchedFile(Generic[T]):
    """Gives what `parse` makes of a file's text. A later text that is wrong leaves the former.

    Raises `StartError` when the first cannot be read or parsed.
    """

    def __init__(self, path: Path, parse: Callable[[str], T]) -> None:
        self._path = path
        self._parse = parse
        self._stamp = self._stat()
        self._value = self._load()
        self._is_well = True

    def __call__(self) -> T:
        """What the file holds now."""
        try:
            stamp = self._stat()
            if stamp != self._stamp:
                self._stamp = stamp
                self._value = self._load()
                self._is_well = True
                log.info("%s was read again", self._path)
        except StartError as error:
            if self._is_well:
                log.warning("%s: what it held before still counts", error)
            self._is_well = False
        return self._value

    def _stat(self) -> _Stamp:
        try:
            found = self._path.stat()
        except OSError as error:
            raise self._unreadable(error) from None
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _load(self) -> T:
        try:
            text = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise self._unreadable(error) from None
        return self._parse(text)

    def _unreadable(self, error: Exception) -> StartError:
        return StartError(f"{self._path} cannot be read: {error}")
