"""A value that does not fit its type, and where it is."""

from typing import Any


class Misfit(Exception):
    """Raised where the value is; each container on the way up adds its step to `path`."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description
        self.path = ""

    def under(self, step: str) -> "Misfit":
        """This misfit, seen from one level further out: `.name`, `[2]`, `["key"]`."""
        self.path = step + self.path
        return self


_KINDS: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "a whole number",
    float: "a number with a fraction",
    str: "a string",
    list: "an array",
    dict: "an object",
}


def expected(what: str, value: Any) -> Misfit:
    """`expected a string, got null`; a value of no JSON kind is named by its class."""
    return Misfit(f"expected {what}, got {_KINDS.get(type(value), type(value).__qualname__)}")


def shorten(value: Any, limit: int = 60) -> str:
    """A value as it may be shown in a message."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}…"
