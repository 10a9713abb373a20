"""Unions: which kind of JSON value each arm is, and whether the arms can be told apart."""

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
    type_name,
)

_JSON_KINDS = {
    Kind.BOOL: "boolean",
    Kind.FLOAT: "fraction",
    Kind.DOUBLE: "fraction",
    Kind.ANY: "anything",
} | dict.fromkeys((Kind.INT32, Kind.INT64, Kind.UINT32, Kind.UINT64), "whole number")


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


def ambiguity(arms: list[Singular]) -> str | None:
    """Why the arms of a union cannot be told apart, or None when they can."""
    if Leaf(Kind.ANY) in arms:
        return "has an arm that takes any JSON: write Any alone"
    taken: dict[str, Singular] = {}
    for arm in arms:
        for kind in json_kinds(arm):
            other = taken.setdefault(kind, arm)
            if other is arm or _told_apart_by_tag(arm, other):
                continue
            article = "an" if kind[0] in "aeo" else "a"
            fix = (
                'give each class a field such as `type: Literal["..."]`, or a tag (msgspec.Struct)'
                if kind == "object"
                else "keep one, or make each a dataclass with a tag"
            )
            return (
                f"is ambiguous: {type_name(other)} and {type_name(arm)} are both {article} {kind} "
                f"in JSON: {fix}"
            )
    return None


def _told_apart_by_tag(one: Singular, other: Singular) -> bool:
    if not (isinstance(one, Message) and isinstance(other, Message) and one.tag and other.tag):
        return False
    return one.tag[0] == other.tag[0] and one.tag[1] != other.tag[1]
