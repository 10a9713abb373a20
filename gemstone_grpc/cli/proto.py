"""`gemstone proto`: writes the contract of a class, and checks it against the class."""

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from gemstone_grpc.api import Api, apis
from gemstone_grpc.cli.load import load
from gemstone_grpc.config import resolve
from gemstone_grpc.errors import StartError
from gemstone_grpc.schema.changes import describe
from gemstone_grpc.schema.draft import Draft, by_hand, draft
from gemstone_grpc.schema.protofile import read


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Offers the command; `command` is `add_parser` of argparse's subparsers."""
    parser = command("proto", help="write or check the .proto of a class")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    write = actions.add_parser(
        "write",
        help="write the .proto of a class",
        description="Write the .proto of a class, and of the versions beside it. What is in the "
        "file already keeps its numbers; a change that would break the wire is refused.",
    )
    check = actions.add_parser(
        "check",
        help="tell whether the .proto of a class says what the class says",
        description="Exit with 1 when the .proto of a class, or of a version beside it, does not "
        "say what the class says: what changed, whom it breaks, what to do.",
    )
    for action, run in ((write, _write), (check, _check)):
        action.add_argument("service", metavar="module:Class", help="such as shop.users:Users")
        action.add_argument(
            "--out",
            metavar="FOLDER",
            type=Path,
            help="the folder of users/v1/users.proto (default: where the class's `contract` says "
            "it is, else proto)",
        )
        action.set_defaults(run=run)


def _write(options: argparse.Namespace) -> None:
    drafts = [_draft(api, options.out) for api in _apis(options.service)]
    for found in drafts:
        _refuse_to_break(found)
    for found in drafts:
        if found.is_current:
            print(f"{found.path} is up to date")
        else:
            found.write()
            print(f"wrote {found.path}")
            for change in found.changes:
                print(f"  {describe(change)}")


def _refuse_to_break(found: Draft) -> None:
    if broken := [change for change in found.changes if "wire" in change.breaks]:
        listed = "\n".join(f"  {describe(change)}" for change in broken)
        raise StartError(
            f"{found.path} was not written, for this would break who uses it:\n{listed}\n"
            "if nobody does yet, delete the file and write it anew"
        )


def _check(options: argparse.Namespace) -> None:
    refused: list[str] = []
    stale: list[str] = []
    for api in _apis(options.service):
        path = _place(api)
        try:
            if path is not None and path.exists() and not read(path).is_derived:
                api.settled()
                print(f"{path} is implemented")
            else:
                stale += _staleness(_draft(api, options.out))
        except StartError as error:
            refused.append(str(error))
    if stale:
        stale.append(f"run `gemstone proto write {options.service}`")
    if refused or stale:
        print(*refused, *stale, sep="\n", file=sys.stderr)
        raise SystemExit(1)


def _staleness(found: Draft) -> Iterator[str]:
    """What a file does not say yet."""
    if found.is_new:
        yield f"{found.path} is not there"
    elif found.is_current:
        print(f"{found.path} is up to date")
    else:
        said = [describe(change) for change in found.changes]
        for words in said or ["its comments or its order are not the code's"]:
            yield f"{found.path}: {words}"


def _apis(target: str) -> list[Api]:
    service = load(target)()
    return apis(service, resolve(service, {}))


def _draft(api: Api, out: Path | None) -> Draft:
    path = _place(api)
    if path is not None and path.exists() and not read(path).is_derived:
        raise by_hand(path)
    contract = api.derived()
    if out is not None or path is None:
        path = (out or Path("proto")) / contract.file
    return draft(contract, api.methods, api.doc, path)


def _place(api: Api) -> Path | None:
    """Where the class says its contract is, as seen from here."""
    if api.path is None:
        return None
    path = api.path.resolve()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
