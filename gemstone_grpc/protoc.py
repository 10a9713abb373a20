"""protoc, as grpcio-tools brings it: compiles `.proto` files and runs its plugins."""

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import google.type.date_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gemstone_grpc.errors import StartError

# googleapis-common-protos keeps its .proto files beside its modules
_COMMON = Path(google.type.date_pb2.__file__).parents[2]


def read(names: Iterable[str], roots: Sequence[Path]) -> FileDescriptorSet:
    """The files that `names` (`users/v1/users.proto`) are under `roots`, with their comments, and
    all that they import, dependencies first. `google/protobuf`, `google/rpc` and `google/type` are
    always there to import.

    Raises `StartError` with protoc's words when one is missing or does not compile.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "descriptors")
        errors = _run(
            *(f"--proto_path={root}" for root in (*roots, _COMMON)),
            f"--descriptor_set_out={out}",
            "--include_imports",
            "--include_source_info",
            *names,
        )
        if errors:
            raise StartError("\n".join(_located(line, roots) for line in errors))
        return FileDescriptorSet.FromString(out.read_bytes())


def generate(
    names: Iterable[str],
    files: FileDescriptorSet,
    arguments: Iterable[str],
    compiler: Path | None = None,
) -> None:
    """Runs generators, which `arguments` name (`--python_out=stubs`), on some of `files`.

    `compiler` is another protoc than grpcio-tools'.

    Raises `StartError` with their words when one fails.
    """
    with tempfile.NamedTemporaryFile() as descriptors:
        descriptors.write(files.SerializeToString(deterministic=True))
        descriptors.flush()
        described = f"--descriptor_set_in={descriptors.name}"
        errors = _run(described, *arguments, *names, compiler=compiler)
    if errors:
        raise StartError("\n".join(errors))


def _run(*arguments: str, compiler: Path | None = None) -> list[str]:
    """The lines of protoc's errors; none when it succeeds."""
    program = [str(compiler)] if compiler else [sys.executable, "-m", "grpc_tools.protoc"]
    command = [*program, *arguments]
    done = subprocess.run(  # noqa: S603
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    return done.stderr.strip().splitlines() or [f"{command} failed"] if done.returncode else []


def _located(line: str, roots: Iterable[Path]) -> str:
    """`users/v1/users.proto:3:1: ...` with the path that leads there."""
    name = line.partition(":")[0]
    path = next((root / name for root in roots if (root / name).is_file()), name)
    return f"{path}{line.removeprefix(name)}"
