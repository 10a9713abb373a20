"""Services with one method, made from hints; and what is derived from them."""

import inspect
from typing import Any

from google.protobuf import text_format
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto

import gemstone_grpc as gemstone
from gemstone_grpc.method import collect
from gemstone_grpc.schema.descriptor import MessageClasses, file_descriptor
from gemstone_grpc.schema.hints import derive
from gemstone_grpc.schema.types import Contract


def exposing(parameters: dict[str, Any], result: Any = None, **defaults: Any) -> object:
    """An object of a class `Users` whose one method, `find`, has these hints and defaults."""

    def find(*_: Any) -> Any: ...

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    made = [
        inspect.Parameter(name, kind, default=defaults.get(name, inspect.Parameter.empty))
        for name in ("self", *parameters)
    ]
    find.__annotations__ = {**parameters, "return": result}
    find.__signature__ = inspect.Signature(made)  # type: ignore[attr-defined]
    return type("Users", (), {"find": gemstone.exposed_method()(find)})()


def contract_of(owner: object) -> Contract:
    """The contract of an object's methods as the service `users`, known to be good for protobuf."""
    contract = derive("users", "v1", collect([owner]))
    MessageClasses(file_descriptor(contract))
    return contract


def file_of(*hints: Any, result: Any = None, **defaults: Any) -> FileDescriptorProto:
    """The file of a service whose one method takes `a`, `b`, ... of these hints."""
    parameters = dict(zip("abc", hints, strict=False))
    return file_descriptor(contract_of(exposing(parameters, result, **defaults)))


def message(file: FileDescriptorProto, name: str) -> DescriptorProto:
    """A message of a file."""
    return next(message for message in file.message_type if message.name == name)


def fields(file: FileDescriptorProto, name: str) -> list[str]:
    """The fields of a message, each as `1 optional int64 a`."""
    return [_field(field) for field in message(file, name).field]


def _field(field: Any) -> str:
    label = "repeated " if field.label == field.LABEL_REPEATED else ""
    if field.proto3_optional:
        label = "optional "
    kind = field.type_name.removeprefix(".users.v1.").removeprefix(".")
    return f"{field.number} {label}{kind or field.Type.Name(field.type)[5:].lower()} {field.name}"


def as_text(file: FileDescriptorProto) -> str:
    """A file in protobuf's text format."""
    return text_format.MessageToString(file)
