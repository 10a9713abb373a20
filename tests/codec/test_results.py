"""A result that does not fit its hint: the log learns where, the caller nothing."""

import logging
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest

from gemstone_grpc import Code, Float32, Int32, MicroService, RpcError, exposed_method, testing
from gemstone_grpc.codec import ResultError
from tests.codec import models as m
from tests.codec.echo import Faces

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
USER = m.User(1, "a@b.c", NOON)

WRONG: list[tuple[Any, Any, str]] = [
    (str, b"bytes", "result"),
    (str, None, "result"),
    (str, "half \ud83d", "result"),
    (bool, 1, "result"),
    (bytes, "text", "result"),
    (bytes, bytearray(b"a"), "result"),
    (int, "1", "result"),
    (int, 1.0, "result"),
    (int, True, "result"),
    (int, 2**63, "result"),
    (Int32, 2**31, "result"),
    (float, "1", "result"),
    (float, False, "result"),
    (float, 10**400, "result"),
    (Float32, 1e39, "result"),
    (datetime, datetime(2026, 1, 31), "result"),
    (datetime, date(2026, 1, 31), "result"),
    (datetime, datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), "result"),
    (date, NOON, "result"),
    (timedelta, 1.5, "result"),
    (timedelta, timedelta.max, "result"),
    (Decimal, 1, "result"),
    (Decimal, Decimal("sNaN"), "result"),
    (UUID, str(UUID(int=0)), "result"),
    (m.Natural, -1, "result"),
    (m.Name, "", "result"),
    (m.Photo, "YQ==", "result"),
    (Any, object(), "result"),
    (Any, {"a": [0, float("nan")]}, 'result["a"][1]'),
    (Any, {"a": {"b": 2**63}}, 'result["a"]["b"]'),
    (Any, {(1, 2): 0}, 'result["(1, 2)"]'),
    (Any, {1: "a", "1": "b"}, "result"),
    (Any, ["half \ud83d"], "result[0]"),
    (Any, {"half \ud83d": 0}, 'result["half ?"]'),
    (m.Color, "red", "result"),
    (m.Color, m.Mood.GLAD, "result"),
    (m.Level, -3, "result"),
    (m.Level, False, "result"),
    (Literal["a", "b"], "c", "result"),
    (Literal["a", "b"], 1, "result"),
    (list[int], (1, 2), "result"),
    (list[int], [0, None], "result[1]"),
    (tuple[int, ...], [1], "result"),
    (set[int], {1: 1}, "result"),
    (dict[str, int], [("a", 1)], "result"),
    (dict[str, int], {"a": "b"}, 'result["a"]'),
    (dict[str, int], {1: 1}, 'result["1"]'),
    (dict[bool, int], {1: 1}, 'result["1"]'),
    (dict[int, int], {True: 1}, 'result["true"]'),
    (int | None, "x", "result"),
    (list[int] | None, [None], "result[0]"),
    (list[list[int]], [[], [1, ""]], "result[1][1]"),
    (dict[str, list[m.User] | None], {"a": [USER, None]}, 'result["a"][1]'),
    (m.User, None, "result"),
    (m.User, {"id": 1}, "result"),
    (m.User, m.User(1, "", NOON, tags=["", 2]), "result.tags[1]"),  # type: ignore[list-item]
    (m.User, m.User(1, "", datetime(2026, 1, 31)), "result.created"),
    (m.Account, m.Account(account_id="1"), "result.accountId"),  # type: ignore[arg-type]
    (m.Movie, {"cast": None}, "result.title"),
    (m.Movie, {"title": "", "cast": [1]}, "result.cast[0]"),
    (m.Spot, (1, 2, []), "result"),
    (m.Spot, m.Spot("1"), "result.row"),  # type: ignore[arg-type]
    (m.Node, m.Node(1, [m.Node(2, [m.Node("")])]), "result.children[0].children[0].value"),  # type: ignore[arg-type]
    (m.Page[int], m.Page([1, "2"]), "result.items[1]"),
    (int | str, 1.5, "result"),
    (int | str, None, "result"),
    (m.Cat | m.Dog, m.Circle(1), "result"),
    (m.Created | m.Deleted, {"kind": "moved"}, "result.kind"),
    (m.Created | m.Deleted, {"kind": ["created"]}, "result.kind"),
    (m.Card | m.Transfer, m.Card("", "transfer"), "result.type"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("hint", "value", "path"), WRONG, ids=lambda part: str(part)[:40])
def test_wrong_result(hint: Any, value: Any, path: str) -> None:
    codec = Faces.of(hint).codec
    for write in (codec.result_to_wire, codec.result_to_json):
        with pytest.raises(ResultError) as error:
            write(value)
        words = "Echoes.echo returned what does not fit its hint: "
        assert str(error.value).startswith(f"{words}{path}: ")


def test_numbers_that_only_one_face_can_write() -> None:
    nan = float("nan")
    floats = Faces.of(list[float]).codec
    assert (
        str(floats.result_from_wire(floats.result_to_wire([nan, -float("inf")]))) == "[nan, -inf]"
    )
    with pytest.raises(ResultError, match=r"result\[1\]: JSON has no inf"):
        floats.result_to_json([0, float("inf")])

    anything = Faces.of(Any).codec
    assert anything.result_to_json([2**53 + 1]) == b"[9007199254740993]"
    with pytest.raises(ResultError, match=r'result\["a"\]\[0\]: .* give it the hint int'):
        anything.result_to_wire({"a": [2**53 + 1]})


class Wrong(MicroService):
    name = "wrong"

    @exposed_method()
    async def user(self) -> m.User:
        return m.User(1, "secret", "yesterday")  # type: ignore[arg-type]

    @exposed_method()
    async def nothing(self) -> None:
        return 5  # type: ignore[return-value]


@pytest.mark.parametrize("method", ["user", "nothing"])
async def test_callers_learn_nothing(method: str, caplog: pytest.LogCaptureFixture) -> None:
    async with testing.in_memory(Wrong()) as client:
        with pytest.raises(RpcError) as over_json:
            await client.jsonrpc(method)
        with pytest.raises(RpcError) as over_grpc:
            await client.grpc(method)
    for error in (over_json.value, over_grpc.value):
        assert (error.code, error.message) == (Code.INTERNAL, "Internal error")
        assert not error.violations
        assert not error.details
    logged = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in logged] == [f"Wrong.{method} failed"] * 2
    assert all(isinstance(r.exc_info and r.exc_info[1], ResultError) for r in logged)


async def test_a_result_that_a_client_cannot_take() -> None:
    codec = Faces.of(m.Even).codec
    odd = m.Even(2)
    odd.number = 3
    with pytest.raises(ResultError, match="result: 3 is odd"):
        codec.result_from_wire(codec.result_to_wire(odd))
