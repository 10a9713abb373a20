"""The plugins of protoc that other languages need: where they are, what installs them.

grpcio-tools' own protoc knows Python alone; Java's generator is a part of protoc itself.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """`places` are the files it may be, for stubs in a given folder; `looked` says so in words."""

    name: str
    install: str
    looked: str
    places: Callable[[str, Path], Iterator[Path]]

    def find(self, destination: Path) -> Path | None:
        """The plugin for stubs in a folder."""
        return next((x for x in self.places(self.name, destination.resolve()) if x.is_file()), None)


def _in_path(name: str) -> Iterator[Path]:
    if found := shutil.which(name):
        yield Path(found)


def _from_go(name: str, _: Path) -> Iterator[Path]:
    yield from _in_path(name)
    if go := shutil.which("go"):
        asked = [go, "env", "GOBIN", "GOPATH"]
        said = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
        for folder, inner in zip(said.stdout.splitlines(), ("", "bin"), strict=False):
            if folder:
                yield Path(folder, inner, name)


def _from_maven(group: str, version: str) -> Callable[[str, Path], Iterator[Path]]:
    def places(name: str, _: Path) -> Iterator[Path]:
        folder = Path.home() / ".m2/repository" / group.replace(".", "/") / name / version
        yield folder / f"{name}-{version}-{_maven_platform()}.exe"
        yield from _in_path(name)

    return places


def _get_by_maven(group: str, name: str, version: str) -> str:
    artifact = f"{group}:{name}:{version}:exe:{_maven_platform()}"
    return f"mvn dependency:get -Dtransitive=false -Dartifact={artifact}"


def _from_npm(name: str, destination: Path) -> Iterator[Path]:
    for folder in (destination, *destination.parents):
        yield folder / "node_modules" / ".bin" / name
    yield from _in_path(name)


def _from_cargo(name: str, _: Path) -> Iterator[Path]:
    yield from _in_path(name)
    yield Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo") / "bin" / name


def _maven_platform() -> str:
    """The classifier that grpc-java gives its plugin for this machine."""
    system = {"Darwin": "osx"}.get(platform.system(), platform.system().lower())
    machine = platform.machine().lower()
    names = {"amd64": "x86_64", "arm64": "aarch_64", "aarch64": "aarch_64"}
    return f"{system}-{names.get(machine, machine)}"


_GRPC_JAVA = "1.82.2"
_PROTOC_JAVA = "4.35.1"

GO = Plugin(
    name="protoc-gen-go",
    install="go install google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.12",
    looked="PATH or the bin folder of Go",
    places=_from_go,
)
GO_GRPC = Plugin(
    name="protoc-gen-go-grpc",
    install="go install google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.6.2",
    looked=GO.looked,
    places=_from_go,
)
JAVA_GRPC = Plugin(
    name="protoc-gen-grpc-java",
    install=_get_by_maven("io.grpc", "protoc-gen-grpc-java", _GRPC_JAVA),
    looked="Maven's ~/.m2/repository or PATH",
    places=_from_maven("io.grpc", _GRPC_JAVA),
)
JAVA_PROTOC = Plugin(
    name="protoc",
    install=_get_by_maven("com.google.protobuf", "protoc", _PROTOC_JAVA),
    looked=JAVA_GRPC.looked,
    places=_from_maven("com.google.protobuf", _PROTOC_JAVA),
)
ES = Plugin(
    name="protoc-gen-es",
    install="npm install --save-dev @bufbuild/protoc-gen-es@2.12.1",
    looked="node_modules/.bin of the folder of the stubs or of one above it, or PATH",
    places=_from_npm,
)
PROST = Plugin(
    name="protoc-gen-prost",
    install="cargo install --locked protoc-gen-prost@0.5.0",
    looked="PATH or the bin folder of Cargo",
    places=_from_cargo,
)
TONIC = Plugin(
    name="protoc-gen-tonic",
    install="cargo install --locked protoc-gen-tonic@0.5.0",
    looked=PROST.looked,
    places=_from_cargo,
)
