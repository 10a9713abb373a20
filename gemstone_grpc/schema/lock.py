"""Numbers from an earlier contract.

A name that is known keeps its number, a new one takes the next free one, and what was given up is
reserved, number and name, for good (https://protobuf.dev/programming-guides/proto3/#deleting).
"""

from collections.abc import Iterable, Iterator, Mapping, Set

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
)

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema.pinned import MAX_NUMBER, PROTOBUFS_OWN, Field


def pin(
    fresh: FileDescriptorProto,
    pins: Mapping[tuple[str, str], Field],
    earlier: FileDescriptorProto | None = None,
) -> FileDescriptorProto:
    """`fresh` with the numbers of `earlier`, and of `pins` by message and field.

    Raises `StartError` where a number or a name cannot be had.
    """
    out = FileDescriptorProto()
    out.CopyFrom(fresh)
    messages = {message.name: message for message in earlier.message_type} if earlier else {}
    enums = {enum.name: enum for enum in earlier.enum_type} if earlier else {}
    for message in out.message_type:
        own = {name: pin for (owner, name), pin in pins.items() if owner == message.name}
        _pin_message(message, messages.get(message.name, DescriptorProto()), own)
    for enum in out.enum_type:
        _pin_enum(enum, enums.get(enum.name, EnumDescriptorProto()))
    return out


def _pin_message(
    message: DescriptorProto, earlier: DescriptorProto, pins: Mapping[str, Field]
) -> None:
    ledger = _Ledger(
        message.name,
        {field.name: field.number for field in earlier.field},
        [range(span.start, span.end) for span in earlier.reserved_range],
        earlier.reserved_name,
    )
    numbers = ledger.assign([field.name for field in message.field], pins)
    for field in message.field:
        field.number = numbers[field.name]
    for span in ledger.reserved_spans():
        message.reserved_range.add(start=span.start, end=span.stop)
    message.reserved_name.extend(sorted(ledger.reserved_names))
    _sort_fields(message)


def _pin_enum(enum: EnumDescriptorProto, earlier: EnumDescriptorProto) -> None:
    ledger = _Ledger(
        enum.name,
        {value.name: value.number for value in earlier.value} or {enum.value[0].name: 0},
        [range(span.start, span.end + 1) for span in earlier.reserved_range],
        earlier.reserved_name,
    )
    numbers = ledger.assign([value.name for value in enum.value], {})
    for value in enum.value:
        value.number = numbers[value.name]
    for span in ledger.reserved_spans():
        enum.reserved_range.add(start=span.start, end=span.stop - 1)  # an enum's spans are closed
    enum.reserved_name.extend(sorted(ledger.reserved_names))
    values = sorted(enum.value, key=lambda value: value.number)
    del enum.value[:]
    enum.value.extend(values)


class _Ledger:
    """The numbers of one message or enum: given, given up, free."""

    def __init__(
        self,
        owner: str,
        known: Mapping[str, int],
        reserved: Iterable[range],
        reserved_names: Iterable[str],
    ) -> None:
        self._owner = owner
        self._known = known
        self._reserved = list(reserved)
        self.reserved_names = set(reserved_names)

    def assign(self, names: Iterable[str], pins: Mapping[str, Field]) -> dict[str, int]:
        """A number for each name; what is known and not among the names becomes reserved."""
        numbers: dict[str, int] = {}
        renamed: set[str] = set()
        names = list(names)
        for name in names:
            if name in self.reserved_names:
                self._refuse(name, "the name is reserved, for it was removed once: choose another")
            pin = pins.get(name, Field())
            if name in self._known:
                numbers[name] = self._known[name]
            elif pin.was and pin.was in self._known and pin.was not in names:
                numbers[name] = self._known[pin.was]
                renamed.add(pin.was)
            if pin.number is not None:
                self._check(name, pin.number, numbers.get(name))
                numbers[name] = pin.number
        for name in self._known.keys() - {*names, *renamed}:
            self.reserved_names.add(name)
            self._reserved.append(range(self._known[name], self._known[name] + 1))
        self._refuse_reuse(numbers)
        free = self._free({*numbers.values()})
        return {name: numbers[name] if name in numbers else next(free) for name in names}

    def reserved_spans(self) -> list[range]:
        """What is reserved, neighbours joined."""
        joined: list[range] = []
        for span in sorted(self._reserved, key=lambda span: span.start):
            if joined and span.start <= joined[-1].stop:
                joined[-1] = range(joined[-1].start, max(joined[-1].stop, span.stop))
            else:
                joined.append(span)
        return joined

    def _free(self, taken: Set[int]) -> Iterator[int]:
        """Numbers that nobody has or had, the lowest first."""
        spans = sorted([*self._reserved, PROTOBUFS_OWN], key=lambda span: span.start)
        number = 1
        while number <= MAX_NUMBER:
            if span := next((span for span in spans if number in span), None):
                number = span.stop
                continue
            if number not in taken:
                yield number
            number += 1
        raise StartError(f"{self._owner}: no number is left: use a message of another name")

    def _is_reserved(self, number: int) -> bool:
        return any(number in span for span in self._reserved)

    def _check(self, name: str, number: int, pinned: int | None) -> None:
        if pinned is not None and pinned != number:
            self._refuse(name, f"Field(number={number}) would move it from {pinned}: leave it out")
        if self._is_reserved(number):
            self._refuse(name, f"Field(number={number}) is reserved: choose another number")

    def _refuse_reuse(self, numbers: Mapping[str, int]) -> None:
        owners: dict[int, str] = {}
        for name, number in numbers.items():
            other = owners.setdefault(number, name)
            if other != name:
                self._refuse(name, f"{other} has the number {number} too: change one")
            if self._is_reserved(number):
                self._refuse(name, f"the number {number} was given up and is reserved: change it")

    def _refuse(self, name: str, why: str) -> None:
        raise StartError(f"{self._owner}.{name}: {why}")


def _sort_fields(message: DescriptorProto) -> None:
    """By number, with the arms of a oneof together, where the first of them belongs."""
    first: dict[int, int] = {}
    for field in message.field:
        if field.HasField("oneof_index"):
            first[field.oneof_index] = min(first.get(field.oneof_index, field.number), field.number)
    fields = sorted(
        message.field,
        key=lambda field: (
            first[field.oneof_index] if field.HasField("oneof_index") else field.number,
            field.number,
        ),
    )
    del message.field[:]
    message.field.extend(fields)
