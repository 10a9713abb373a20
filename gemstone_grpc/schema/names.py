"""Names on the wire, in the style that `buf lint` asks for."""

import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+")


def pascal(name: str) -> str:
    """`users.find_all` → `UsersFindAll`."""
    parts = re.split(r"[^A-Za-z0-9]+", name)
    return "".join(part[0].upper() + part[1:] for part in parts if part)


def snake(name: str) -> str:
    """`userId` → `user_id`; empty when nothing of the name is ASCII."""
    return "_".join(_WORDS.findall(name)).lower()


def constant(name: str) -> str:
    """`not-found` → `NOT_FOUND`."""
    return snake(name).upper()


def service(name: str) -> str:
    """`users` → `UsersService`; a name that ends so already keeps it."""
    return pascal(name).removesuffix("Service") + "Service"
