"""The names and numbers of a message's fields or an enum's values, and what of them is reserved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto


class Numbered(Protocol):
    """A field or an enum value."""

    @property
    def name(self) -> str:
        """Unique in its message, or in its enum."""

    @property
    def number(self) -> int:
        """Unique too, but for the aliases of an enum."""


Entry = TypeVar("Entry", bound=Numbered)


@dataclass(frozen=True, slots=True)
class Fate(Generic[Entry]):
    """What became of an entry: `old` is None for a new one, `new` for one that was removed.

    `former` is the entry that had the number of `new` and no longer has it.
    """

    old: Entry | None
    new: Entry | None
    former: Entry | None = None


def fates(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[Fate[Entry]]:
    """The fate of each entry: found again by its name, or else, as a rename, by its number."""
    pairs = [*_pairs(old, new)]
    stayed = {was.number for was, is_ in pairs if is_ and was.number == is_.number}
    left = {was.number: was for was, _ in pairs if was.number not in stayed}
    for was, is_ in pairs:
        yield Fate(was, is_, left.get(is_.number) if is_ else None)
    found = {is_.name for _, is_ in pairs if is_}
    for is_ in new:
        if is_.name not in found:
            yield Fate(None, is_, left.get(is_.number))


def _pairs(old: Sequence[Entry], new: Sequence[Entry]) -> Iterator[tuple[Entry, Entry | None]]:
    before, after = {entry.name for entry in old}, {entry.name: entry for entry in new}
    fresh: dict[int, list[Entry]] = {}
    for entry in new:
        if entry.name not in before:
            fresh.setdefault(entry.number, []).append(entry)
    for was in old:
        renamed = fresh.get(was.number)
        if was.name not in after and renamed:
            yield was, renamed.pop(0)
        else:
            yield was, after.get(was.name)


@dataclass(frozen=True, slots=True)
class Reserved:
    """The numbers and names that a message or an enum reserves."""

    numbers: tuple[range, ...]
    names: frozenset[str]

    @classmethod
    def of(cls, owner: DescriptorProto | EnumDescriptorProto) -> "Reserved":
        """What `owner` reserves."""
        last = 1 if isinstance(owner, EnumDescriptorProto) else 0  # an enum's ranges include `end`
        numbers = (range(piece.start, piece.end + last) for piece in owner.reserved_range)
        return cls(tuple(sorted(numbers, key=_start)), frozenset(owner.reserved_name))

    def has_number(self, number: int) -> bool:
        """Whether the number is reserved."""
        return any(number in piece for piece in self.numbers)

    def without(self, other: "Reserved") -> list[str]:
        """What is reserved here and not there, as a `.proto` would write it."""
        lost = (left for piece in self.numbers for left in _without(piece, other.numbers))
        numbers = [str(x.start) if len(x) == 1 else f"{x.start} to {x.stop - 1}" for x in lost]
        return [*numbers, *(f'"{name}"' for name in sorted(self.names - other.names))]


def _start(piece: range) -> int:
    return piece.start


def _without(piece: range, others: Iterable[range]) -> Iterator[range]:
    """What is left of a range; `others` are in order."""
    start = piece.start
    for other in others:
        if start < min(other.start, piece.stop):
            yield range(start, min(other.start, piece.stop))
        start = max(start, other.stop)
    if start < piece.stop:
        yield range(start, piece.stop)
