"""What is run for each language."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from gemstone_grpc.stubs import go, java, plugins, rust
from gemstone_grpc.stubs.plugins import Plugin


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """`outputs` are the generators of protoc to run, each with its options.

    `compiler` is the protoc to run instead of grpcio-tools'. `prepare` sets options of a file for
    stubs in a folder; `finish` adds to the folder that has them. `has_common` says that a package
    of the language holds the stubs of `google/rpc` and `google/type`; those of `google/protobuf`
    are in every runtime.
    """

    outputs: dict[str, str]
    plugins: tuple[Plugin, ...] = ()
    compiler: Plugin | None = None
    has_common: bool = True
    prepare: Callable[[FileDescriptorProto, Path], None] = lambda file, destination: None
    finish: Callable[[Path], None] = lambda folder: None


LANGUAGES = {
    "python": Language(outputs={"python": "", "pyi": "", "grpc_python": ""}),
    "go": Language(
        outputs={"go": "paths=source_relative", "go-grpc": "paths=source_relative"},
        plugins=(plugins.GO, plugins.GO_GRPC),
        prepare=go.prepare,
    ),
    "java": Language(
        outputs={"java": "", "grpc-java": "@generated=omit"},
        plugins=(plugins.JAVA_GRPC,),
        compiler=plugins.JAVA_PROTOC,
        prepare=java.prepare,
    ),
    "typescript": Language(
        outputs={"es": "target=ts,import_extension=js"},
        plugins=(plugins.ES,),
        has_common=False,
    ),
    "rust": Language(
        outputs={"prost": "", "tonic": ""},
        plugins=(plugins.PROST, plugins.TONIC),
        has_common=False,
        finish=rust.finish,
    ),
}
