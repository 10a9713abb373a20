"""Unions: which kind of JSON value each arm is, and whether the arms can be told apart."""

from collections.abc import Sequence
from itertools import combinations

from gemstone_grpc.schema.types import (
    Enumeration,
    Kind,
    Leaf,
    Message,
    Nullable,
    OneOf,
    Repeated,
    Singular,
    Type,
    Wrapped,
)

_JSON_KINDS = {
    Kind.BOOL: "boolean",
    Kind.FLOAT: "fraction",
    Kind.DOUBLE: "fraction",
    Kind.ANY: "anything",
} | dict.fromkeys((Kind.INT32, Kind.INT64, Kind.UINT32, Kind.UINT64), "whole number")

_WORDS = {"array": "an array", "object": "an object", "fraction": "a number"}
_TAG = 'a field such as `kind: Literal["..."]`'


def json_kinds(type_: Type) -> set[str]:
    """The kinds of JSON value that a type may be written as."""
    match type_:
        case Leaf(kind=kind):
            return {_JSON_KINDS.get(kind, "string")}
        case Enumeration(members=members):
            return {"string" if isinstance(m.json, str) else "whole number" for m in members}
        case Wrapped(inner=inner) | Nullable(inner=inner):
            return json_kinds(inner)
        case Repeated():
            return {"array"}
        case OneOf(arms=arms):
            return set().union(*(json_kinds(arm) for _, arm in arms))
        case _:
            return {"object"}


def ambiguity(arms: Sequence[tuple[str, Singular]]) -> str | None:
    """Why arms, each with its hint as text, cannot be told apart, or None when they can."""
    if any(arm == Leaf(Kind.ANY) for _, arm in arms):
        return "has an arm that takes any JSON: write Any alone"
    for (hint, arm), (other_hint, other) in combinations(arms, 2):
        shared = json_kinds(arm) & json_kinds(other)
        if shared and not _told_apart_by_tag(arm, other):
            kind = min(shared)
            return (
                f"is ambiguous: {hint} and {other_hint} are both {_WORDS.get(kind, f'a {kind}')} "
                f"in JSON: {_way_out(arm, other)}"
            )
    return None


def _told_apart_by_tag(one: Singular, other: Singular) -> bool:
    if not (isinstance(one, Message) and isinstance(other, Message) and one.tag and other.tag):
        return False
    return one.tag[0] == other.tag[0] and one.tag[1] != other.tag[1]


def _way_out(one: Singular, other: Singular) -> str:
    if not (isinstance(one, Message) and isinstance(other, Message)):
        return f"keep one, or make each a dataclass with {_TAG}"
    if not (one.tag and other.tag):
        return f"give each class {_TAG}, or msgspec's tag="
    if one.tag[0] != other.tag[0]:
        return f"tell them apart by one field, not by {one.tag[0]!r} and {other.tag[0]!r}"
    return f"both have {one.tag[0]!r}: {one.tag[1]!r}; give each a value of its own"
