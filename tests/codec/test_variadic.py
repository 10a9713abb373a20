"""`*args: T` and `**kwargs: T` of every row."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemstone_grpc import Context, MicroService, exposed_method
from tests.codec.echo import Faces, alike
from tests.codec.rows import ROWS, Row, examples, keys


def variadic_service(hint: Any) -> MicroService:
    async def rest(self: object, *args: Any, **kwargs: Any) -> None:
        """Take the rest."""

    rest.__annotations__ = {"args": hint, "kwargs": hint, "return": None}
    members = {"name": "variadic", "rest": exposed_method()(rest)}
    service: MicroService = type("Variadic", (MicroService,), members)()
    return service


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rest_of_params(row: Row) -> None:
    echo = Faces.of(row.hint).codec
    wired = variadic_service(row.hint).wire({})
    codec, method = wired.face.codecs["rest"], wired.face.calls["rest"].method

    @examples(6)
    @given(st.lists(row.values, max_size=3), st.dictionaries(keys, row.values, max_size=3))
    def check(args: list[Any], kwargs: dict[str, Any]) -> None:
        request = codec.request_to_wire({"args": args, "kwargs": kwargs})
        over_grpc = codec.arguments_from_wire(request, Context(method, transport="grpc"))
        assert alike(over_grpc, (args, kwargs))

        array = [msgspec.Raw(echo.result_to_json(value)) for value in args]
        members = {key: msgspec.Raw(echo.result_to_json(value)) for key, value in kwargs.items()}
        context = Context(method, transport="jsonrpc")
        for params, expected in ((array, (args, {})), (members, ([], kwargs))):
            raw = msgspec.Raw(msgspec.json.encode(params))
            assert alike(codec.arguments_from_json(raw, context), expected)

    check()
