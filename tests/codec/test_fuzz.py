"""Whatever comes, a codec either takes it or says where it does not fit, and nothing else."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemstone_grpc import Code, RpcError
from gemstone_grpc.codec import ResultError
from tests.codec import models as m
from tests.codec.echo import Faces, alike
from tests.codec.rows import ROWS, Row, examples, keys, plain

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)

any_value = st.one_of([row.values for row in ROWS])
odd_values = st.sampled_from(
    [1e400, float("nan"), 2**53 + 1, 2**63, 10**400, -0.0, True, "\ud800", object(), {1, "a"}]
)
soup = st.recursive(
    any_value | odd_values,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(keys | st.booleans(), inner, max_size=2),
        st.fixed_dictionaries({"title": inner, "cast": inner}),
        st.builds(m.User, inner, inner, inner, inner, inner),
        st.builds(m.Pair, inner, inner),
        st.builds(m.Page, inner, inner),
        st.builds(m.Spot, inner, inner, inner),
        st.builds(m.Card, inner, inner),
    ),
    max_leaves=5,
)


@each_row
def test_any_json(row: Row) -> None:
    faces = Faces.of(row.hint)

    @examples(12)
    @given(plain)
    def check(json: Any) -> None:
        try:
            value = faces.value_from_json(msgspec.json.encode(json))
        except RpcError as error:
            _is_refusal(error)
        else:
            assert alike(faces.there_and_back_in_json(value), value)
            assert alike(faces.sent_over_grpc(value), value)

    check()


@each_row
def test_any_bytes(row: Row) -> None:
    faces = Faces.of(row.hint)

    @examples(12)
    @given(row.values, st.integers(0, 99), st.integers(0, 99), st.binary(max_size=3))
    def check(value: Any, start: int, length: int, part: bytes) -> None:
        request = faces.codec.request_to_wire({"value": value})
        start %= len(request) + 1
        request = request[:start] + part + request[start + length % 4 :]
        try:
            received = faces.value_from_grpc(request)
        except RpcError as error:
            _is_refusal(error)
        else:
            assert alike(faces.sent_over_grpc(received), received)

    check()


@each_row
def test_any_result(row: Row) -> None:
    faces = Faces.of(row.hint)
    codec = faces.codec

    @examples(12)
    @given(soup)
    def check(result: Any) -> None:
        try:
            wire, json = codec.result_to_wire(result), codec.result_to_json(result)
        except ResultError:
            return
        assert codec.result_from_wire(wire) == faces.value_from_json(json)

    check()


def _is_refusal(error: RpcError) -> None:
    assert error.code is Code.INVALID_ARGUMENT
    assert all(v.field.startswith("value") for v in error.violations)
