"""One version of a service: its methods, contract and codecs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gemstone_grpc import attributes
from gemstone_grpc.codec import MethodCodec, compile_codecs
from gemstone_grpc.config import Config
from gemstone_grpc.container import Container
from gemstone_grpc.errors import StartError
from gemstone_grpc.method import Method, collect
from gemstone_grpc.schema import protofile
from gemstone_grpc.schema.agreement import agree
from gemstone_grpc.schema.classes import own_doc
from gemstone_grpc.schema.descriptor import MessageClasses
from gemstone_grpc.schema.hints import derive
from gemstone_grpc.schema.types import Contract


@dataclass(frozen=True, slots=True)
class Api:
    """What a version's code says; `path` is where its contract is, or is to be, if it has one.

    `target` is the service as a command line names it, `module:Class`.
    """

    target: str
    version: str
    doc: str
    methods: tuple[Method, ...]
    contract: Contract
    path: Path | None

    def codecs(self) -> tuple[MessageClasses, dict[str, MethodCodec]]:
        """The message classes, and the codecs by public name; read from the contract's file.

        Raises `StartError` when the file says something else than the code.
        """
        committed = protofile.read(self.path) if self.path else None
        classes = agree(self.contract, committed, self.target)
        return classes, compile_codecs(self.contract, self.methods, classes)


def apis(service: Container, config: Config) -> list[Api]:
    """A service's own API, then those of the versions beside it. Raises `StartError`."""
    cls = type(service)
    target = f"{cls.__module__}:{cls.__qualname__}"
    owners = [(service, config.version), *((v, v.version) for v in attributes.versions(service))]
    return [_api(owner, target, config.name, version) for owner, version in owners]


def _api(owner: Container, target: str, name: str, version: str) -> Api:
    methods = _methods([owner, *attributes.modules(owner)])
    return Api(
        target=target,
        version=version,
        doc=own_doc(type(owner)),
        methods=methods,
        contract=derive(name, version, methods),
        path=attributes.contract_path(owner),
    )


def _methods(owners: Sequence[Container]) -> tuple[Method, ...]:
    for owner in owners:
        attributes.refuse_shared_state(owner)
    methods = collect(owners)
    for method in methods:
        if method.private or method.scopes:
            raise StartError(
                f"{method.label} is private, and {type(owners[0]).__name__} has no way to tell "
                "who calls: tokens are not part of this version; use internal=True instead "
                "to keep it off the public face"
            )
    return methods
