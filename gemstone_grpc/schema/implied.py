"""What a `.proto` implies in Python, in words: for messages that say what to write."""

import keyword
from typing import Any

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from gemstone_grpc.schema import names
from gemstone_grpc.schema.types import Kind

INTEGERS: dict[int, Kind] = {
    FieldDescriptor.TYPE_INT32: Kind.INT32,
    FieldDescriptor.TYPE_SINT32: Kind.INT32,
    FieldDescriptor.TYPE_SFIXED32: Kind.INT32,
    FieldDescriptor.TYPE_UINT32: Kind.UINT32,
    FieldDescriptor.TYPE_FIXED32: Kind.UINT32,
    FieldDescriptor.TYPE_INT64: Kind.INT64,
    FieldDescriptor.TYPE_SINT64: Kind.INT64,
    FieldDescriptor.TYPE_SFIXED64: Kind.INT64,
    FieldDescriptor.TYPE_UINT64: Kind.UINT64,
    FieldDescriptor.TYPE_FIXED64: Kind.UINT64,
}
WELL_KNOWN = {
    "google.protobuf.Timestamp": Kind.TIMESTAMP,
    "google.protobuf.Duration": Kind.DURATION,
    "google.type.Date": Kind.DATE,
    "google.protobuf.Value": Kind.ANY,
}
_LEAVES: dict[int, str] = {
    FieldDescriptor.TYPE_STRING: "str",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_DOUBLE: "float",
    FieldDescriptor.TYPE_FLOAT: "Float32",
} | dict.fromkeys(INTEGERS, "int")
_OF_KINDS = {
    Kind.TIMESTAMP: "datetime",
    Kind.DURATION: "timedelta",
    Kind.DATE: "date",
    Kind.ANY: "Any",
}


def map_entry(field: FieldDescriptor) -> tuple[FieldDescriptor, FieldDescriptor] | None:
    """The key and the value of a map, or None when a field is none."""
    entry = field.message_type
    if entry is None or not entry.GetOptions().map_entry:
        return None
    key, value = entry.fields
    return key, value


def is_repeated(field: FieldDescriptor) -> bool:
    """Whether a field is a list or a map."""
    repeated: bool = field.is_repeated
    return repeated


def hint(field: FieldDescriptor) -> str:
    """`repeated string` → `list[str]`."""
    if entry := map_entry(field):
        key, value = entry
        return f"dict[{_item(key)}, {_item(value)}]"
    if is_repeated(field):
        return f"list[{_item(field)}]"
    is_choice = field.containing_oneof is not None
    return _item(field) + (" | None" if is_choice else "")


def signature(rpc: MethodDescriptor) -> str:
    """The method that an rpc implies."""
    request, response = rpc.input_type, rpc.output_type
    if rpc.client_streaming:
        parameters = [f"requests: AsyncIterator[{request.name}]"]
    else:
        parameters = [f"{python_name(field.name)}: {hint(field)}" for field in request.fields]
    result = "None"
    if len(response.fields) == 1:
        result = hint(response.fields[0])
    elif response.fields:
        result = response.name
    if rpc.server_streaming:
        result = f"AsyncIterator[{result}]"
    return f"async def {python_name(rpc.name)}({', '.join(['self', *parameters])}) -> {result}"


def python_name(name: str) -> str:
    """`displayName` → `display_name`, `from` → `from_`: what Python can have for a name."""
    snake = names.snake(name)
    return f"{snake}_" if keyword.iskeyword(snake) or snake == "self" else snake


def spelled(field: FieldDescriptor) -> str:
    """A field's type as a `.proto` has it."""
    if entry := map_entry(field):
        key, value = entry
        return f"map<{_word(key)}, {_word(value)}>"
    return ("repeated " if is_repeated(field) else "") + _word(field)


def _item(field: FieldDescriptor) -> str:
    if field.message_type is not None:
        kind = WELL_KNOWN.get(field.message_type.full_name)
        return _OF_KINDS[kind] if kind else field.message_type.name
    return field.enum_type.name if field.enum_type is not None else _LEAVES[field.type]


def _word(field: FieldDescriptor) -> str:
    named: Any = field.message_type or field.enum_type
    if named is not None:
        return str(named.full_name)
    types = vars(FieldDescriptor).items()
    return next(n[5:].lower() for n, v in types if n.startswith("TYPE_") and v == field.type)
