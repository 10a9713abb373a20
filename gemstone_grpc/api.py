"""One version of a service: its methods, contract and codecs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gemstone_grpc import attributes
from gemstone_grpc.codec import MethodCodec, compile_codecs
from gemstone_grpc.config import Config
from gemstone_grpc.container import Container
from gemstone_grpc.method import Method, collect
from gemstone_grpc.schema import protofile
from gemstone_grpc.schema.agreement import agree
from gemstone_grpc.schema.classes import own_doc
from gemstone_grpc.schema.descriptor import MessageClasses
from gemstone_grpc.schema.handwritten import implement
from gemstone_grpc.schema.hints import derive
from gemstone_grpc.schema.types import Contract


@dataclass(frozen=True, slots=True)
class Api:
    """What a version's code says; `path` is where its contract is, or is to be, if it has one.

    `name` is the service's; `target` is the service as a command line names it, `module:Class`.
    """

    target: str
    name: str
    version: str
    doc: str
    methods: tuple[Method, ...]
    path: Path | None

    def derived(self) -> Contract:
        """The contract that the hints make. Raises `StartError`."""
        return derive(self.name, self.version, self.methods)

    def settled(self) -> "Settled":
        """The contract as it is served. Raises `StartError` when code and file disagree."""
        written = protofile.read(self.path) if self.path else None
        if written is not None and not written.is_derived:
            contract, classes = implement(self.name, self.methods, written)
        else:
            contract = self.derived()
            classes = agree(contract, written, self.target)
        return Settled(contract, classes, compile_codecs(contract, self.methods, classes))


@dataclass(frozen=True, slots=True)
class Settled:
    """A contract, its message classes, and the codecs of its methods by public name."""

    contract: Contract
    classes: MessageClasses
    codecs: Mapping[str, MethodCodec]


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
        name=name,
        version=version,
        doc=own_doc(type(owner)),
        methods=methods,
        path=attributes.contract_path(owner),
    )


def _methods(owners: Sequence[Container]) -> tuple[Method, ...]:
    for owner in owners:
        attributes.refuse_shared_state(owner)
    return collect(owners)
