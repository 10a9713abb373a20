"""Docstrings → the comments of a contract.

Parameters, fields and results are described in a section of a docstring (in Google's, NumPy's or
Sphinx's style), fields and enum values also by a string below them, fields also by `msgspec.Meta`.
"""

import contextlib
import inspect
from collections.abc import Iterable, Mapping

from docstring_parser import Docstring, ParseError, parse, parse_from_object
from google.protobuf.descriptor_pb2 import FileDescriptorProto

from gemstone_grpc.method import Method
from gemstone_grpc.schema.classes import own_doc
from gemstone_grpc.schema.descriptor import wire_fields
from gemstone_grpc.schema.text import ENUM, FIELD, MESSAGE, METHOD, ONEOF, SERVICE, VALUE, Path
from gemstone_grpc.schema.types import Contract, Enumeration, Message, Wrapped

_WRAPPED = "A value that protobuf cannot hold directly; JSON shows it without this message."
_NO_VALUE = "No value."


def document(
    file: FileDescriptorProto, contract: Contract, methods: Iterable[Method], doc: str
) -> None:
    """Put what the code says of itself into the file; `doc` is the service's docstring."""
    words = _Words(contract, methods, doc)
    found: dict[Path, str] = {(SERVICE, 0): words.service}
    for index, rpc in enumerate(file.service[0].method):
        found[SERVICE, 0, METHOD, index] = words.rpcs[rpc.name]
    for index, message in enumerate(file.message_type):
        found[MESSAGE, index] = words.messages[message.name]
        fields = words.fields[message.name]
        for position, field in enumerate(message.field):
            found[MESSAGE, index, FIELD, position] = fields.get(field.name, "")
        for position, one_of in enumerate(message.oneof_decl):
            found[MESSAGE, index, ONEOF, position] = fields.get(one_of.name, "")
    for index, enum in enumerate(file.enum_type):
        found[ENUM, index], values = words.enums[enum.name]
        for position, value in enumerate(enum.value):
            found[ENUM, index, VALUE, position] = values.get(value.name, "")
    for path, text in found.items():
        if text:
            file.source_code_info.location.add(path=path, leading_comments=_as_comment(text))


def _as_comment(text: str) -> str:
    """Each line after a blank, as protoc keeps comments; nothing that a file cannot hold."""
    lines = ["".join(c if c.isprintable() else " " for c in line) for line in text.splitlines()]
    return "".join(f" {line}".rstrip() + "\n" for line in lines)


class _Words:
    """What the code says, by the names on the wire."""

    def __init__(self, contract: Contract, methods: Iterable[Method], doc: str) -> None:
        by_name = {method.name: method for method in methods}
        self.service = _description(_parsed(doc))
        self.rpcs: dict[str, str] = {}
        self.messages: dict[str, str] = {}
        self.fields: dict[str, Mapping[str, str]] = {}
        self.enums = {enum.name: _enum(enum) for enum in contract.enumerations}
        for message in contract.messages:
            self.messages[message.name] = _message(message)
            self.fields[message.name] = _fields(message)
        for rpc in contract.rpcs:
            method = by_name[rpc.method]
            parsed = _parsed(rpc.doc)
            self.rpcs[rpc.name] = _rpc(parsed, method)
            said = {param.arg_name.lstrip("*"): param.description or "" for param in parsed.params}
            self.fields[rpc.request.name] = {
                field.wire: field.doc or said.get(field.name, "") for field in rpc.request.fields
            }
            result = parsed.returns.description if parsed.returns else None
            self.fields[rpc.response.name] = {"result": result or ""}


def _description(parsed: Docstring) -> str:
    parts = (parsed.short_description, parsed.long_description)
    return "\n\n".join(part for part in parts if part)


def _rpc(parsed: Docstring, method: Method) -> str:
    errors = [
        f"  {error.code.name}: {(own_doc(error) or error.__name__).splitlines()[0]}"
        for error in method.errors
    ]
    listed = "\n".join(["Errors:", *errors]) if errors else ""
    return "\n\n".join(part for part in (_description(parsed), listed) if part)


def _message(message: Message | Wrapped) -> str:
    if isinstance(message, Wrapped):
        return _WRAPPED
    return _description(_parsed(own_doc(message.declared))) if message.declared else ""


def _fields(message: Message | Wrapped) -> Mapping[str, str]:
    declared = message.declared if isinstance(message, Message) else None
    said = _members(declared) if declared else {}
    return {field.wire: field.doc or said.get(field.name, "") for field in wire_fields(message)}


def _enum(enum: Enumeration) -> tuple[str, Mapping[str, str]]:
    if not hasattr(enum.python, "__members__"):  # a Literal
        return "", {enum.zero: _NO_VALUE}
    said = _members(enum.python)
    values = {
        member.name: said.get(getattr(member.python, "name", ""), "") for member in enum.members
    }
    return _description(_parsed(own_doc(enum.python))), {enum.zero: _NO_VALUE, **values}


def _members(cls: type) -> dict[str, str]:
    """What a class and its bases say of their members, by Python's names."""
    said: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        with contextlib.suppress(OSError, TypeError, SyntaxError, ParseError):  # no source of it
            for param in parse_from_object(base).params:
                said[param.arg_name] = inspect.cleandoc(param.description or "")
    return said


def _parsed(text: str) -> Docstring:
    try:
        return parse(text)
    except ParseError:
        whole = Docstring()
        whole.short_description = text
        return whole
