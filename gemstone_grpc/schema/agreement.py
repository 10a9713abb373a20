"""Code and committed contract: whether they say the same."""

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema.changes import compare, describe
from gemstone_grpc.schema.descriptor import MessageClasses, file_descriptor
from gemstone_grpc.schema.protofile import ProtoFile, check_place
from gemstone_grpc.schema.types import Contract


def agree(contract: Contract, committed: ProtoFile | None, target: str) -> MessageClasses:
    """The message classes of a contract, with the numbers of its committed file, if it has one.

    `target` is the service as a command line names it, `module:Class`. Raises `StartError` when the
    code says something else than the file.
    """
    if committed is None:
        return MessageClasses(file_descriptor(contract))
    check_place(committed.path, contract)
    file = file_descriptor(contract, committed.file)
    if changes := compare(committed.file, file):
        listed = "\n".join(f"  {describe(change)}" for change in changes)
        raise StartError(
            f"{target} is not what {committed.path} says:\n{listed}\n"
            f"run `gemstone proto write {target}` if that is meant"
        )
    return MessageClasses(file)
