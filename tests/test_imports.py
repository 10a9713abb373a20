"""Imports go one way: every room knows only the rooms below it."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("gemstone_grpc", "gateway")
LAYERS = (  # from the ground up; rooms of one layer do not know each other
    ("errors", "annotations", "container", "identity", "redact"),
    ("config", "context", "listen", "protoc", "requests", "tls"),
    ("parameters",),
    ("method",),
    ("interceptor", "schema", "stubs"),
    ("access_log", "auth", "codec", "ratelimit"),
    ("dispatch",),
    ("server", "gateway"),
    ("lifecycle",),
    ("attributes",),
    ("api",),
    ("wiring",),
    ("service",),
    ("testing", "cli"),
    ("gemstone_grpc",),  # the public names
)
HEIGHT = {room: height for height, rooms in enumerate(LAYERS) for room in rooms}
KNOW_GATEWAY = {"wiring", "testing", "cli", "gateway"}


def modules() -> dict[str, Path]:
    """Every module of the two packages, by its dotted name."""
    found = {}
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = file
    return found


MODULES = modules()


def room(module: str) -> str:
    """`gemstone_grpc.schema.hints` → `schema`."""
    package, *inner = module.split(".")
    return inner[0] if package == "gemstone_grpc" and inner else package


def imported(module: str) -> set[str]:
    """The modules of ours that a module imports when it runs."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    return {_module(name) for name in _names(tree) if name.split(".")[0] in PACKAGES}


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, "write imports in full"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _names(child)


def _module(name: str) -> str:
    """`gemstone_grpc.errors.Code` → `gemstone_grpc.errors`."""
    while name not in MODULES:
        name = name.rpartition(".")[0]
    return name


def test_every_room_has_a_layer() -> None:
    assert {room(module) for module in MODULES} == HEIGHT.keys()


def test_a_room_knows_only_those_below() -> None:
    wrong = [
        f"{module} imports {other}"
        for module in MODULES
        for other in imported(module)
        if room(module) != room(other) and HEIGHT[room(other)] >= HEIGHT[room(module)]
    ]
    assert wrong == []


def test_only_the_top_knows_the_gateway() -> None:
    who = {module for module in MODULES if "gateway" in map(room, imported(module))}
    assert {room(module) for module in who} <= KNOW_GATEWAY


def test_no_cycle() -> None:
    graph = {module: imported(module) - {module} for module in MODULES}
    assert len([*TopologicalSorter(graph).static_order()]) == len(MODULES)
