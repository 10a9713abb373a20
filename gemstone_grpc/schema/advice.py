"""What to write instead of a hint that has no place in a contract."""

import collections.abc
import typing
from typing import Any, TypeVar

_SYNCHRONOUS = {
    collections.abc.Iterator,
    collections.abc.Iterable,
    collections.abc.Generator,
}
_INSTEAD: dict[Any, str] = {
    complex: "use a dataclass of its two parts",
    object: "use Any",
    frozenset: "use set[T]",
    bytearray: "use bytes",
    memoryview: "use bytes",
    range: "use a dataclass of its bounds",
    collections.deque: "use list[T]",
    collections.OrderedDict: "use dict[str, T]",
    collections.defaultdict: "use dict[str, T]",
    collections.Counter: "use dict[str, int]",
    collections.abc.Sequence: "use list[T]",
    collections.abc.MutableSequence: "use list[T]",
    collections.abc.Collection: "use list[T]",
    collections.abc.Set: "use set[T]",
    collections.abc.Mapping: "use dict[str, T]",
    collections.abc.MutableMapping: "use dict[str, T]",
    collections.abc.AsyncIterator: "use list[T]; an async iterator may only be a whole result",
    collections.abc.Callable: "pass data, and name the behaviour with a string or an Enum",
    type: "pass its name as a string",
    type(None): "leave it out",
    None: "leave it out",
    typing.Never: "use None",
    typing.NoReturn: "use None",
    typing.Self: "name the class",
}


def spell(hint: Any) -> str:
    """A hint as a person would write it."""
    if isinstance(hint, str):
        return hint
    if isinstance(hint, type) and not typing.get_args(hint):
        return hint.__qualname__.rpartition("<locals>.")[2]
    return repr(hint).replace("typing.", "").replace("collections.abc.", "")


def unsupported(hint: Any) -> str:
    """Why `hint` is refused, and the fix."""
    cls = typing.get_origin(hint) or hint
    if isinstance(cls, TypeVar):
        return "stands for no type here: use a type, or make the class that holds it Generic"
    if cls in _SYNCHRONOUS:
        return "is not supported: use list[T], or an `async def` with AsyncIterator[T] to stream"
    if fix := _INSTEAD.get(cls):
        return f"is not supported: {fix}"
    if hasattr(cls, "model_fields"):
        return "is a pydantic model: use a dataclass or a msgspec.Struct"
    if isinstance(cls, type):
        return "is a class without declared fields: make it a dataclass or a msgspec.Struct"
    return "is not a hint of a value: use one of the types in the README's table"
