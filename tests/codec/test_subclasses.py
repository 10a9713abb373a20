"""Instances of subclasses are taken for their base, the same on both faces."""

import enum
from collections import OrderedDict, defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.codec import models as m
from tests.codec.echo import Faces, alike


class Markup(str):
    __slots__ = ()


class Number(int):
    pass


class Blob(bytes):
    pass


class Money(Decimal):
    pass


class Moment(datetime):
    pass


class Day(date):
    pass


class Code(str, enum.Enum):  # noqa: UP042  its str() is "Code.A", unlike a StrEnum's
    A = "a"


class Bits(enum.IntFlag):
    ONE = 1
    TWO = 2


class Items(list[int]):
    pass


class Kitten(m.Cat):
    color: str = "black"


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)

SUBCLASSES: list[tuple[Any, Any, Any]] = [
    (str, Markup("é"), "é"),
    (str, Code.A, "a"),
    (str, m.Mood.GLAD, "glad"),
    (int, Number(3), 3),
    (int, m.Level.LOW, -3),
    (int, Bits.ONE | Bits.TWO, 3),
    (m.Natural, Number(3), 3),
    (m.Name, Code.A, "a"),
    (float, Number(3), 3.0),
    (bytes, Blob(b"a"), b"a"),
    (Decimal, Money("1.10"), Decimal("1.10")),
    (datetime, Moment(2026, 1, 31, 12, tzinfo=UTC), NOON),
    (date, Day(2026, 1, 31), date(2026, 1, 31)),
    (list[int], Items([1]), [1]),
    (dict[str, int], OrderedDict(a=1), {"a": 1}),
    (dict[str, list[int]], defaultdict(list, a=[1]), {"a": [1]}),
    (dict[str, int], {Code.A: Number(1)}, {"a": 1}),
    (dict[int, str], {m.Level.LOW: Markup("x")}, {-3: "x"}),
    (Any, Markup("x"), "x"),
    (Any, Number(3), 3),
    (Any, m.Level.HIGH, 2**40),
    (Any, Bits.TWO, 2),
    (Any, Code.A, "a"),
    (Any, m.Color.RED, "red"),
    (Any, {Code.A: [Number(1), m.Level.LOW]}, {"a": [1, -3]}),
    (Any, OrderedDict(a=(1, 2)), {"a": [1, 2]}),
    (m.User, m.Admin(1, "", NOON, scopes={"x"}), m.User(1, "", NOON)),
    (m.Cat | m.Dog, Kitten(3), m.Cat(3)),
    (int | str, m.Level.LOW, -3),
    (int | str, Code.A, "a"),
    (float | str, Number(1), 1.0),
    (datetime | int, Moment(2026, 1, 31, 12, tzinfo=UTC), NOON),
]


@pytest.mark.parametrize(("hint", "value", "base"), SUBCLASSES, ids=lambda part: str(part)[:40])
def test_instance_of_a_subclass(hint: Any, value: Any, base: Any) -> None:
    faces = Faces.of(hint)
    assert alike(faces.sent_over_grpc(value), base)
    assert alike(faces.answered_over_grpc(value), base)
    assert alike(faces.there_and_back_in_json(value), base)
