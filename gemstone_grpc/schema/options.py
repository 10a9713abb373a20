"""The options of a `.proto` that somebody sees, and what a change of them breaks."""

import json
from collections.abc import Iterator, Mapping

from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.schema.compatibility import NOTHING, SOURCE, WIRE, Breaks

DEPRECATED = {"deprecated": NOTHING}
OF_FILE = DEPRECATED | dict.fromkeys(
    (
        "cc_enable_arenas",
        "cc_generic_services",
        "csharp_namespace",
        "go_package",
        "java_generic_services",
        "java_multiple_files",
        "java_outer_classname",
        "java_package",
        "objc_class_prefix",
        "optimize_for",
        "php_class_prefix",
        "php_metadata_namespace",
        "php_namespace",
        "py_generic_services",
        "ruby_package",
        "swift_prefix",
    ),
    SOURCE,
)
OF_FIELD = DEPRECATED | {"ctype": SOURCE, "jstype": SOURCE}
OF_RPC = DEPRECATED | {"idempotency_level": WIRE}


def changes(
    old: ProtoMessage, new: ProtoMessage, watched: Mapping[str, Breaks]
) -> Iterator[tuple[str, Breaks]]:
    """In words what became of the watched options, and what that breaks.

    `old` and `new` are of one type, such as FileOptions; what is not set there has its default.
    """
    for option, breaks in watched.items():
        before, after = _shown(old, option), _shown(new, option)
        if before != after:
            yield f"option {option}: {before} → {after}", breaks


def _shown(options: ProtoMessage, name: str) -> str:
    enum = options.DESCRIPTOR.fields_by_name[name].enum_type
    value = getattr(options, name)
    return str(enum.values_by_number[value].name) if enum else json.dumps(value)
