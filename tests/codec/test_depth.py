"""Values nested deep: protobuf takes 100 messages in each other, JSON as many as fit the stack."""

from typing import Any

import pytest

from gemstone_grpc import Code, RpcError
from gemstone_grpc.codec import ResultError
from tests.codec import models as m
from tests.codec.echo import Faces, alike


def nodes(depth: int) -> m.Node:
    node = m.Node(0)
    for number in range(1, depth):
        node = m.Node(number, [node])
    return node


def arrays(depth: int) -> list[Any]:
    array: list[Any] = []
    for _ in range(1, depth):
        array = [array]
    return array


def objects(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {}
    for _ in range(1, depth):
        value = {"a": value}
    return value


def cycle() -> m.Node:
    node = m.Node(0)
    node.children.append(node)
    return node


def own_item() -> list[Any]:
    array: list[Any] = []
    array.append(array)
    return array


TAKEN: list[tuple[Any, Any]] = [
    (m.Node, nodes(31)),
    (m.Node, nodes(99)),
    (Any, arrays(49)),
    (Any, objects(33)),
]


@pytest.mark.parametrize(("hint", "value"), TAKEN)
def test_deep_value(hint: Any, value: Any) -> None:
    faces = Faces.of(hint)
    assert alike(faces.sent_over_grpc(value), value)
    assert alike(faces.answered_over_grpc(value), value)
    assert alike(faces.there_and_back_in_json(value), value)


REFUSED: dict[str, tuple[Any, Any]] = {
    "102_messages": (m.Node, nodes(102)),
    "5000_messages": (m.Node, nodes(5000)),
    "endless_messages": (m.Node, cycle()),
    "60_arrays": (Any, arrays(60)),
    "40_objects": (Any, objects(40)),
    "5000_arrays": (Any, arrays(5000)),
    "endless_array": (Any, own_item()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_too_deep_for_protobuf(name: str) -> None:
    hint, value = REFUSED[name]
    codec = Faces.of(hint).codec
    with pytest.raises(ResultError, match="result: is nested too deeply"):
        codec.result_to_wire(value)
    with pytest.raises(RpcError, match="nested too deeply") as refused:
        codec.request_to_wire({"value": value})
    assert refused.value.code is Code.INVALID_ARGUMENT


@pytest.mark.parametrize("name", [name for name in REFUSED if "5000" in name or "endless" in name])
def test_too_deep_for_json(name: str) -> None:
    hint, value = REFUSED[name]
    with pytest.raises(ResultError, match="result: is nested too deeply"):
        Faces.of(hint).codec.result_to_json(value)
