"""`clients/vectors.json`: both forms of a vector say the same, and no field is left out.

`wire` of a new vector is what the failing test expected.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.type import date_pb2

from tests.clients.languages import CLIENTS
from tests.peers import programs

VECTORS = json.loads((CLIENTS / "vectors.json").read_text())
PROTO = CLIENTS.parent / "proto"


@pytest.fixture(scope="module")
async def everything(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The class of `vectors.v1.Everything`, compiled from the .proto by protoc."""
    described = tmp_path_factory.mktemp("vectors") / "descriptors.bin"
    google_protos = Path(date_pb2.__file__).parents[2]
    await programs.run(
        *(sys.executable, "-m", "grpc_tools.protoc", f"-I{PROTO}", f"-I{google_protos}"),
        *("--include_imports", f"--descriptor_set_out={described}", "vectors/v1/vectors.proto"),
    )
    pool = DescriptorPool()
    for file in FileDescriptorSet.FromString(described.read_bytes()).file:
        pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("vectors.v1.Everything"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_value_and_wire_are_the_same(everything: Any, vector: dict[str, Any]) -> None:
    message = json_format.ParseDict(vector["value"], everything())
    assert (
        vector["wire"] == base64.b64encode(message.SerializeToString(deterministic=True)).decode()
    )
    assert message == everything.FromString(base64.b64decode(vector["wire"]))


def test_names_are_unique() -> None:
    names = [vector["name"] for vector in VECTORS]
    assert len(names) == len(set(names))


def test_every_field_and_enum_value_is_there(everything: Any) -> None:
    messages = [everything.FromString(base64.b64decode(vector["wire"])) for vector in VECTORS]
    assert {field.name for message in messages for field, _ in message.ListFields()} == {
        field.name for field in everything.DESCRIPTOR.fields
    }
    colors = everything.DESCRIPTOR.fields_by_name["color"].enum_type.values
    assert {message.color for message in messages} == {value.number for value in colors}


def test_every_scalar_is_also_set_to_its_zero(everything: Any) -> None:
    (zeros,) = (vector for vector in VECTORS if vector["name"] == "zeros that are set")
    message = everything.FromString(base64.b64decode(zeros["wire"]))
    empty = {field.name for field, value in message.ListFields() if not value}
    assert empty >= {"truth", "whole", "small", "count", "large", "real", "single", "text", "data"}
