"""Makes the stubs of some languages, all of them or none."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from gemstone_grpc import protoc
from gemstone_grpc.errors import StartError
from gemstone_grpc.stubs import place, sources
from gemstone_grpc.stubs.languages import LANGUAGES

_COMMON = "google/"
_IN_EVERY_RUNTIME = "google/protobuf/"


def write(paths: Iterable[Path], destinations: Mapping[str, Path]) -> dict[str, int]:
    """Stubs of `.proto` files and folders, in a folder for each language; how many files each got.

    Nothing is written unless all succeed. Raises `StartError` when a plugin is missing or fails,
    or a file is no good.
    """
    plugins = {name: _plugins(name, folder) for name, folder in destinations.items()}
    found = sources.find(paths)
    files = protoc.read(found, list(dict.fromkeys(found.values())))
    with ExitStack() as stack:
        made: dict[str, Path] = {}
        for name, destination in destinations.items():
            made[name] = stack.enter_context(_folder_near(destination))
            with _executable(plugins[name]) as programs:
                _generate(name, files, found, programs, made[name], destination)
            place.check(made[name], destination)
        return {name: _move(folder, destinations[name]) for name, folder in made.items()}


def _move(made: Path, destination: Path) -> int:
    try:
        return place.move(made, destination)
    except OSError as error:
        raise StartError(f"{destination} cannot be written: {error}") from None


def _plugins(name: str, destination: Path) -> dict[str, Path]:
    """The plugins of a language, by name."""
    found: dict[str, Path] = {}
    missing = []
    language = LANGUAGES[name]
    for plugin in (*language.plugins, *filter(None, [language.compiler])):
        if path := plugin.find(destination):
            found[plugin.name] = path
        else:
            missing.append(plugin)
    if missing:
        raise StartError(
            f"--lang {name} needs {' and '.join(plugin.name for plugin in missing)}, not found in "
            f"{missing[0].looked}: install with\n"
            f"  {' && '.join(plugin.install for plugin in missing)}"
        )
    return found


def _generate(
    name: str,
    files: FileDescriptorSet,
    wanted: Iterable[str],
    plugins: Mapping[str, Path],
    folder: Path,
    destination: Path,
) -> None:
    language = LANGUAGES[name]
    prepared = FileDescriptorSet()
    prepared.CopyFrom(files)
    generated = set(wanted)
    for file in prepared.file:
        if file.name in generated or not file.name.startswith(_COMMON):
            generated.add(file.name)  # what is imported is needed too
            language.prepare(file, destination)
        elif not language.has_common and not file.name.startswith(_IN_EVERY_RUNTIME):
            generated.add(file.name)
    arguments = [f"--plugin={plugin.name}={plugins[plugin.name]}" for plugin in language.plugins]
    for generator, options in language.outputs.items():
        arguments.append(f"--{generator}_out={folder}")
        if options:
            arguments.append(f"--{generator}_opt={options}")
    compiler = plugins[language.compiler.name] if language.compiler else None
    protoc.generate(sorted(generated), prepared, arguments, compiler)
    language.finish(folder)


@contextmanager
def _executable(programs: Mapping[str, Path]) -> Iterator[dict[str, Path]]:
    """The same programs, copied where they are not executable: Maven keeps them so."""
    with tempfile.TemporaryDirectory() as folder:
        found = dict(programs)
        for name, path in programs.items():
            if not os.access(path, os.X_OK):
                found[name] = Path(shutil.copy(path, Path(folder, name)))
                found[name].chmod(0o700)
        yield found


@contextmanager
def _folder_near(destination: Path) -> Iterator[Path]:
    """A folder on the same disk, so that files can be moved from it; gone at the end."""
    above = next(folder for folder in destination.resolve().parents if folder.exists())
    try:
        made = Path(tempfile.mkdtemp(prefix=".stubs-", dir=above))
    except OSError as error:
        raise StartError(f"{destination} cannot be written: {error}") from None
    try:
        yield made
    finally:
        shutil.rmtree(made)
