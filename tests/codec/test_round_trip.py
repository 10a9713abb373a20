"""A value of any row comes back the same, through either face."""

from typing import Any

import pytest
from hypothesis import given

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
