"""A file descriptor → the text of its `.proto`, in the form of `buf format`, comments included."""

from collections.abc import Iterable, Iterator, Sequence

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    MethodDescriptorProto,
    ServiceDescriptorProto,
)

from gemstone_grpc.schema.pinned import MAX_NUMBER

Path = tuple[int, ...]

# Field numbers of descriptor.proto, which make up the paths of source_code_info.
MESSAGE, ENUM, SERVICE, SYNTAX = 4, 5, 6, 12
FIELD = VALUE = METHOD = 2
ONEOF = 8

_SCALARS = {
    number: name.removeprefix("TYPE_").lower() for name, number in FieldDescriptorProto.Type.items()
}


def write(file: FileDescriptorProto) -> str:
    """The text; equal descriptors give equal bytes."""
    return _Printer(file).text()


class _Printer:
    def __init__(self, file: FileDescriptorProto) -> None:
        self._file = file
        self._comments = {
            tuple(location.path): location.leading_comments
            for location in file.source_code_info.location
        }

    def text(self) -> str:
        file = self._file
        parts = [
            [*self._comment((SYNTAX,), 0), f'syntax = "{file.syntax}";'],
            [f"package {file.package};"],
            [f'import "{name}";' for name in sorted(file.dependency)],
            *(self._service(x, (SERVICE, index)) for index, x in enumerate(file.service)),
            *(self._message(x, (MESSAGE, index)) for index, x in enumerate(file.message_type)),
            *(self._enum(x, (ENUM, index)) for index, x in enumerate(file.enum_type)),
        ]
        return "\n\n".join("\n".join(part) for part in parts if part) + "\n"

    def _service(self, service: ServiceDescriptorProto, path: Path) -> list[str]:
        body = [
            [*self._comment((*path, METHOD, index), 1), *self._method(method)]
            for index, method in enumerate(service.method)
        ]
        return [*self._comment(path, 0), *_block(f"service {service.name}", body)]

    def _method(self, method: MethodDescriptorProto) -> list[str]:
        request = ("stream " if method.client_streaming else "") + self._name(method.input_type)
        response = ("stream " if method.server_streaming else "") + self._name(method.output_type)
        head = f"  rpc {method.name}({request}) returns ({response})"
        if method.options.deprecated:
            return [f"{head} {{", "    option deprecated = true;", "  }"]
        return [f"{head};"]

    def _message(self, message: DescriptorProto, path: Path) -> list[str]:
        ranges = [(reserved.start, reserved.end - 1) for reserved in message.reserved_range]
        body = [_reserved(ranges, message.reserved_name, MAX_NUMBER)]
        opened: set[int] = set()
        for index, field in enumerate(message.field):
            if not field.HasField("oneof_index") or field.proto3_optional:
                comment = self._comment((*path, FIELD, index), 1)
                body.append([*comment, f"  {self._field(message, field)}"])
            elif field.oneof_index not in opened:
                opened.add(field.oneof_index)
                body.append(list(self._one_of(message, field.oneof_index, path)))
        return [*self._comment(path, 0), *_block(f"message {message.name}", body)]

    def _one_of(self, message: DescriptorProto, index: int, path: Path) -> Iterator[str]:
        yield from self._comment((*path, ONEOF, index), 1)
        yield f"  oneof {message.oneof_decl[index].name} {{"
        for position, field in enumerate(message.field):
            if field.HasField("oneof_index") and field.oneof_index == index:
                yield from self._comment((*path, FIELD, position), 2)
                yield f"    {self._field(message, field)}"
        yield "  }"

    def _field(self, message: DescriptorProto, field: FieldDescriptorProto) -> str:
        for entry in message.nested_type:
            if field.type_name.endswith(f".{message.name}.{entry.name}"):
                key, value = (self._type(part) for part in entry.field)
                return f"map<{key}, {value}> {field.name} = {field.number};"
        label = "optional " if field.proto3_optional else ""
        if field.label == FieldDescriptorProto.LABEL_REPEATED:
            label = "repeated "
        return f"{label}{self._type(field)} {field.name} = {field.number};"

    def _enum(self, enum: EnumDescriptorProto, path: Path) -> list[str]:
        ranges = [(reserved.start, reserved.end) for reserved in enum.reserved_range]
        body = [_reserved(ranges, enum.reserved_name, 2**31 - 1)]
        for index, value in enumerate(enum.value):
            comment = self._comment((*path, VALUE, index), 1)
            body.append([*comment, f"  {value.name} = {value.number};"])
        return [*self._comment(path, 0), *_block(f"enum {enum.name}", body)]

    def _type(self, field: FieldDescriptorProto) -> str:
        return self._name(field.type_name) if field.type_name else _SCALARS[field.type]

    def _name(self, full_name: str) -> str:
        return full_name.removeprefix(f".{self._file.package}.").removeprefix(".")

    def _comment(self, path: Path, depth: int) -> list[str]:
        text = self._comments.get(path, "").rstrip("\n")
        return [f"{'  ' * depth}//{line.rstrip()}" for line in text.split("\n")] if text else []


def _block(head: str, parts: Sequence[list[str]]) -> Iterator[str]:
    """A braced block; parts of several lines stand apart from their neighbours."""
    parts = [part for part in parts if part]
    if not parts:
        yield f"{head} {{}}"
        return
    yield f"{head} {{"
    for index, part in enumerate(parts):
        if index and (len(part) > 1 or len(parts[index - 1]) > 1):
            yield ""
        yield from part
    yield "}"


def _reserved(ranges: Iterable[tuple[int, int]], names: Iterable[str], most: int) -> list[str]:
    """Inclusive ranges and names → the lines that reserve them."""
    numbers = [
        str(low) if low == high else f"{low} to {'max' if high == most else high}"
        for low, high in sorted(ranges)
    ]
    quoted = [f'"{name}"' for name in sorted(names)]
    return [f"  reserved {', '.join(group)};" for group in (numbers, quoted) if group]
