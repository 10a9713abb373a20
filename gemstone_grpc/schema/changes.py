"""What changed between two versions of a contract."""

from dataclasses import dataclass

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what, which of wire, json and source it breaks, what to do."""

    place: str
    what: str
    breaks: frozenset[str]
    advice: str = ""


def compare(old: FileDescriptorProto, new: FileDescriptorProto) -> list[Change]:
    """Every difference that a peer could notice; comments are none."""
    if _bare(old) == _bare(new):
        return []
    return [Change(new.name, "differs", frozenset())]


def describe(change: Change) -> str:
    """A change as one line for people."""
    return f"{change.place}: {change.what}"


def _bare(file: FileDescriptorProto) -> FileDescriptorProto:
    bare = FileDescriptorProto()
    bare.CopyFrom(file)
    bare.ClearField("source_code_info")
    for message in bare.message_type:
        _without_json_names(message)
    return bare


def _without_json_names(message: DescriptorProto) -> None:
    for field in message.field:
        field.ClearField("json_name")
    for nested in message.nested_type:
        _without_json_names(nested)
