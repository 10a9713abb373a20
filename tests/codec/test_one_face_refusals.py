"""What only one face can express, and refuses: JSON's own mistakes, and protobuf's."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from google.protobuf import text_format

from gemstone_grpc import Code, Float32, Int32, RpcError, UInt32, UInt64
from tests.codec import models as m
from tests.codec.echo import Faces

JSON: list[tuple[Any, str, str]] = [
    # -- another kind of value
    (str, "1", "value"),
    (str, "null", "value"),
    (bool, "1", "value"),
    (bool, '"true"', "value"),
    (int, "true", "value"),
    (int, '"1"', "value"),
    (int, "null", "value"),
    (float, '"1"', "value"),
    (float, "true", "value"),
    (Decimal, "1.5", "value"),
    (UUID, "1", "value"),
    (datetime, "0", "value"),
    (timedelta, "1.5", "value"),
    (date, "20260131", "value"),
    (list[int], "{}", "value"),
    (list[int], "null", "value"),
    (set[int], '"ab"', "value"),
    (dict[str, int], "[]", "value"),
    (m.User, "[]", "value"),
    (m.User, "null", "value"),
    (m.Spot, "[1]", "value"),
    (m.Level, '"-3"', "value"),
    (m.Level, "true", "value"),
    (m.Mixed, "1.0", "value"),
    (m.Color, "[]", "value"),
    (m.Color, "{}", "value"),
    (int | str, "null", "value"),
    (int | str, "1.5", "value"),
    (m.Cat | m.Dog | None, "[]", "value"),
    (list[int] | dict[str, int] | None, "1", "value"),
    # -- numbers
    (int, "1.0", "value"),
    (int, "1e3", "value"),
    (int, "9223372036854775808", "value"),
    (int, "-9223372036854775809", "value"),
    (int, "1" * 400, "value"),
    (Int32, "2147483648", "value"),
    (UInt32, "-1", "value"),
    (UInt64, "18446744073709551616", "value"),
    (Float32, "3.5e38", "value"),
    (float, "1" * 400, "value"),
    (float, "1e999", "params"),
    (Any, "9223372036854775808", "value"),
    (Any, '{"a":[0,9223372036854775808]}', 'value["a"][1]'),
    # -- texts
    (str, '"\\ud800"', "params"),
    (str, '"\\udc00\\ud800"', "params"),
    (bytes, '"a"', "value"),
    (bytes, '"_w=="', "value"),
    (datetime, '"2026-01-31T12:00:00"', "value"),
    (datetime, '"2026-01-31"', "value"),
    (datetime, '"2026-02-30T12:00:00Z"', "value"),
    (timedelta, '"1.5"', "value"),
    (timedelta, '"P1D"', "value"),
    (timedelta, '"1.s"', "value"),
    (timedelta, '"\\u0661s"', "value"),
    (timedelta, '"1s\\n"', "value"),
    (date, '"2026-01-31T00:00:00Z"', "value"),
    # -- keys
    (dict[int, int], '{"1":1,"01":1}', 'value["01"]'),
    (dict[int, int], '{"-0":1}', 'value["-0"]'),
    (dict[int, int], '{"1.0":1}', 'value["1.0"]'),
    (dict[int, int], '{"9223372036854775808":1}', 'value["9223372036854775808"]'),
    (dict[bool, int], '{"True":1}', 'value["True"]'),
    # -- deep inside
    (
        m.User,
        '{"id":1,"email":"","created":"1970-01-01T00:00:00Z","tags":["","",0]}',
        "value.tags[2]",
    ),
    (dict[str, int], '{"tea":1.5}', 'value["tea"]'),
    (dict[str, list[m.User] | None], '{"a":[{"id":"1"}]}', 'value["a"][0].id'),
    (list[list[int]], "[[0],[0,null]]", "value[1][1]"),
    (m.Page[m.Cat | m.Dog], '{"items":[{"type":"Cow"}]}', "value.items[0].type"),
    (m.Page[m.Cat | m.Dog], '{"items":[{"type":{}}]}', "value.items[0].type"),
    (m.Cat, '{"type":"Dog"}', "value.type"),
    (
        m.Node,
        '{"value":0,"children":[{"value":0,"parent":{"value":""}}]}',
        "value.children[0].parent.value",
    ),
    (
        m.Account,
        '{"accountId":1,"subAccounts":[{"accountId":1,"ownerName":2}]}',
        "value.subAccounts[0].ownerName",
    ),
    (m.Movie, '{"title":"","cast":["",1]}', "value.cast[1]"),
]

WIRE: list[tuple[Any, str, str]] = [
    (datetime, "value { nanos: -1 }", "value"),
    (datetime, "value { nanos: 1000000000 }", "value"),
    (datetime, "value { seconds: 9223372036854775807 }", "value"),
    (timedelta, "value { seconds: 1 nanos: -1 }", "value"),
    (timedelta, "value { nanos: 1000000000 }", "value"),
    (timedelta, "value { seconds: -9223372036854775808 }", "value"),
    (date, "value { year: 2026 month: 1 }", "value"),
    (date, "value { year: 2147483647 month: 1 day: 1 }", "value"),
    (Any, "value { number_value: nan }", "value"),
    (Any, "value { list_value { values {} values { number_value: -inf } } }", "value[1]"),
    (
        Any,
        'value { struct_value { fields { key: "a\\"" value { number_value: inf } } } }',
        'value["a\\""]',
    ),
    (dict[str, Any], 'value { key: "a" value { number_value: nan } }', 'value["a"]'),
    (m.Natural | None, "value: -1", "value"),
    (list[m.Level | None], "value {} value { value: 7 }", "value[1]"),
    (m.Card | m.Transfer, "value_card { type: 7 }", "value.type"),
]


@pytest.mark.parametrize(("hint", "json", "path"), JSON, ids=lambda part: str(part)[:40])
def test_refused_in_json(hint: Any, json: str, path: str) -> None:
    faces = Faces.of(hint)
    with pytest.raises(RpcError) as refused:
        faces.value_from_json(json.encode())
    assert refused.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in refused.value.violations] == [path]


@pytest.mark.parametrize(("hint", "wire", "path"), WIRE, ids=lambda part: str(part)[:40])
def test_refused_in_protobuf(hint: Any, wire: str, path: str) -> None:
    faces = Faces.of(hint)
    request = text_format.Parse(wire, faces.request_class())
    with pytest.raises(RpcError) as refused:
        faces.value_from_grpc(request.SerializeToString())
    assert refused.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in refused.value.violations] == [path]


@pytest.mark.parametrize("request_", [b"\xff", b"\n\x05a", b"\n\x02\xc3\x28"])
def test_bytes_that_are_no_request(request_: bytes) -> None:
    with pytest.raises(RpcError, match=r"not a echoes\.v1\.EchoRequest") as refused:
        Faces.of(str).value_from_grpc(request_)
    assert refused.value.code is Code.INVALID_ARGUMENT
