"""The codec of a union: which arm a value belongs to, in JSON and in Python."""

from collections.abc import Sequence
from typing import Any, NoReturn

from gemstone_grpc.codec.containers import Codec
from gemstone_grpc.codec.leaves import python_type
from gemstone_grpc.codec.misfit import Misfit, expected
from gemstone_grpc.schema.types import (
    Enumeration,
    Leaf,
    Map,
    Message,
    OneOf,
    Repeated,
    Type,
    Wrapped,
)
from gemstone_grpc.schema.unions import json_kinds

_KIND_OF: dict[type, str] = {
    str: "string",
    bool: "boolean",
    int: "whole number",
    float: "fraction",
    list: "array",
    dict: "object",
}
_ARTICLES = {"array": "an array", "object": "an object", "fraction": "a number"}


class OneOfCodec:
    """A union; on the wire its value is the pair of the arm's name and the arm's value."""

    __slots__ = ("_arms", "_by_class", "_by_kind", "_by_tag", "_tag", "_what")

    def __init__(self, type_: OneOf, codecs: Sequence[Codec]) -> None:
        arms = [(name, arm, codec) for (name, arm), codec in zip(type_.arms, codecs, strict=True)]
        self._arms = {name: codec for name, _, codec in arms}
        self._by_kind = {kind: codec for _, arm, codec in arms for kind in json_kinds(arm)}
        if "fraction" in self._by_kind:
            self._by_kind.setdefault("whole number", self._by_kind["fraction"])
        self._what = " or ".join(_ARTICLES.get(kind, f"a {kind}") for kind in self._by_kind)
        self._by_tag: dict[str, tuple[str, Codec]] = {}
        self._tag: str | None = None
        if sum(isinstance(arm, Message) for _, arm, _ in arms) > 1:
            for name, arm, codec in arms:
                if isinstance(arm, Message) and arm.tag is not None:
                    self._tag, value = arm.tag
                    self._by_tag[value] = (name, codec)
        self._by_class: dict[type, tuple[str, Codec]] = {}
        for name, arm, codec in arms:
            self._by_class[_python_class(arm)] = (name, codec)
        if float in self._by_class:
            self._by_class.setdefault(int, self._by_class[float])

    def from_json(self, value: Any) -> Any:
        """JSON data → the value of the arm it belongs to."""
        kind = _KIND_OF.get(type(value), "null")
        if kind == "object" and self._tag is not None:
            return self._by_tag_value(value)[1].from_json(value)
        if (codec := self._by_kind.get(kind)) is None:
            raise expected(self._what, value)
        return codec.from_json(value)

    def to_json(self, value: Any) -> Any:
        """The value → JSON data."""
        return self._arm_of(value)[1].to_json(value)

    def from_wire(self, value: tuple[str, Any]) -> Any:
        """The arm's name and value → the value."""
        name, inner = value
        return self._arms[name].from_wire(inner)

    def to_wire(self, value: Any) -> tuple[str, Any]:
        """The value → its arm's name and value."""
        name, codec = self._arm_of(value)
        return name, codec.to_wire(value)

    def _arm_of(self, value: Any) -> tuple[str, Codec]:
        for cls in type(value).__mro__:
            if cls is dict and self._tag is not None:
                return self._by_tag_value(value)
            if arm := self._by_class.get(cls):
                return arm
        raise expected(self._what, value)

    def _by_tag_value(self, value: Any) -> tuple[str, Codec]:
        try:
            return self._by_tag[value[self._tag]]
        except (KeyError, TypeError):
            self._refuse_tag()

    def _refuse_tag(self) -> NoReturn:
        choices = ", ".join(repr(tag) for tag in self._by_tag)
        raise Misfit(f"expected one of {choices}").under(f".{self._tag}")


def _python_class(type_: Type) -> type:
    match type_:
        case Leaf():
            return python_type(type_)
        case Enumeration(python=python) | Message(python=python) | Repeated(python=python):
            return python
        case Wrapped(inner=inner):
            return _python_class(inner)
        case Map():
            return dict
    raise AssertionError(type_)
