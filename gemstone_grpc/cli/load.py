"""Finds the class that a command line names."""

import importlib
import sys
from pathlib import Path

from gemstone_grpc.errors import StartError
from gemstone_grpc.service import MicroService


def load(target: str) -> type[MicroService]:
    """`package.module:Class` → the class. Raises `StartError` when it names none."""
    module_name, _, class_name = target.partition(":")
    parts = [*module_name.split("."), class_name]
    if module_name.endswith(".py") or not all(part.isidentifier() for part in parts):
        raise StartError(
            f"{target!r} names no class: write module:Class, such as shop.users:Users for the "
            "class Users in shop/users.py"
        )
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            raise  # a module that the service imports: its traceback says where
        raise StartError(
            f"no module {error.name!r} in {here} or among the installed packages: "
            "run the command from the folder that holds it"
        ) from None
    found = getattr(module, class_name, None)
    if isinstance(found, type) and issubclass(found, MicroService):
        return found
    services = sorted(
        name
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, MicroService) and value is not MicroService
    )
    offer = f"it has {', '.join(services)}" if services else "it has no MicroService"
    raise StartError(f"{module_name} has no service {class_name!r}: {offer}")
