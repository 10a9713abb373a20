"""A contract → a protobuf file descriptor, and message classes in a pool of their own."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf import descriptor_pb2, duration_pb2, struct_pb2, timestamp_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.internal import api_implementation
from google.protobuf.message import Message as ProtoMessage
from google.protobuf.message_factory import GetMessageClass
from google.type import date_pb2

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema import lock, pinned
from gemstone_grpc.schema.changes import compare
from gemstone_grpc.schema.names import pascal, snake
from gemstone_grpc.schema.types import (
    Contract,
    Enumeration,
    Field,
    Kind,
    Leaf,
    Map,
    Message,
    Nullable,
    OneOf,
    Repeated,
    Rpc,
    Singular,
    Type,
    Wrapped,
)

_Proto = descriptor_pb2.FieldDescriptorProto
_WELL_KNOWN: dict[Kind, Any] = {
    Kind.TIMESTAMP: timestamp_pb2.Timestamp,
    Kind.DURATION: duration_pb2.Duration,
    Kind.DATE: date_pb2.Date,
    Kind.ANY: struct_pb2.Value,
}
_SCALARS: dict[Kind, "_Proto.Type.ValueType"] = {
    Kind.STRING: _Proto.TYPE_STRING,
    Kind.BOOL: _Proto.TYPE_BOOL,
    Kind.BYTES: _Proto.TYPE_BYTES,
    Kind.INT32: _Proto.TYPE_INT32,
    Kind.INT64: _Proto.TYPE_INT64,
    Kind.UINT32: _Proto.TYPE_UINT32,
    Kind.UINT64: _Proto.TYPE_UINT64,
    Kind.FLOAT: _Proto.TYPE_FLOAT,
    Kind.DOUBLE: _Proto.TYPE_DOUBLE,
    Kind.DECIMAL: _Proto.TYPE_STRING,
    Kind.UUID: _Proto.TYPE_STRING,
}


class MessageClasses:
    """The message classes of a contract, by name; `well_known` gives Timestamp and the like.

    `file` describes the contract, `imports` what it imports, in order; `full_names` are those of
    what has another name in the file.
    """

    def __init__(
        self,
        file: FileDescriptorProto,
        imports: Iterable[FileDescriptorProto] = (),
        full_names: Mapping[str, str] | None = None,
    ) -> None:
        if api_implementation.Type() != "upb":
            raise StartError(
                "protobuf runs on its slow pure-Python implementation: install a protobuf wheel "
                "for this platform, and unset PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"
            )
        self.files = (*imports, file)
        self._package = file.package
        self._full_names = full_names or {}
        self._pool = pool_of(self.files)

    def __getitem__(self, name: str) -> type[ProtoMessage]:
        return GetMessageClass(self._pool.FindMessageTypeByName(self._full_name(name)))

    def numbers(self, enumeration: Enumeration) -> dict[str, int]:
        """The numbers of an enumeration's values, by their names on the wire."""
        enum = self._pool.FindEnumTypeByName(self._full_name(enumeration.name))
        return {value.name: value.number for value in enum.values}

    def _full_name(self, name: str) -> str:
        return self._full_names.get(name, f"{self._package}.{name}")

    def well_known(self, kind: Kind) -> type[ProtoMessage]:
        """The class of the message that stands for a leaf of this kind."""
        name = _WELL_KNOWN[kind].DESCRIPTOR.full_name
        return GetMessageClass(self._pool.FindMessageTypeByName(name))


def pool_of(files: Iterable[FileDescriptorProto]) -> DescriptorPool:
    """A pool of these files, each but once, and of the well-known ones.

    Raises `StartError` when two different ones have one name, or declare the same.
    """
    named: dict[str, FileDescriptorProto] = {}
    for file in files:
        other = named.setdefault(file.name, file)
        if other is not file and compare(other, file):
            raise StartError(
                f"two different files are both {file.name}, which reflection cannot show: put each "
                "into a folder that is named after its package"
            )
    pool = DescriptorPool()
    for well_known in _WELL_KNOWN.values():
        if well_known.DESCRIPTOR.file.name not in named:
            add_file(pool, well_known.DESCRIPTOR.file)
    for file in named.values():
        try:
            pool.AddSerializedFile(file.SerializeToString())
        except TypeError as error:
            why = str(error).rpartition(": ")[2]
            raise StartError(
                f"{file.name} cannot be served beside the other files ({why}): give it a package "
                "of its own"
            ) from None
    return pool


def add_file(pool: DescriptorPool, file: Any) -> None:
    """Add a file of the default pool and what it imports, unless they are there."""
    for dependency in file.dependencies:
        add_file(pool, dependency)
    try:
        pool.FindFileByName(file.name)
    except KeyError:
        pool.AddSerializedFile(file.serialized_pb)


def file_descriptor(
    contract: Contract, earlier: FileDescriptorProto | None = None
) -> FileDescriptorProto:
    """The contract as protobuf describes files.

    Numbers are those of the `earlier` contract; new ones, and all without one, follow the order of
    declaration. Raises `StartError` when a number or a name cannot be had.
    """
    pins = {
        (message.name, name): pin
        for message in contract.messages
        for field in wire_fields(message)
        for name, pin in _pins(field)
    }
    return lock.pin(_unpinned(contract), pins, earlier)


def _pins(field: Field) -> Iterator[tuple[str, pinned.Field]]:
    """What the code says of the number of a field, or of each arm of a union."""
    was = snake(field.pin.was) if field.pin.was else None
    inner = field.type.inner if isinstance(field.type, Nullable) else field.type
    if not isinstance(inner, OneOf):
        yield field.wire, pinned.Field(number=field.pin.number, was=was)
    elif was:
        for arm, _ in inner.arms:
            yield f"{field.wire}_{arm}", pinned.Field(was=f"{was}_{arm}")


def _unpinned(contract: Contract) -> FileDescriptorProto:
    writer = _Writer(contract.package)
    file = FileDescriptorProto(name=contract.file, package=contract.package, syntax="proto3")
    file.service.add(name=contract.service).method.extend(
        writer.method(rpc) for rpc in contract.rpcs
    )
    file.message_type.extend(writer.message(message) for message in contract.messages)
    file.enum_type.extend(_enum(enumeration) for enumeration in contract.enumerations)
    file.dependency.extend(
        sorted({_WELL_KNOWN[kind].DESCRIPTOR.file.name for kind in writer.well_known})
    )
    return file


def _enum(enumeration: Enumeration) -> descriptor_pb2.EnumDescriptorProto:
    enum = descriptor_pb2.EnumDescriptorProto(name=enumeration.name)
    enum.value.add(name=enumeration.zero, number=0)
    for number, member in enumerate(enumeration.members, start=1):
        enum.value.add(name=member.name, number=number)
    return enum


class _Writer:
    def __init__(self, package: str) -> None:
        self._package = package
        self.well_known: set[Kind] = set()

    def method(self, rpc: Rpc) -> descriptor_pb2.MethodDescriptorProto:
        method = descriptor_pb2.MethodDescriptorProto(
            name=rpc.name,
            input_type=self._local(rpc.request.name),
            output_type=self._local(rpc.response.name),
            client_streaming=rpc.client_streaming or None,
            server_streaming=rpc.server_streaming or None,
        )
        if rpc.deprecated:
            method.options.deprecated = True
        return method

    def message(self, message: Message | Wrapped) -> descriptor_pb2.DescriptorProto:
        out = descriptor_pb2.DescriptorProto(name=message.name)
        for field in wire_fields(message):
            self._field(out, field)
        # protobuf wants the synthetic oneofs of `optional` fields after the real ones
        for proto in out.field:
            if proto.proto3_optional:
                proto.oneof_index = len(out.oneof_decl)
                out.oneof_decl.add(name=f"_{proto.name}")
        return out

    def _field(self, out: descriptor_pb2.DescriptorProto, field: Field) -> None:
        type_ = field.type.inner if isinstance(field.type, Nullable) else field.type
        if isinstance(type_, OneOf):
            index = len(out.oneof_decl)
            out.oneof_decl.add(name=field.wire)
            for name, arm in type_.arms:
                proto = self._add(out, f"{field.wire}_{name}", arm)
                proto.oneof_index = index
        elif isinstance(type_, Map):
            proto = self._add(out, field.wire, self._entry(out, field.wire, type_))
            proto.label = _Proto.LABEL_REPEATED
        elif isinstance(type_, Repeated):
            self._add(out, field.wire, type_.item).label = _Proto.LABEL_REPEATED
        else:
            proto = self._add(out, field.wire, type_)
            if field.presence:
                proto.proto3_optional = True

    def _add(self, out: descriptor_pb2.DescriptorProto, name: str, type_: Singular | str) -> _Proto:
        proto = out.field.add(name=name, number=len(out.field) + 1, label=_Proto.LABEL_OPTIONAL)
        if isinstance(type_, str):
            proto.type, proto.type_name = _Proto.TYPE_MESSAGE, type_
        elif isinstance(type_, Enumeration):
            proto.type, proto.type_name = _Proto.TYPE_ENUM, self._local(type_.name)
        elif not isinstance(type_, Leaf):
            proto.type, proto.type_name = _Proto.TYPE_MESSAGE, self._local(type_.name)
        elif type_.kind in _WELL_KNOWN:
            self.well_known.add(type_.kind)
            full_name = _WELL_KNOWN[type_.kind].DESCRIPTOR.full_name
            proto.type, proto.type_name = _Proto.TYPE_MESSAGE, f".{full_name}"
        else:
            proto.type = _SCALARS[type_.kind]
        return proto

    def _entry(self, out: descriptor_pb2.DescriptorProto, name: str, type_: Map) -> str:
        entry = out.nested_type.add(name=f"{pascal(name)}Entry")
        entry.options.map_entry = True
        self._add(entry, "key", type_.key)
        self._add(entry, "value", type_.value)
        return f"{self._local(out.name)}.{entry.name}"

    def _local(self, name: str) -> str:
        return f".{self._package}.{name}"


def wire_fields(message: Message | Wrapped) -> tuple[Field, ...]:
    """The fields of a message; those of a wrapped value are the one field `value`."""
    if isinstance(message, Message):
        return message.fields
    return (wrapped_field(message.inner),)


def wrapped_field(inner: Type) -> Field:
    """The field that holds a wrapped value."""
    nullable = isinstance(inner, Nullable)
    return Field("value", "value", "value", inner, nullable, "none" if nullable else "error")
