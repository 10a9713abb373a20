"""Bodies that are no JSON-RPC: a clear answer by the tables of the specification, then business."""

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from gemstone_grpc import testing
from tests.services import Shop

PARSE_ERROR, INVALID_REQUEST, NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602
CALL = '{"jsonrpc":"2.0","id":1,"method":"echo","params":[%s]}'


@pytest.fixture(scope="module")
async def shop() -> AsyncIterator[testing.SocketClient]:
    async with testing.running(Shop()) as client:
        yield client


async def answer(shop: testing.Client, body: bytes) -> Any:
    reply = await shop.post(body)
    assert await shop.jsonrpc("add", [2, 3]) == 5  # the process keeps serving
    return None if reply is None else json.loads(reply)


def call(value: str) -> bytes:
    return (CALL % value).encode()


def nested(levels: int) -> bytes:
    """A call whose parameter makes the body that many levels deep."""
    inner = levels - 2
    return call("[" * inner + "]" * inner)


NO_JSON = {
    "empty": b"",
    "white space": b" \r\n\t",
    "text": b"hello",
    "truncated": CALL.encode()[:-5],
    "two values": b"{}{}",
    "single quotes": b"{'jsonrpc':'2.0'}",
    "comment": b"/* hi */ {}",
    "trailing comma": b'{"jsonrpc":"2.0",}',
    "invalid UTF-8": call('"\xff"').replace("\xff".encode(), b"\xff"),
    "surrogate in UTF-8": b'"\xed\xa0\x80"',
    "overlong UTF-8": b'"\xc0\xaf"',
    "byte order mark": b"\xef\xbb\xbf" + call("1"),
    "UTF-16": call("1").decode().encode("utf-16"),
    "UTF-16 without mark": call("1").decode().encode("utf-16-le"),
    "UTF-32": call("1").decode().encode("utf-32"),
    "NaN": call("NaN"),
    "Infinity": call("Infinity"),
    "-Infinity": call("-Infinity"),
    "lone surrogate": call(r'"\ud800"'),
    "low surrogate": call(r'"\udc00x"'),
    "control character": call('"\n"'),
    "NUL": b"\x00",
    "leading zero": call("01"),
    "65 levels": nested(65),
    "100,000 levels": call("[" * 100_000),
    "100,000 objects": call('{"a":' * 100_000),
    "100,000 levels behind a stray quote": b'"' + b"[" * 100_000,
    "batch, truncated": b'[{"jsonrpc":"2.0","method":"add"},',
}


@pytest.mark.parametrize("body", NO_JSON.values(), ids=NO_JSON)
async def test_no_json_is_a_parse_error(shop: testing.SocketClient, body: bytes) -> None:
    reply = await answer(shop, body)
    assert reply["id"] is None
    assert reply["error"]["code"] == PARSE_ERROR
    assert reply["error"]["message"] == "Parse error"
    assert reply["error"]["data"]["status"] == "INVALID_ARGUMENT"
    assert reply["error"]["data"]["detail"]


ENVELOPE = '{"jsonrpc":"2.0","method":"add","params":[1],"id":7}'
NO_REQUEST = {
    "number": ("1", None),
    "string": ('"add"', None),
    "null": ("null", None),
    "empty object": ("{}", None),
    "empty batch": ("[]", None),
    "no jsonrpc": (ENVELOPE.replace('"jsonrpc":"2.0",', ""), 7),
    "jsonrpc 1.0": (ENVELOPE.replace("2.0", "1.0"), 7),
    "jsonrpc a number": (ENVELOPE.replace('"2.0"', "2.0"), 7),
    "jsonrpc null": (ENVELOPE.replace('"2.0"', "null"), 7),
    "no method": (ENVELOPE.replace('"method":"add",', ""), 7),
    "method a number": (ENVELOPE.replace('"add"', "1"), 7),
    "method null": (ENVELOPE.replace('"add"', "null"), 7),
    "method an array": (ENVELOPE.replace('"add"', '["add"]'), 7),
    "params a string": (ENVELOPE.replace("[1]", '"bar"'), 7),
    "params null": (ENVELOPE.replace("[1]", "null"), 7),
    "params a number": (ENVELOPE.replace("[1]", "3"), 7),
    "params true": (ENVELOPE.replace("[1]", "true"), 7),
    "id true": (ENVELOPE.replace("7", "true"), None),
    "id false": (ENVELOPE.replace("7", "false"), None),
    "id an object": (ENVELOPE.replace("7", "{}"), None),
    "id an array": (ENVELOPE.replace("7", "[1]"), None),
    "id twice": (ENVELOPE.replace('"id":7', '"id":6,"id":7'), 7),
    "id twice, the same": (ENVELOPE.replace('"id":7', '"id":7,"id":7'), 7),
    "id twice, once escaped": (ENVELOPE.replace('"id":7', r'"id":6,"\u0069d":7'), 7),
    "method twice": (ENVELOPE.replace('"params"', '"method":"add","params"'), 7),
    "params twice": (ENVELOPE.replace('"id"', '"params":{"id":[]},"id"'), 7),
    "jsonrpc twice": (ENVELOPE.replace('"id"', ' "jsonrpc" : "2.0" , "id"'), 7),
}


@pytest.mark.parametrize(("body", "id_"), NO_REQUEST.values(), ids=NO_REQUEST)
async def test_no_request_is_invalid(shop: testing.SocketClient, body: str, id_: object) -> None:
    reply = await answer(shop, body.encode())
    assert reply["id"] == id_
    assert reply["error"]["code"] == INVALID_REQUEST
    assert reply["error"]["message"] == "Invalid Request"
    assert reply["error"]["data"]["status"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    "text",
    [
        "1", "-1", "0", "1.5", "1.50", "1e3", "1E400", "null", '""', '"a"', '"\\u00e9\\n"', '"é😀"',
        "9" * 5000, '"' + "x" * 100_000 + '"', '"\\"id\\":1"', '"\\\\"',
    ],
    ids=lambda text: text[:12],
)  # fmt: skip
async def test_an_id_is_echoed_as_it_came(shop: testing.SocketClient, text: str) -> None:
    body = ENVELOPE.replace('"id":7', f'"id":{text}')
    assert await shop.post(body.encode()) == b'{"jsonrpc":"2.0","id":%b,"result":2}' % text.encode()


@pytest.mark.parametrize(
    "body",
    [
        '{"id" : 7 , "params" : [ 1 ] , "method" : "add" , "jsonrpc" : "2.0"}',
        '\n\t{"jsonrpc":"\\u0032.0","\\u006dethod":"\\u0061dd","params":[1],"id":7}\r\n ',
        '{"jsonrpc":"2.0","method":"add","params":{"a":1},"id":7,"extra":{"id":1,"method":2}}',
        '{"jsonrpc":"2.0","method":"echo","params":[2],"id":7,"note":"\\"id\\":1"}',
    ],
)
async def test_unusual_but_right(shop: testing.SocketClient, body: str) -> None:
    assert await answer(shop, body.encode()) == {"jsonrpc": "2.0", "id": 7, "result": 2}


async def test_members_of_the_envelope_may_stand_in_params(shop: testing.SocketClient) -> None:
    value = {"id": 1, "method": "x", "params": [{"jsonrpc": "2.0", "id": 2}], 'q"\\': '\\"id"'}
    assert await shop.jsonrpc("echo", {"value": value}) == value
    assert await shop.jsonrpc("echo", [json.dumps(value)]) == json.dumps(value)


async def test_64_levels_are_taken(shop: testing.SocketClient) -> None:
    reply = await answer(shop, nested(64))
    assert "result" in reply
    brackets = "[{" * 100
    assert await shop.jsonrpc("echo", [brackets]) == brackets


INTEGERS = {
    "beyond int64": "9223372036854775808",
    "below int64": "-9223372036854775809",
    "beyond uint64": "18446744073709551616",
    "5,000 digits": "9" * 5000,
    "1e999": "1e999",
    "-1e999": "-1e999",
}


@pytest.mark.parametrize("method", ["echo", "add"])
@pytest.mark.parametrize("number", INTEGERS.values(), ids=INTEGERS)
async def test_numbers_out_of_range(shop: testing.SocketClient, number: str, method: str) -> None:
    body = CALL.replace("echo", method) % number
    reply = await answer(shop, body.encode())
    assert (reply["id"], reply["error"]["code"]) == (1, INVALID_PARAMS)
    assert reply["error"]["data"]["status"] == "INVALID_ARGUMENT"
    assert "range" in reply["error"]["data"]["violations"][0]["description"]


UNKNOWN = [
    "nope", "", "rpc.discover", "rpc.", "__init__", "__class__", "_settings", "helper", "start",
    "stop", "serve", "name", "ADD", "add ", "add\n", "add.add", "shelf", "find_shelf", "audit",
    "x" * 100_000, "\u0000", "%s%n", "../add",
]  # fmt: skip


@pytest.mark.parametrize("method", UNKNOWN, ids=lambda method: repr(method[:12]))
async def test_unknown_methods(shop: testing.SocketClient, method: str) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [1]}
    assert await answer(shop, msgspec.json.encode(body)) == {
        "jsonrpc": "2.0",
        "id": 1,
        "error": {
            "code": NOT_FOUND,
            "message": "Method not found",
            "data": {"status": "UNIMPLEMENTED"},
        },
    }


PARAMS: dict[str, tuple[Any, str, str]] = {
    "missing": ([], "a", "is required"),
    "missing by name": ({"b": 1}, "a", "is required"),
    "too many": ([1, 2, 3], "params", "takes 2 by position, got 3"),
    "extra by name": ({"a": 1, "c": 2}, "c", "is no parameter of this method"),
    "self by name": ({"a": 1, "self": 2}, "self", "is no parameter of this method"),
    "a string": (["1"], "a", "expected a whole number, got a string"),
    "a boolean": ([True], "a", "expected a whole number, got a boolean"),
    "a fraction": ([1.5], "a", "expected a whole number, got a number with a fraction"),
    "null": ([None], "a", "expected a whole number, got null"),
    "an object": ([{"a": 1}], "a", "expected a whole number, got an object"),
    "by position and by name": ([1, {"b": 2}], "b", "expected a whole number, got an object"),
}


@pytest.mark.parametrize(("params", "field", "words"), PARAMS.values(), ids=PARAMS)
@pytest.mark.parametrize("method", ["add", "add_in_thread"])
async def test_parameters_that_do_not_fit(
    shop: testing.SocketClient, method: str, params: Any, field: str, words: str
) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    reply = await answer(shop, msgspec.json.encode(body))
    assert reply["error"] == {
        "code": INVALID_PARAMS,
        "message": f"Invalid params: {field}: {words}",
        "data": {
            "status": "INVALID_ARGUMENT",
            "violations": [{"field": field, "description": words}],
        },
    }


async def test_every_bad_parameter_is_named(shop: testing.SocketClient) -> None:
    params = {"items": [{"name": "tea"}, {"name": 5}], "x": "y", "z": None}
    body = {"jsonrpc": "2.0", "id": 1, "method": "total", "params": params}
    violations = (await answer(shop, msgspec.json.encode(body)))["error"]["data"]["violations"]
    assert [violation["field"] for violation in violations] == ["items[1].name", 'named["x"]']


async def test_a_streaming_method_says_where_it_is(shop: testing.SocketClient) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "count", "params": [3]}
    error = (await answer(shop, msgspec.json.encode(body)))["error"]
    assert error["code"] == -32012
    assert error["message"] == "count streams: call it over gRPC"
