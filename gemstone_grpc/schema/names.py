"""Names on the wire, in the style that `buf lint` asks for."""

import re

_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Za-z0-9])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[^A-Za-z0-9]+")


def pascal(name: str) -> str:
    """`users.find_all` → `UsersFindAll`; empty unless the name is ASCII."""
    return "".join(word[0].upper() + word[1:] for word in _words(name))


def snake(name: str) -> str:
    """`userId` → `user_id`; empty unless the name is ASCII."""
    return "_".join(_words(_HUMPS.sub("_", name))).lower()


def constant(name: str) -> str:
    """`not-found` → `NOT_FOUND`; empty unless the name is ASCII."""
    return snake(name).upper()


def camel(name: str) -> str:
    """`user_id` → `userId`, the name of a field in protobuf's JSON format."""
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)


def service(name: str) -> str:
    """`users` → `UsersService`; a name that ends so already keeps it."""
    return pascal(name).removesuffix("Service") + "Service"


def _words(name: str) -> list[str]:
    return [word for word in _SEPARATORS.split(name) if word] if name.isascii() else []
