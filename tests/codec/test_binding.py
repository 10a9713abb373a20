"""How params become a Python call: by position, by name, defaults, `*args`, `**kwargs`, Context."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
import pytest

from gemstone_grpc import Code, Context, MicroService, RpcError, exposed_method, testing

Natural = Annotated[int, msgspec.Meta(ge=0)]


class Binding(MicroService):
    name = "binding"

    @exposed_method(blocking=False)
    def nothing(self) -> None:
        return None

    @exposed_method(blocking=False)
    def named(self, a: int, b: int = 2) -> list[int]:
        return [a, b]

    @exposed_method(blocking=False)
    def kinds(self, a: int, b: int = 2, /, c: int = 3, *, d: str | None, e: int = 5) -> list[Any]:
        return [a, b, c, d, e]

    @exposed_method(blocking=False)
    def rest(self, a: str, *args: int) -> list[Any]:
        return [a, *args]

    @exposed_method(blocking=False)
    def extra(self, a: str, **kwargs: int | None) -> list[Any]:
        return [a, kwargs]

    @exposed_method(blocking=False)
    def both(self, a: int = 1, *args: list[int], b: Natural = 7, **more: Any) -> list[Any]:
        return [a, args, b, more]

    @exposed_method(blocking=False)
    def shadow(self, a: int, /, **kwargs: int) -> list[Any]:
        return [a, kwargs]

    @exposed_method(blocking=False)
    def context_first(self, context: Context, a: int, **kwargs: int) -> list[Any]:
        return [context.transport, a, kwargs]

    @exposed_method(blocking=False)
    def context_last(self, a: int, *, context: Context) -> list[Any]:
        return [context.transport, a]

    @exposed_method(blocking=False)
    def reserved(self, from_: int, class_: str = "", message: int = 0) -> list[Any]:
        return [from_, class_, message]

    @exposed_method(blocking=False)
    def anything(self, value: Any | None) -> Any:
        return value

    @exposed_method(blocking=False)
    def untyped(self, a, b=None, *args):  # type: ignore[no-untyped-def]
        return [a, b, *args]


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[testing.Client]:
    async with testing.in_memory(Binding()) as client:
        yield client


# method, JSON-RPC's params, the same by name for gRPC, the result (transport as "?")
CALLS: list[tuple[str, str, dict[str, Any], Any]] = [
    ("nothing", "[]", {}, None),
    ("nothing", "{}", {}, None),
    ("named", "[1]", {"a": 1}, [1, 2]),
    ("named", "[1,5]", {"a": 1, "b": 5}, [1, 5]),
    ("named", '{"b":5,"a":1}', {"b": 5, "a": 1}, [1, 5]),
    ("named", '{"a":1,"b":null}', {"a": 1}, [1, 2]),
    ("named", "[1,null]", {"a": 1}, [1, 2]),
    ("kinds", '{"a":1}', {"a": 1}, [1, 2, 3, None, 5]),
    ("kinds", "[1,8,9]", {"a": 1, "b": 8, "c": 9}, [1, 8, 9, None, 5]),
    ("kinds", '{"a":1,"c":0,"d":"","e":0}', {"a": 1, "c": 0, "d": "", "e": 0}, [1, 2, 0, "", 0]),
    ("rest", '["x"]', {"a": "x"}, ["x"]),
    ("rest", '["x",1,2]', {"a": "x", "args": [1, 2]}, ["x", 1, 2]),
    ("rest", '{"a":"x"}', {"a": "x", "args": []}, ["x"]),
    ("extra", '["x"]', {"a": "x"}, ["x", {}]),
    ("extra", '{"a":"x","b":1}', {"a": "x", "kwargs": {"b": 1}}, ["x", {"b": 1}]),
    ("extra", '{"a":"x","a b":null}', {"a": "x", "kwargs": {"a b": None}}, ["x", {"a b": None}]),
    ("extra", '{"a":"","kwargs":1}', {"a": "", "kwargs": {"kwargs": 1}}, ["", {"kwargs": 1}]),
    ("both", "[]", {}, [1, [], 7, {}]),
    ("both", "[3,[],[4]]", {"a": 3, "args": [[], [4]]}, [3, [[], [4]], 7, {}]),
    ("both", '{"b":0,"x":[null]}', {"b": 0, "more": {"x": [None]}}, [1, [], 0, {"x": [None]}]),
    ("both", '{"args":{}}', {"more": {"args": {}}}, [1, [], 7, {"args": {}}]),
    ("shadow", '{"a":1,"b":2}', {"a": 1, "kwargs": {"b": 2}}, [1, {"b": 2}]),
    ("context_first", "[1]", {"a": 1}, ["?", 1, {}]),
    ("context_first", '{"a":1,"b":2}', {"a": 1, "kwargs": {"b": 2}}, ["?", 1, {"b": 2}]),
    ("context_last", "[1]", {"a": 1}, ["?", 1]),
    ("reserved", '{"from_":1,"class_":"c"}', {"from_": 1, "class_": "c"}, [1, "c", 0]),
    ("untyped", "[null,2,3,[]]", {"a": None, "b": 2, "args": [3, []]}, [None, 2, 3, []]),
    ("untyped", '{"a":{}}', {"a": {}}, [{}, None]),
]


@pytest.mark.parametrize(("method", "params", "named", "result"), CALLS)
async def test_call(
    client: testing.Client, method: str, params: str, named: dict[str, Any], result: Any
) -> None:
    def on(transport: str) -> Any:
        return [transport if part == "?" else part for part in result] if result else result

    assert await client.jsonrpc(method, msgspec.Raw(params.encode())) == on("jsonrpc")
    assert await client.grpc(method, **named) == on("grpc")


# method, JSON-RPC's params, the paths that are refused
IN_JSON: list[tuple[str, str, list[str]]] = [
    ("nothing", "[1]", ["params"]),
    ("nothing", '{"x":1}', ["x"]),
    ("named", "[]", ["a"]),
    ("named", "{}", ["a"]),
    ("named", "[1,2,3]", ["params"]),
    ("named", '{"a":1,"c":1,"d":1}', ["c", "d"]),
    ("named", '{"a":"x","b":1.5,"c":0}', ["c", "a", "b"]),
    ("named", '{"a":null}', ["a"]),
    ("named", '{"A":1}', ["A", "a"]),
    ("kinds", "[1,2,3,4]", ["params"]),
    ("kinds", "[]", ["a"]),
    ("rest", "[]", ["a"]),
    ("rest", '["x",1,"2",3.5]', ["args[1]"]),
    ("rest", '{"a":"x","args":[1]}', ["args"]),
    ("extra", '["x",1]', ["params"]),
    ("extra", '{"a":"x","b":"y","c":1}', ['kwargs["b"]']),
    ("extra", '{"b":1}', ["a"]),
    ("extra", '{"a":"x","self":1}', ['kwargs["self"]']),
    ("both", '{"b":-1}', ["b"]),
    ("both", '{"self":1}', ['more["self"]']),
    ("context_first", '{"a":1,"context":1}', ['kwargs["context"]']),
    ("context_last", '{"a":1,"context":1}', ["context"]),
    ("context_last", "[1,2]", ["params"]),
    ("context_last", "[]", ["a"]),
]


@pytest.mark.parametrize(("method", "params", "paths"), IN_JSON)
async def test_refused_in_json(
    client: testing.Client, method: str, params: str, paths: list[str]
) -> None:
    with pytest.raises(RpcError) as refused:
        await client.jsonrpc(method, msgspec.Raw(params.encode()))
    assert refused.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in refused.value.violations] == paths


# `**kwargs` is a map on the wire: its keys must not take the place of a checked parameter
IN_PROTOBUF: list[tuple[str, dict[str, Any], list[str]]] = [
    ("extra", {"a": "x", "kwargs": {"a": 1}}, ['kwargs["a"]']),
    ("extra", {"a": "x", "kwargs": {"self": 1, "b": 1}}, ['kwargs["self"]']),
    ("both", {"more": {"b": -1}}, ['more["b"]']),
    ("context_first", {"a": 1, "kwargs": {"context": 1}}, ['kwargs["context"]']),
    ("kinds", {"a": 1, "f": 1}, ["f"]),
    ("untyped", {}, ["a"]),
]


@pytest.mark.parametrize(("method", "named", "paths"), IN_PROTOBUF)
async def test_refused_in_protobuf(
    client: testing.Client, method: str, named: dict[str, Any], paths: list[str]
) -> None:
    with pytest.raises(RpcError) as refused:
        await client.grpc(method, **named)
    assert refused.value.code is Code.INVALID_ARGUMENT
    assert [violation.field for violation in refused.value.violations] == paths


async def test_a_key_may_be_the_name_of_a_positional_only_parameter(client: testing.Client) -> None:
    assert await client.grpc("shadow", a=1, kwargs={"a": 2}) == [1, {"a": 2}]


async def test_anything_or_none_may_stay_away(client: testing.Client) -> None:
    assert await client.jsonrpc("anything") is await client.grpc("anything") is None
    assert await client.jsonrpc("anything", [[1]]) == await client.grpc("anything", value=[1])


async def test_violations_are_bounded(client: testing.Client) -> None:
    with pytest.raises(RpcError) as refused:
        await client.jsonrpc("named", {f"x{number}": 0 for number in range(100)})
    assert len(refused.value.violations) == 20


async def test_an_unknown_name_is_shown_in_short(client: testing.Client) -> None:
    with pytest.raises(RpcError) as refused:
        await client.jsonrpc("nothing", {"x" * 10_000: 0})
    assert len(refused.value.violations[0].field) < 100
