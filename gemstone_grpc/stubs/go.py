"""Go: a package for each folder, imported by the path of the module around it."""

import re
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto

from gemstone_grpc.errors import StartError

_MODULE = re.compile(r'^module\s+"?([^\s"]+)', re.MULTILINE)
_VERSION = re.compile(r"v\d+\w*")


def prepare(file: FileDescriptorProto, destination: Path) -> None:
    """Sets `go_package`, which is where the stubs are: `example.com/shop/stubs/users/v1`, known as
    `usersv1`.
    """
    *_, last = parts = file.package.split(".")
    name = "".join(parts[-2:]) if _VERSION.fullmatch(last) else last
    file.options.go_package = "/".join((_import_path(destination), *parts)) + f";{name}"


def _import_path(folder: Path) -> str:
    folder = folder.resolve()
    for above in (folder, *folder.parents):
        if (file := above / "go.mod").is_file():
            module = _MODULE.search(file.read_text(encoding="utf-8"))
            if module is None:
                raise StartError(f"{file} names no module")
            return "/".join((module[1], *folder.relative_to(above).parts))
    raise StartError(
        f"there is no go.mod in {folder} or above it, and packages of Go import each other by its "
        "module: choose an --out inside a module, or run `go mod init` there"
    )
