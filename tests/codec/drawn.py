"""Hints drawn at random: every shape of the table in every other, each with its values."""

import dataclasses
import operator
from collections.abc import Callable, Iterator
from functools import reduce
from itertools import count
from typing import Any, NamedTuple, NotRequired, TypedDict

import msgspec
from hypothesis import strategies as st

from tests.codec import models as m
from tests.codec.rows import CHOICES, LEAVES, Row, Values, int64, keys, lists, maps, optional

Drawn = tuple[Any, Values]

_MAX_DEPTH = 3
_LIST: Any = list  # as values: mypy takes no variable in a hint
_TUPLE: Any = tuple
_SET: Any = set
_DICT: Any = dict
_PAIR: Any = m.Pair
_NOT_REQUIRED: Any = NotRequired
_TYPED_DICT: Any = TypedDict
_NAMED_TUPLE: Any = NamedTuple
_LEAVES = st.sampled_from(LEAVES + CHOICES)
_STRINGS = [row for row in LEAVES + CHOICES if row.name in ("str", "bytes", "UUID", "StrEnum")]
_NUMBERS = [row for row in LEAVES + CHOICES if row.name in ("int", "UInt64", "IntEnum", "Meta_int")]
_BOOLEANS = [row for row in LEAVES if row.name == "bool"]


@st.composite
def hints(draw: st.DrawFn) -> Drawn:
    """A hint and the strategy of its values."""
    return _Drawing(draw).any_hint(_MAX_DEPTH)


class _Drawing:
    """One hint being drawn; its classes are numbered, so that no two share a name."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._numbers = count()

    def any_hint(self, depth: int) -> Drawn:
        if depth == 0:
            return _drawn(self._draw(_LEAVES))
        shapes: list[Callable[[int], Drawn]] = [
            self._list,
            self._tuple,
            self._set,
            self._map,
            self._optional,
            self._union,
            self._generic,
            self._class,
        ]
        return self._draw(st.sampled_from(shapes))(depth - 1)

    # -- containers --------------------------------------------------------------------------

    def _list(self, depth: int) -> Drawn:
        hint, values = self.any_hint(depth)
        return _LIST[hint], lists(values)

    def _tuple(self, depth: int) -> Drawn:
        hint, values = self.any_hint(depth)
        return _TUPLE[hint, ...], lists(values).map(tuple)

    def _set(self, depth: int) -> Drawn:
        leaves = _LEAVES.filter(lambda row: row.name != "Any")
        hint, values = _drawn(self._draw(leaves))
        if depth:
            return _SET[hint | None], st.sets(optional(values), max_size=3)
        return _SET[hint], st.sets(values, max_size=3)

    def _map(self, depth: int) -> Drawn:
        hint, values = self.any_hint(depth)
        key, key_values = self._draw(
            st.sampled_from([(str, keys), (int, int64), (bool, st.booleans())])
        )
        return _DICT[key, hint], maps(values, key_values)

    def _optional(self, depth: int) -> Drawn:
        hint, values = self.any_hint(depth)
        return hint | None, optional(values)

    # -- unions ------------------------------------------------------------------------------

    def _union(self, depth: int) -> Drawn:
        """Arms of different kinds in JSON, so that no union is ambiguous."""
        kinds = [
            lambda: _drawn(self._draw(st.sampled_from(_STRINGS))),
            lambda: _drawn(self._draw(st.sampled_from(_NUMBERS))),
            lambda: _drawn(self._draw(st.sampled_from(_BOOLEANS))),
            lambda: self._list(depth),
            lambda: self._draw(st.sampled_from([self._class, self._map]))(depth),
        ]
        chosen = self._draw(st.lists(st.sampled_from(kinds), min_size=2, unique=True))
        arms = [kind() for kind in chosen]
        hint = reduce(operator.or_, [hint for hint, _ in arms])
        return hint, st.one_of([values for _, values in arms])

    # -- classes -----------------------------------------------------------------------------

    def _generic(self, depth: int) -> Drawn:
        hint, values = self.any_hint(depth)
        return _PAIR[hint], st.builds(m.Pair, values, values)

    def _class(self, depth: int) -> Drawn:
        fields = [self.any_hint(depth) for _ in range(self._draw(st.integers(0, 3)))]
        make: Callable[..., Drawn] = self._draw(
            st.sampled_from([_dataclass, _struct, _typed_dict, _named_tuple])
        )
        defaults = [
            self._draw(values) if self._draw(st.booleans()) else ... for _, values in fields
        ]
        return make(f"Drawn{next(self._numbers)}", fields, defaults)


def _drawn(row: Row) -> Drawn:
    return row.hint, row.values


def _named(fields: list[Drawn]) -> Iterator[tuple[str, Any, Values]]:
    for number, (hint, values) in enumerate(fields):
        yield f"field_{number}", hint, values


def _builds(cls: Any, fields: list[Drawn]) -> Values:
    return st.builds(cls, **{name: values for name, _, values in _named(fields)})


def _dataclass(name: str, fields: list[Drawn], defaults: list[Any]) -> Drawn:
    made = [
        (field, hint, dataclasses.field(**_default(default)))
        for (field, hint, _), default in zip(_named(fields), defaults, strict=True)
    ]
    cls = dataclasses.make_dataclass(name, made, kw_only=True)
    return cls, _builds(cls, fields)


def _struct(name: str, fields: list[Drawn], defaults: list[Any]) -> Drawn:
    made: list[Any] = [
        (field, hint, msgspec.field(**_default(default)))
        for (field, hint, _), default in zip(_named(fields), defaults, strict=True)
    ]
    cls = msgspec.defstruct(name, made, kw_only=True, rename="camel")
    return cls, _builds(cls, fields)


def _typed_dict(name: str, fields: list[Drawn], defaults: list[Any]) -> Drawn:
    hints: dict[str, Any] = {}
    required: dict[str, Values] = {}
    rest: dict[str, Values] = {}
    for (field, hint, values), default in zip(_named(fields), defaults, strict=True):
        hints[field] = hint if default is ... else _NOT_REQUIRED[hint]
        (required if default is ... else rest)[field] = values
    return _TYPED_DICT(name, hints), st.fixed_dictionaries(required, optional=rest)


def _named_tuple(name: str, fields: list[Drawn], defaults: list[Any]) -> Drawn:
    cls = _NAMED_TUPLE(name, [(field, hint) for field, hint, _ in _named(fields)])
    return cls, _builds(cls, fields)


_MAKERS: list[Callable[..., Drawn]] = [_dataclass, _struct, _typed_dict, _named_tuple]


def _default(value: Any) -> dict[str, Any]:
    return {} if value is ... else {"default_factory": lambda: value}


@st.composite
def signatures(draw: st.DrawFn) -> list[list[Any]]:
    """For each method of a service the hints of its result and of its parameters."""
    drawing = _Drawing(draw)
    return [
        [drawing.any_hint(_MAX_DEPTH - 1)[0] for _ in range(draw(st.integers(1, 4)))]
        for _ in range(draw(st.integers(1, 3)))
    ]
