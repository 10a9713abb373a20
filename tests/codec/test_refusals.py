"""What a hint does not take is refused the same on both faces: INVALID_ARGUMENT, and where."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
import pytest
from google.protobuf import text_format

from gemstone_grpc import Code, RpcError, testing
from tests.codec import models as m
from tests.codec.echo import echo_service


@dataclass(frozen=True)
class Refusal:
    """`json` are the params, `wire` the request as protobuf's text format has it."""

    hint: Any
    json: str
    wire: str
    path: str


OK = '{"id":1,"email":"","created":"1970-01-01T00:00:00Z"}'

LEAVES = [
    Refusal(UUID, '{"value":"zz"}', 'value: "zz"', "value"),
    Refusal(UUID, '{"value":""}', "", "value"),
    Refusal(Decimal, '{"value":"1,5"}', 'value: "1,5"', "value"),
    Refusal(Decimal, '{"value":"NaN"}', 'value: "NaN"', "value"),
    Refusal(Decimal, '{"value":"-Infinity"}', 'value: "-Infinity"', "value"),
    Refusal(
        datetime,
        '{"value":"0001-01-01T00:59:59+01:00"}',
        "value { seconds: -62135596801 }",
        "value",
    ),
    Refusal(
        datetime,
        '{"value":"9999-12-31T23:00:00-01:00"}',
        "value { seconds: 253402300800 }",
        "value",
    ),
    Refusal(timedelta, '{"value":"315576000001s"}', "value { seconds: 315576000001 }", "value"),
    Refusal(
        timedelta,
        '{"value":"-315576000000.1s"}',
        "value { seconds: -315576000000 nanos: -100000000 }",
        "value",
    ),
    Refusal(date, '{"value":"2026-02-30"}', "value { year: 2026 month: 2 day: 30 }", "value"),
    Refusal(date, '{"value":"0000-00-00"}', "value {}", "value"),
    Refusal(m.Natural, '{"value":-1}', "value: -1", "value"),
    Refusal(m.Name, '{"value":""}', "", "value"),
    Refusal(m.Name, '{"value":"123456789"}', 'value: "123456789"', "value"),
    Refusal(Annotated[float, msgspec.Meta(gt=0)], '{"value":-0.0}', "value: -0.0", "value"),
    Refusal(
        Annotated[bytes, msgspec.Meta(max_length=1)], '{"value":"YWI="}', 'value: "ab"', "value"
    ),
]

CHOICES = [
    Refusal(m.Color, '{"value":"blue"}', "value: 9", "value"),
    Refusal(m.Level, '{"value":1}', "value: -1", "value"),
    Refusal(Literal["a", "b"], '{"value":"A"}', "value: 3", "value"),
    Refusal(m.Color | None, '{"value":"blue"}', "value: 9", "value"),
    Refusal(list[m.Color], '{"value":["red",""]}', "value: 1 value: 0", "value[1]"),
    Refusal(dict[str, m.Color], '{"value":{"a":""}}', 'value { key: "a" }', 'value["a"]'),
]

MISSING = [
    Refusal(hint, "{}", "", "value")
    for hint in (datetime, timedelta, date, Any, m.Color, Literal["a"], m.User, m.Spot, int | str)
] + [
    Refusal(m.User, '{"value":{"id":1,"email":""}}', "value { id: 1 }", "value.created"),
    Refusal(
        list[m.User],
        f'{{"value":[{OK},{{"id":1,"email":""}}]}}',
        "value { created {} } value {}",
        "value[1].created",
    ),
    Refusal(
        dict[str, list[m.User] | None],
        f'{{"value":{{"tea":[{OK},{{"id":1,"email":""}}]}}}}',
        'value { key: "tea" value { value { value { created {} } value {} } } }',
        'value["tea"][1].created',
    ),
    Refusal(list[int | str], '{"value":[1,null]}', "value { value_int64: 1 } value {}", "value[1]"),
    Refusal(
        m.Page[m.Cat | m.Dog],
        '{"value":{"items":[null],"total":0}}',
        "value { items {} }",
        "value.items[0]",
    ),
    Refusal(m.Pair[m.Spot], '{"value":{"left":{"row":1}}}', "value { left {} }", "value.right"),
]

MESSAGES = [
    Refusal(m.Even, '{"value":{"number":3}}', "value { number: 3 }", "value"),
    Refusal(
        list[m.Even],
        '{"value":[{"number":2},{"number":3}]}',
        "value { number: 2 } value { number: 3 }",
        "value[1]",
    ),
    Refusal(
        m.Order,
        '{"value":{"orderLines":[{"price":"x"}]}}',
        'value { order_lines { price: "x" } }',
        "value.orderLines[0].price",
    ),
    Refusal(
        m.Order,
        '{"value":{"orderLines":[],"nextOrder":{"orderLines":[{"price":"1","codes":["",""]}]}}}',
        'value { next_order { order_lines { price: "1" codes { value: "" } } } }',
        "value.nextOrder.orderLines[0].codes[0]",
    ),
    Refusal(
        m.Order,
        '{"value":{"orderLines":[],"prices":{"tea":-1}}}',
        'value { prices { key: "tea" value: -1 } }',
        'value.prices["tea"]',
    ),
    Refusal(
        m.Order,
        '{"value":{"orderLines":[],"shippedAt":"9999-12-31T23:00:00-01:00"}}',
        "value { shipped_at { seconds: 253402300800 } }",
        "value.shippedAt",
    ),
]

KEYS = [
    Refusal(
        dict[str, UUID],
        '{"value":{"a\\"b":"zz"}}',
        "value { key: 'a\"b' value: 'zz' }",
        'value["a\\"b"]',
    ),
    Refusal(
        dict[str, UUID],
        '{"value":{"\\n":"zz"}}',
        r'value { key: "\n" value: "zz" }',
        r'value["\n"]',
    ),
    Refusal(
        dict[str, UUID], '{"value":{"é":"zz"}}', 'value { key: "é" value: "zz" }', 'value["é"]'
    ),
    Refusal(
        dict[str, UUID],
        '{"value":{"%s":"zz"}}' % ("k" * 99),
        f'value {{ key: "{"k" * 99}" value: "zz" }}',
        f'value["{"k" * 60}…"]',
    ),
    Refusal(
        dict[int, UUID], '{"value":{"-7":"zz"}}', "value { key: -7 value: 'zz' }", 'value["-7"]'
    ),
    Refusal(
        dict[bool, UUID],
        '{"value":{"true":"zz"}}',
        "value { key: true value: 'zz' }",
        'value["true"]',
    ),
    Refusal(dict[m.Name, int], '{"value":{"":1}}', "value { value: 1 }", 'value[""]'),
]

UNIONS = [
    Refusal(UUID | int, '{"value":"zz"}', 'value_uuid: "zz"', "value"),
    Refusal(m.Color | int, '{"value":"blue"}', "value_color: 0", "value"),
    Refusal(
        m.Card | m.Transfer, '{"value":{"type":"cash"}}', "value_card { type: 7 }", "value.type"
    ),
    Refusal(
        m.Created | m.Deleted | None, '{"value":{"id":1}}', "value_deleted { id: 1 }", "value.kind"
    ),
    Refusal(
        m.Natural | list[m.Natural],
        '{"value":[0,-1]}',
        "value_list_int64 { value: 0 value: -1 }",
        "value[1]",
    ),
]

REFUSALS = LEAVES + CHOICES + MISSING + MESSAGES + KEYS + UNIONS


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: f"{r.path}-{r.json}"[:60])
async def test_refused_alike_on_both_faces(refusal: Refusal) -> None:
    async with testing.in_memory(echo_service({"echo": refusal.hint})) as client:
        with pytest.raises(RpcError) as over_json:
            await client.jsonrpc("echo", msgspec.Raw(refusal.json.encode()))
        request = text_format.Parse(refusal.wire, client.wired.face.classes["EchoRequest"]())
        with pytest.raises(RpcError) as over_grpc:
            await client.unary("echo", request.SerializeToString())
    for refused in (over_json.value, over_grpc.value):
        assert refused.code is Code.INVALID_ARGUMENT
        assert [violation.field for violation in refused.violations] == [refusal.path]
        assert refused.message.startswith(f"Invalid params: {refusal.path}: ")
