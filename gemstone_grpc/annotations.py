"""The hints of functions and classes, those that are strings evaluated."""

import inspect
import re
import typing
from typing import Any


class UnresolvedHintError(Exception):
    """A hint that cannot be evaluated; `name` is its parameter or field, if that can be told."""

    def __init__(self, name: str | None, message: str) -> None:
        super().__init__(message)
        self.name = name


def resolve_hints(target: Any) -> dict[str, Any]:
    """The hints of a function or a class, by name. Raises `UnresolvedHintError`."""
    try:
        return typing.get_type_hints(target, include_extras=True)
    except RecursionError:
        raise
    except Exception as error:  # a hint that is a string may hold anything
        missing = getattr(error, "name", None)
        found = [
            (name, hint)
            for part in getattr(target, "__mro__", (target,))
            for name, hint in _as_written(part).items()
            if missing and re.search(rf"\b{missing}\b", str(hint))
        ]
        name, hint = found[0] if found else (None, None)
        text = str(getattr(hint, "__forward_arg__", hint)).replace("typing.", "")
        subject = f"`{text}`" if hint else "a hint"
        fix = "correct it"
        if missing:
            fix = "define or import it at the top of the module, outside `if TYPE_CHECKING`"
        raise UnresolvedHintError(name, f"{subject} cannot be resolved: {error}; {fix}") from None


def _as_written(part: Any) -> dict[str, Any]:
    try:
        return inspect.get_annotations(part)
    except (NameError, AttributeError):  # Python 3.14 evaluates them here
        return {}
