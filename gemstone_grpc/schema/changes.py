"""What changed between two versions of a contract, and whom it breaks.

The three ways to break are those of `buf breaking`: the `wire` (its category WIRE), protobuf's
`json` (WIRE_JSON), and the `source` of those who use generated stubs (FILE).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
    OneofDescriptorProto,
    ServiceDescriptorProto,
)

from gemstone_grpc.schema import options
from gemstone_grpc.schema.compatibility import (
    JSON,
    NOTHING,
    SOURCE,
    WIRE,
    Breaks,
    Scope,
    form,
    form_change,
)
from gemstone_grpc.schema.names import camel
from gemstone_grpc.schema.numbering import Entry, Fate, Numbered, Reserved, fates

_ANOTHER_FIELD = "give it another name; its old number is then reserved"
_OWN_NUMBER = "give it a number of its own"
_DEPRECATE = "deprecate it first, and remove it when nobody uses it"
_STUBS = "keep it, or let clients generate their stubs anew"
_ANOTHER_RPC = "give it another name, or serve a new version beside this one"


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what, whom it breaks, and what to do about it (empty: nothing)."""

    place: str
    what: str
    breaks: Breaks
    advice: str = ""


def describe(change: Change) -> str:
    """A change as one line for people."""
    breaks = ("nothing", "only the source", "JSON and the source", "the wire, JSON and the source")
    line = f"{change.place}: {change.what} (breaks {breaks[len(change.breaks)]})"
    return f"{line}: {change.advice}" if change.advice else line


def compare(old: FileDescriptorProto, new: FileDescriptorProto) -> list[Change]:
    """Every difference that a peer could notice: each part of `old` in its order, then what is new.

    Comments, imports and order are none. Extensions and the features of editions are not looked at.
    """
    return [*_Comparison(Scope.of(old), Scope.of(new)).files(old, new)]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Part = TypeVar("_Part", bound=_Named)


class _Comparison:
    def __init__(self, before: Scope, after: Scope) -> None:
        self._before = before
        self._after = after

    def files(self, old: FileDescriptorProto, new: FileDescriptorProto) -> Iterator[Change]:
        before, after = self._before, self._after
        if before.package != after.package:
            what = f"{before.package or 'none'} → {after.package or 'none'}"
            yield Change("package", what, WIRE, "keep it, and serve the new one beside it")
        if before.syntax != after.syntax:
            yield Change("syntax", f"{before.syntax} → {after.syntax}", SOURCE, _STUBS)
        yield from _options("file", old, new, options.OF_FILE)
        yield from _walk("service", "", old.service, new.service, self._service)
        yield from _walk("message", "", old.message_type, new.message_type, self._message)
        yield from _walk("enum", "", old.enum_type, new.enum_type, _enum)

    def _service(
        self, place: str, old: ServiceDescriptorProto, new: ServiceDescriptorProto
    ) -> Iterator[Change]:
        yield from _options(place, old, new, options.DEPRECATED)
        yield from _walk("rpc", f"{place}.", old.method, new.method, self._rpc)

    def _rpc(
        self, place: str, old: MethodDescriptorProto, new: MethodDescriptorProto
    ) -> Iterator[Change]:
        before, after = _signature(old, self._before), _signature(new, self._after)
        for side in before:
            if before[side] != after[side]:
                what = f"{side} {before[side]} → {after[side]}"
                yield Change(place, what, WIRE, _ANOTHER_RPC)
        yield from _options(place, old, new, options.OF_RPC)

    def _message(self, place: str, old: DescriptorProto, new: DescriptorProto) -> Iterator[Change]:
        yield from _options(place, old, new, options.DEPRECATED)
        yield from _reservations(place, old, new)
        before, after = _required(old), _required(new)
        if before.keys() != after.keys():
            what = f"required {_listed(before.values())} → {_listed(after.values())}"
            yield Change(place, what, WIRE, "require what was required, and no more")
        numbers = _Numbers("field", place, new.field, Reserved.of(new))
        for fate in fates(old.field, new.field):
            yield from numbers.changes(fate)
            yield from self._field(place, fate, old, new)
        yield from _walk("oneof", f"{place}.", _oneofs(old), _oneofs(new), _nothing_inside)
        yield from _walk("message", f"{place}.", _nested(old), _nested(new), self._message)
        yield from _walk("enum", f"{place}.", old.enum_type, new.enum_type, _enum)

    def _field(
        self,
        owner: str,
        fate: Fate[FieldDescriptorProto],
        old: DescriptorProto,
        new: DescriptorProto,
    ) -> Iterator[Change]:
        """The changes of one field but for those of its number and name."""
        if not fate.new:
            return
        place, after = f"{owner}.{fate.new.name}", form(fate.new, new, self._after)
        if fate.former:
            before = form(fate.former, old, self._before)
            if before != after:
                what, breaks = form_change(before, after)
                number = fate.new.number
                yield Change(place, f"under number {number} {what}", breaks, _OWN_NUMBER)
        if not fate.old:
            return
        before = form(fate.old, old, self._before)
        if before != after:
            what, breaks = form_change(before, after)
            if fate.old.number != fate.new.number:
                breaks &= JSON  # no bytes of the old form come under the new number
            yield Change(place, what, breaks, _STUBS if breaks == SOURCE else _ANOTHER_FIELD)
        yield from _field_settings(place, fate.old, fate.new)


def _walk(
    kind: str,
    prefix: str,
    old: Sequence[_Part],
    new: Sequence[_Part],
    inside: Callable[[str, _Part, _Part], Iterator[Change]],
) -> Iterator[Change]:
    """The changes among parts that go by their names; `inside` gives those in one that stayed."""
    before, after = {part.name for part in old}, {part.name: part for part in new}
    for was in old:
        if was.name in after:
            yield from inside(prefix + was.name, was, after[was.name])
        else:
            yield Change(prefix + was.name, f"the {kind} was removed", SOURCE, _DEPRECATE)
    for is_ in new:
        if is_.name not in before:
            yield Change(prefix + is_.name, f"the {kind} is new", NOTHING)


def _nothing_inside(_place: str, _old: object, _new: object) -> Iterator[Change]:
    return iter(())


def _signature(rpc: MethodDescriptorProto, scope: Scope) -> dict[str, str]:
    request, response = scope.name(rpc.input_type), scope.name(rpc.output_type)
    return {
        "request": f"stream {request}" if rpc.client_streaming else request,
        "response": f"stream {response}" if rpc.server_streaming else response,
    }


def _oneofs(message: DescriptorProto) -> list[OneofDescriptorProto]:
    """Those that were written; `optional` makes one for protobuf itself."""
    made = {field.oneof_index for field in message.field if field.proto3_optional}
    return [oneof for index, oneof in enumerate(message.oneof_decl) if index not in made]


def _nested(message: DescriptorProto) -> list[DescriptorProto]:
    return [nested for nested in message.nested_type if not nested.options.map_entry]


def _required(message: DescriptorProto) -> dict[int, str]:
    required = FieldDescriptorProto.LABEL_REQUIRED
    return {field.number: field.name for field in message.field if field.label == required}


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


def _field_settings(
    place: str, old: FieldDescriptorProto, new: FieldDescriptorProto
) -> Iterator[Change]:
    before, after = (field.json_name or camel(field.name) for field in (old, new))
    if old.name == new.name and before != after:
        yield Change(place, f"JSON name `{before}` → `{after}`", JSON, f"keep `{before}`")
    if old.default_value != new.default_value:
        what = f"default {old.default_value or 'none'} → {new.default_value or 'none'}"
        yield Change(place, what, WIRE, "keep it")
    yield from _options(place, old, new, options.OF_FIELD)


def _enum(place: str, old: EnumDescriptorProto, new: EnumDescriptorProto) -> Iterator[Change]:
    yield from _options(place, old, new, options.DEPRECATED)
    yield from _reservations(place, old, new)
    numbers = _Numbers("value", place, new.value, Reserved.of(new))
    for fate in fates(old.value, new.value):
        yield from numbers.changes(fate)
        if fate.old and fate.new:
            yield from _options(f"{place}.{fate.new.name}", fate.old, fate.new, options.DEPRECATED)


class _Numbers:
    """The changes of names and numbers among the fields of a message or the values of an enum."""

    def __init__(self, kind: str, owner: str, new: Iterable[Numbered], reserved: Reserved) -> None:
        self._kind = kind
        self._owner = owner
        self._numbers = {entry.number for entry in new}
        self._reserved = reserved

    def changes(self, fate: Fate[Entry]) -> Iterator[Change]:
        """Those of one entry."""
        what, breaks, advice = self._verdict(fate.old, fate.new)
        if fate.former and fate.new:
            # buf compares by number only, so for it the wire is whole when two of one type change
            # places. Their bytes are mixed up all the same.
            number = "" if fate.old else f", with number {fate.new.number}"
            what += f"{number}, which belonged to `{fate.former.name}`"
            breaks, advice = breaks | JSON, advice or _OWN_NUMBER
        entry = fate.new or fate.old
        if what and entry:
            yield Change(f"{self._owner}.{entry.name}", what, breaks, advice)

    def _verdict(self, old: Numbered | None, new: Numbered | None) -> tuple[str, Breaks, str]:
        if old is None:
            return f"the {self._kind} is new", NOTHING, ""
        if new is None:
            return f"the {self._kind} was removed", *self._given_up(old)
        if old.number != new.number:
            breaks, _ = self._given_up(old)
            return f"number {old.number} → {new.number}", breaks, f"keep number {old.number}"
        if old.name != new.name:
            advice = f"keep `{old.name}`, or add the new {self._kind} beside it"
            return f"renamed from `{old.name}`", JSON, advice
        return "", NOTHING, ""

    def _given_up(self, entry: Numbered) -> tuple[Breaks, str]:
        if entry.number in self._numbers:  # by an alias, or by another that took it over
            return JSON, _DEPRECATE
        if not self._reserved.has_number(entry.number):
            return WIRE, f'reserve {entry.number} and "{entry.name}"'
        if entry.name not in self._reserved.names:
            return JSON, f'reserve "{entry.name}"'
        return SOURCE, _DEPRECATE


def _reservations(
    place: str,
    old: DescriptorProto | EnumDescriptorProto,
    new: DescriptorProto | EnumDescriptorProto,
) -> Iterator[Change]:
    lost = Reserved.of(old).without(Reserved.of(new))
    if lost:
        yield Change(place, f"no longer reserves {', '.join(lost)}", WIRE, "reserve it again")


def _options(place: str, old: Any, new: Any, watched: Mapping[str, Breaks]) -> Iterator[Change]:
    for what, breaks in options.changes(old.options, new.options, watched):
        advice = _STUBS if breaks == SOURCE else "keep it" if breaks else ""
        yield Change(place, what, breaks, advice)
