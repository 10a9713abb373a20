"""Shapes nested in each other in ways nobody wrote down."""

from hypothesis import given
from hypothesis import strategies as st

from tests.codec.drawn import Drawn, hints
from tests.codec.echo import Faces, alike
from tests.codec.rows import examples


@examples(120)
@given(hints(), st.data())
def test_nested_values_come_back(drawn: Drawn, data: st.DataObject) -> None:
    hint, values = drawn
    faces = Faces.of(hint)
    for _ in range(3):
        value = data.draw(values)
        assert alike(faces.sent_over_grpc(value), value)
        assert alike(faces.answered_over_grpc(value), value)
        assert alike(faces.there_and_back_in_json(value), value)
