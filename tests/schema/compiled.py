"""Texts of `.proto` files → descriptors, all in one run of protoc."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import FileDescriptorSet


def compiled(versions: Iterable[str]) -> FileDescriptorSet:
    """The descriptors of texts, in their order.

    A text is the body of a proto3 file, or a whole file; ROW there stands for a package of its own.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = []
        for index, version in enumerate(versions):
            whole = version.startswith("syntax")
            text = version if whole else f'syntax = "proto3"; package ROW; {version}'
            files.append(f"row{index}.proto")
            (folder / files[-1]).write_text(text.replace("ROW", f"row{index}.v1"), encoding="utf-8")
        command = [sys.executable, "-m", "grpc_tools.protoc", f"--proto_path={folder}"]
        out = folder / "out.binpb"
        subprocess.run([*command, f"--descriptor_set_out={out}", *files], check=True)
        return FileDescriptorSet.FromString(out.read_bytes())
