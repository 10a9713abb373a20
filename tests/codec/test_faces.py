"""The same through a real call: Python → bytes → `echo(value: T) -> T` → bytes → Python."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gemstone_grpc import testing
from tests.codec.echo import Faces, alike, echo_service
from tests.codec.rows import ROWS, Row, examples

SERVICES: dict[str, Any] = {"in_memory": testing.in_memory, "sockets": testing.running}


@pytest.fixture(scope="module", params=SERVICES)
async def client(request: pytest.FixtureRequest) -> AsyncIterator[testing.Client]:
    service = echo_service({row.name: row.hint for row in ROWS})
    async with SERVICES[request.param](service) as client:
        yield client


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
@examples(3)
@given(data=st.data())
async def test_calls_give_the_value_back(
    client: testing.Client, row: Row, data: st.DataObject
) -> None:
    value = data.draw(row.values)
    assert alike(await client.grpc(row.name, value=value), value)

    faces = Faces(client.wired, row.name)
    written = faces.codec.result_to_json(value)
    answer = await client.jsonrpc(row.name, {"value": msgspec.Raw(written)})
    assert alike(faces.value_from_json(msgspec.json.encode(answer)), value)
