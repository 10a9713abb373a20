"""Java: a class for each message, below `com` unless the file says where."""

from pathlib import Path, PurePosixPath

from google.protobuf.descriptor_pb2 import FileDescriptorProto


def prepare(file: FileDescriptorProto, _: Path) -> None:
    """Sets the options that buf's managed mode sets, where the file itself does not."""
    options = file.options
    if not options.HasField("java_package"):
        options.java_package = f"com.{file.package}"
    if not options.HasField("java_multiple_files"):
        options.java_multiple_files = True
    if not options.HasField("java_outer_classname"):
        words = PurePosixPath(file.name).stem.replace("-", "_").split("_")
        options.java_outer_classname = "".join(map(str.capitalize, words)) + "Proto"
