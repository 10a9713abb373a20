"""The file descriptor: every row of the table of types, and what protoc itself says of it.

golden/everything.txtpb is in protobuf's text format; UPDATE_GOLDEN=1 writes it anew.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    duration_pb2,
    struct_pb2,
    text_format,
    timestamp_pb2,
)
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.type import date_pb2

from gemstone_grpc.method import collect
from gemstone_grpc.schema.descriptor import file_descriptor
from gemstone_grpc.schema.hints import derive
from tests.schema import pinned
from tests.schema.build import file_of
from tests.schema.everything import Everything


@pytest.fixture(scope="module")
def everything() -> FileDescriptorProto:
    return file_descriptor(derive("shop.everything", "v2", collect([Everything()])))


def test_the_golden_file(everything: FileDescriptorProto) -> None:
    pinned.check("everything.txtpb", text_format.MessageToString(everything))


def test_the_same_service_gives_the_same_bytes(everything: FileDescriptorProto) -> None:
    again = file_descriptor(derive("shop.everything", "v2", collect([Everything()])))
    assert again.SerializeToString() == everything.SerializeToString()


def test_it_imports_only_what_it_uses(everything: FileDescriptorProto) -> None:
    assert list(file_of(int).dependency) == []
    assert list(everything.dependency) == [
        "google/protobuf/duration.proto",
        "google/protobuf/struct.proto",
        "google/protobuf/timestamp.proto",
        "google/type/date.proto",
    ]


# -- protoc ----------------------------------------------------------------------------------


def protoc(folder: Path, file: FileDescriptorProto) -> subprocess.CompletedProcess[str]:
    """Compile a descriptor to Python, as a client's build would."""
    files = descriptor_pb2.FileDescriptorSet()
    known: tuple[Any, ...] = (any_pb2, duration_pb2, struct_pb2, timestamp_pb2, date_pb2)
    for module in known:
        module.DESCRIPTOR.CopyToProto(files.file.add())
    files.file.append(file)
    (folder / "set.binpb").write_bytes(files.SerializeToString())
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "grpc_tools.protoc",
            f"--descriptor_set_in={folder / 'set.binpb'}",
            f"--python_out={folder}",
            f"--descriptor_set_out={folder / 'out.binpb'}",
            file.name,
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_protoc_compiles_it_without_a_word(everything: FileDescriptorProto, tmp_path: Path) -> None:
    done = protoc(tmp_path, everything)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "shop/everything/v2/everything_pb2.py").exists()
    compiled = descriptor_pb2.FileDescriptorSet.FromString((tmp_path / "out.binpb").read_bytes())
    (file,) = compiled.file
    for message in file.message_type:
        _forget_json_names(message)
    assert file == everything


def _forget_json_names(message: descriptor_pb2.DescriptorProto) -> None:
    for field in message.field:
        field.ClearField("json_name")  # protoc fills it in
    for nested in message.nested_type:
        _forget_json_names(nested)


def test_protoc_would_have_said_so(tmp_path: Path) -> None:
    file = file_of(int, int)
    file.message_type[0].field[1].number = 1
    done = protoc(tmp_path, file)
    assert done.returncode != 0
    assert "number 1 has already been used" in done.stderr


# -- by the letter of descriptor.proto -------------------------------------------------------


def test_numbers_follow_the_declaration(everything: FileDescriptorProto) -> None:
    for message in everything.message_type:
        assert [field.number for field in message.field] == [*range(1, len(message.field) + 1)]
    for enum in everything.enum_type:
        assert [value.number for value in enum.value] == [*range(len(enum.value))]


def test_each_optional_field_has_a_oneof_of_its_own_after_the_real_ones(
    everything: FileDescriptorProto,
) -> None:
    for message in everything.message_type:
        synthetic = [field for field in message.field if field.proto3_optional]
        real = len(message.oneof_decl) - len(synthetic)
        names = [f"_{field.name}" for field in synthetic]
        assert [oneof.name for oneof in message.oneof_decl][real:] == names
        assert [field.oneof_index for field in synthetic] == [*range(real, real + len(synthetic))]


def test_every_type_name_is_absolute(everything: FileDescriptorProto) -> None:
    references = [
        field.type_name
        for message in everything.message_type
        for field in message.field
        if field.type in (FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.TYPE_ENUM)
    ]
    assert references
    assert all(name.startswith((".shop.everything.v2.", ".google.")) for name in references)
