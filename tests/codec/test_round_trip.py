"""A value of any row comes back the same, through either face."""

import math
from typing import Any

import pytest
from hypothesis import given

from gemstone_grpc import Float32
from tests.codec.echo import Faces, alike
from tests.codec.rows import ROWS, Row, examples

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


@each_row
def test_codecs_give_the_value_back(row: Row) -> None:
    faces = Faces.of(row.hint)

    @examples(25)
    @given(row.values)
    def check(value: Any) -> None:
        assert alike(faces.sent_over_grpc(value), value)
        assert alike(faces.answered_over_grpc(value), value)
        assert alike(faces.there_and_back_in_json(value), value)

    check()


@pytest.mark.parametrize("hint", [float, Float32, float | None, list[float]])
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_doubles_that_json_has_not(hint: Any, number: float) -> None:
    faces = Faces.of(hint)
    value = [number] if hint == list[float] else number
    assert alike(faces.sent_over_grpc(value), value)
    assert alike(faces.answered_over_grpc(value), value)


@pytest.mark.parametrize("number", [0.1, 1 / 3, 1e-45, 1e-46, -1e38, 5])
def test_single_precision_is_the_same_on_both_faces(number: float) -> None:
    faces = Faces.of(Float32)
    assert alike(faces.sent_over_grpc(number), faces.there_and_back_in_json(number))
