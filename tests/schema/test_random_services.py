"""A hundred services at random: protoc compiles what is written of each, buf is content with it,
and it says the same as the descriptor that the service runs with."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto
from hypothesis import assume, given

from gemstone_grpc import MicroService, StartError, exposed_method, protoc
from gemstone_grpc.schema import protofile
from tests.codec.drawn import signatures
from tests.codec.rows import examples
from tests.schema import buf
from tests.schema.sources import api

NUMBER = 100


def test_a_hundred_services(tmp_path: Path) -> None:
    found: dict[str, FileDescriptorProto] = {}

    @examples(NUMBER)
    @given(signatures())
    def write(methods: list[list[Any]]) -> None:
        service = made(f"random{len(found)}", methods)
        try:
            described = api(service)
        except StartError as error:
            assume("would both have the name" not in str(error))  # Pair[int] and Pair[Natural]
            raise
        classes = described.settled().classes
        file = classes.files[-1]
        path = tmp_path / "proto" / file.name
        path.parent.mkdir(parents=True)
        path.write_text(protofile.write(file), encoding="utf-8")
        found[file.name] = file

    write()
    assert len(found) == NUMBER
    compiled = {file.name: file for file in protoc.read(found, [tmp_path / "proto"]).file}
    for name, file in found.items():
        assert bare(compiled[name]) == bare(file)
    assert buf.lint(tmp_path) == ""
    assert buf.run(tmp_path, "format", "--diff", "proto") == ""


def made(name: str, methods: list[list[Any]]) -> MicroService:
    attributes: dict[str, Any] = {"name": name}
    for number, (result, *parameters) in enumerate(methods):
        attributes[f"method_{number}"] = method(result, parameters, streams=number == 2)
    cls: type[MicroService] = type("Random", (MicroService,), attributes)
    return cls()


def method(result: Any, parameters: list[Any], *, streams: bool) -> Any:
    async def three(self: object, a: Any, b: Any, c: Any) -> None: ...
    async def two(self: object, a: Any, b: Any) -> None: ...
    async def one(self: object, a: Any) -> None: ...
    async def none(self: object) -> None: ...

    function = (none, one, two, three)[len(parameters)]
    given: dict[str, Any] = dict(zip("abc", parameters, strict=False))
    iterator: Any = AsyncIterator
    function.__annotations__ = {**given, "return": iterator[result] if streams else result}
    return exposed_method()(function)


def bare(file: FileDescriptorProto) -> FileDescriptorProto:
    """Without what protoc adds: comments, and the names in protobuf's JSON."""
    out = FileDescriptorProto()
    out.CopyFrom(file)
    out.ClearField("source_code_info")
    for message in out.message_type:
        for part in (message, *message.nested_type):
            for field in part.field:
                field.ClearField("json_name")
    return out
