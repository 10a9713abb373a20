"""What each row of the type table looks like in JSON, to the byte."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest

from gemstone_grpc import Float32, UInt64
from tests.codec import models as m
from tests.codec.echo import Faces, alike

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
TOKYO = timezone(timedelta(hours=9))
AMSTERDAM_1900 = timezone(timedelta(minutes=19, seconds=32))

FORMS: list[tuple[Any, Any, str]] = [
    # -- leaves
    (str, 'naïve "quote"\n', '"naïve \\"quote\\"\\n"'),
    (bool, True, "true"),
    (bytes, b"\x00\xff?", '"AP8/"'),
    (bytes, b"", '""'),
    (int, 2**63 - 1, "9223372036854775807"),
    (UInt64, 2**64 - 1, "18446744073709551615"),
    (float, 1.0, "1.0"),
    (float, -0.0, "-0.0"),
    (float, 1e300, "1e300"),
    (Float32, 0.5, "0.5"),
    (datetime, NOON, '"2026-01-31T12:00:00Z"'),
    (datetime, NOON.astimezone(TOKYO), '"2026-01-31T12:00:00Z"'),
    (datetime, NOON.astimezone(AMSTERDAM_1900), '"2026-01-31T12:00:00Z"'),
    (datetime, datetime.max.replace(tzinfo=UTC), '"9999-12-31T23:59:59.999999Z"'),
    (datetime, datetime.min.replace(tzinfo=UTC), '"0001-01-01T00:00:00Z"'),
    (timedelta, timedelta(seconds=1.5), '"1.5s"'),
    (timedelta, timedelta(seconds=-1.5), '"-1.5s"'),
    (timedelta, timedelta(microseconds=-1), '"-0.000001s"'),
    (timedelta, timedelta(0), '"0s"'),
    (timedelta, timedelta(days=3_652_500), '"315576000000s"'),
    (date, date(2026, 1, 31), '"2026-01-31"'),
    (date, date.min, '"0001-01-01"'),
    (Decimal, Decimal("1.10"), '"1.10"'),
    (Decimal, Decimal("-0E+3"), '"-0E+3"'),
    (UUID, UUID(int=10), '"00000000-0000-0000-0000-00000000000a"'),
    # -- any JSON
    (Any, None, "null"),
    (Any, [1, 2.5, {"a": [None, True]}], '[1,2.5,{"a":[null,true]}]'),
    (Any, 1.0, "1"),
    (Any, {2: "a", True: "b", m.Mood.GLAD: m.Level.LOW}, '{"2":"a","true":"b","glad":-3}'),
    (Any, m.Card("1"), '{"number":"1","type":"card"}'),
    (Any, {"at": NOON, "raw": b"\xff"}, '{"at":"2026-01-31T12:00:00Z","raw":"/w=="}'),
    # -- choices
    (m.Color, m.Color.DEEP_BLUE, '"deep-blue"'),
    (m.Color, m.Color.CRIMSON, '"red"'),
    (m.Level, m.Level.LOW, "-3"),
    (m.Mixed, m.Mixed.ONE, "1"),
    (m.Mixed, m.Mixed.TEXT, '"1"'),
    (m.Mood, m.Mood.EMPTY, '""'),
    (Literal["a", "b"], "b", '"b"'),
    # -- containers
    (tuple[int, ...], (1, 2), "[1,2]"),
    (set[int], {7}, "[7]"),
    (dict[bool, int], {True: 1, False: 0}, '{"true":1,"false":0}'),
    (dict[int, str], {-7: "a"}, '{"-7":"a"}'),
    (dict[str, int], {'a"b': 1}, '{"a\\"b":1}'),
    (list[list[int]], [[], [1]], "[[],[1]]"),
    (list[int | None], [None, 0], "[null,0]"),
    (list[int] | None, [], "[]"),
    (dict[str, list[int] | None], {"": None, "a": []}, '{"":null,"a":[]}'),
    # -- messages: names as they are, defaults there too
    (m.Even, m.Even(2), '{"number":2}'),
    (
        m.User,
        m.User(1, "a@b.c", NOON),
        '{"id":1,"email":"a@b.c","created":"2026-01-31T12:00:00Z","nickname":null,"tags":[]}',
    ),
    (
        m.Account,
        m.Account(account_id=m.UserId(1)),
        '{"accountId":1,"ownerName":"","subAccounts":[]}',
    ),
    (m.Cat, m.Cat(), '{"type":"Cat","lives":9}'),
    (m.Cat | m.Dog, m.Dog("rex"), '{"type":"Dog","name":"rex"}'),
    (m.Card | m.Transfer, m.Card("1"), '{"number":"1","type":"card"}'),
    (m.Movie, {"title": "Alien", "cast": None}, '{"title":"Alien","cast":null}'),
    (m.Draft, {}, "{}"),
    (m.Spot, m.Spot(1), '{"row":1,"column":1,"marks":["x"]}'),
    (m.Page[int], m.Page([1]), '{"items":[1],"first":null,"total":0}'),
    (
        m.Folder,
        m.Folder("a", {"b": m.Folder("c")}),
        '{"name":"a","folders":{"b":{"name":"c","folders":{}}}}',
    ),
]


@pytest.mark.parametrize(("hint", "value", "json"), FORMS, ids=lambda part: str(part)[:40])
def test_result_in_json(hint: Any, value: Any, json: str) -> None:
    assert Faces.of(hint).codec.result_to_json(value).decode() == json


READINGS: list[tuple[Any, str, Any]] = [
    (float, "5", 5.0),
    (float, "-0", 0.0),
    (float, "1e3", 1000.0),
    (Float32, "0.1", 0.10000000149011612),
    (Float32, "1e-46", 0.0),
    (int, "-0", 0),
    (str, '"\\ud83d\\ude00"', "😀"),
    (Decimal, '"1e3"', Decimal("1E+3")),
    (UUID, '"0000000000000000000000000000000A"', UUID(int=10)),
    (datetime, '"2026-01-31T21:00:00+09:00"', NOON),
    (timedelta, '"0.0000019s"', timedelta(microseconds=1)),
    (timedelta, '"-0.5s"', timedelta(seconds=-0.5)),
    (Any, "1.0", 1),
    (Any, "-0.0", 0),
    (Any, str(2**60), 2**60),
    (Any, "1e18", 1e18),
    (set[int], "[1,1]", {1}),
    (int | float, "1", 1),
    (int | float, "1.0", 1.0),
    (m.Cat, "{}", m.Cat()),
    (m.Cat, '{"lives":1,"unknown":[]}', m.Cat(1)),
    (m.Options, "{}", m.Options()),
    (
        m.Options,
        '{"retries":null,"flags":null,"either":null,"note":null}',
        m.Options(None, flags=None, either=None, note=None),
    ),
    (
        m.Options,
        '{"hosts":[],"ports":[],"flags":[],"limits":{},"either":""}',
        m.Options(hosts=[], ports=(), flags=set(), limits={}, either=""),
    ),
    (m.Options, '{"hosts":null,"ports":null,"limits":null,"color":null}', m.Options()),
    (m.Movie, '{"title":"","rating":null}', {"title": "", "rating": None, "cast": None}),
    (m.Movie, '{"title":"","year":null}', {"title": "", "cast": None}),
]


@pytest.mark.parametrize(("hint", "json", "value"), READINGS, ids=lambda part: str(part)[:40])
def test_value_from_json(hint: Any, json: str, value: Any) -> None:
    assert alike(Faces.of(hint).value_from_json(json.encode()), value)
