"""Parameters with defaults: what did not come is the default, what came is never taken for it."""

from typing import Any

import pytest
from hypothesis import given

from gemstone_grpc import MicroService, exposed_method
from tests.codec.echo import Faces, alike
from tests.codec.rows import ROWS, Row, examples


def faces_with_default(hint: Any, default: Any) -> Faces:
    async def echo(self: object, value: Any = default) -> Any:
        return value

    echo.__annotations__ = {"value": hint, "return": hint}
    members = {"name": "echoes", "echo": exposed_method()(echo)}
    service: MicroService = type("Echoes", (MicroService,), members)()
    return Faces(service.wire({}), "echo")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_default(row: Row) -> None:
    @examples(6)
    @given(row.values, row.values)
    def check(default: Any, value: Any) -> None:
        faces = faces_with_default(row.hint, default)
        assert alike(faces.value_from_grpc(b""), default)
        assert alike(faces.value_from_json(None), default)
        assert alike(faces.sent_over_grpc(value), value)
        assert alike(faces.there_and_back_in_json(value), value)

    check()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_none_as_default_makes_any_hint_optional(row: Row) -> None:
    faces = faces_with_default(row.hint, None)
    assert faces.value_from_grpc(b"") is None
    assert faces.value_from_json(None) is None
    assert faces.value_from_json(b"null") is None
    assert faces.sent_over_grpc(None) is None


NULLS: list[tuple[Any, Any, Any]] = [
    (int | None, 5, None),
    (list[int] | None, [1], None),
    (int | str | None, "x", None),
    (Any, 5, None),
    (Any | None, 5, None),
    (int, 5, 5),
    (list[int], [1], [1]),
    (dict[str, int], {}, {}),
]


@pytest.mark.parametrize(("hint", "default", "expected"), NULLS)
def test_null_is_none_where_the_hint_takes_it_and_otherwise_the_default(
    hint: Any, default: Any, expected: Any
) -> None:
    assert faces_with_default(hint, default).value_from_json(b"null") == expected
