"""A gRPC client without generated code: all it knows of a service it learns through reflection."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from gemstone_grpc import MicroService, testing

Json = dict[str, Any]


class Reflected:
    """Calls any service behind a channel. Its methods block: run them in a thread."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self.database = ProtoReflectionDescriptorDatabase(channel)
        self.pool = DescriptorPool(self.database)

    def rpcs(self, service: str) -> dict[str, MethodDescriptor]:
        """The methods of a service, by their full names."""
        return {rpc.full_name: rpc for rpc in self.pool.FindServiceByName(service).methods}

    def rpc(self, name: str) -> MethodDescriptor:
        return self.rpcs(name.rpartition(".")[0])[name]

    def call(self, rpc: str, request: Json) -> Json:
        """Call `package.Service.Method`; messages are in protobuf's JSON."""
        method = self.rpc(rpc)
        call = self._channel.unary_unary(_path(method), *_codec(method))
        return _to_json(call(_request(method, request)))

    def stream(self, rpc: str, request: Json) -> list[Json]:
        method = self.rpc(rpc)
        call = self._channel.unary_stream(_path(method), *_codec(method))
        return [_to_json(response) for response in call(_request(method, request))]

    def files(self, symbol: str) -> list[FileDescriptorProto]:
        """The file that declares a symbol, after all that it imports."""
        found: dict[str, FileDescriptorProto] = {}

        def add(file: FileDescriptorProto) -> None:
            for name in file.dependency:
                if name not in found:
                    add(self.database.FindFileByName(name))
            found[file.name] = file

        add(self.database.FindFileContainingSymbol(symbol))
        return list(found.values())


@asynccontextmanager
async def reflecting(service: MicroService) -> AsyncIterator[Reflected]:
    """Run a service, and give a client that knows its address and nothing more."""
    async with testing.running(service) as client:
        with grpc.insecure_channel(client.wired.grpc_address) as channel:
            yield await asyncio.to_thread(Reflected, channel)


def spell(message: Descriptor) -> dict[str, str]:
    """The fields of a message, as a .proto file has them; local names without the package."""
    package = f"{message.file.package}."
    return {field.name: _spell(field, package) for field in message.fields}


def _spell(field: FieldDescriptor, package: str) -> str:
    name = _type_name(field, package)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        key, value = field.message_type.fields
        return f"map<{_type_name(key, package)}, {_type_name(value, package)}>"
    if field.is_repeated:
        return f"repeated {name}"
    if field.containing_oneof is None:
        return name
    if field.containing_oneof.name == f"_{field.name}":
        return f"optional {name}"
    return f"{name} of {field.containing_oneof.name}"


def _type_name(field: FieldDescriptor, package: str) -> str:
    declared = field.message_type or field.enum_type
    return _SCALARS[field.type] if declared is None else declared.full_name.removeprefix(package)


_SCALARS = {
    value: name.removeprefix("TYPE_").lower()
    for name, value in vars(FieldDescriptor).items()
    if name.startswith("TYPE_")
}


def _path(method: MethodDescriptor) -> str:
    return f"/{method.containing_service.full_name}/{method.name}"


def _codec(method: MethodDescriptor) -> Iterable[Any]:
    request = GetMessageClass(method.input_type)
    return request.SerializeToString, GetMessageClass(method.output_type).FromString


def _request(method: MethodDescriptor, request: Json) -> Any:
    return json_format.ParseDict(request, GetMessageClass(method.input_type)())


def _to_json(message: Any) -> Json:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)
