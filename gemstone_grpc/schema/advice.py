"""How a hint is spelled in a message, and what to write instead of one that has no place."""

import collections
import collections.abc
import datetime
import pathlib
import sys
import types
import typing
from typing import Any

import msgspec
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.context import Context
from gemstone_grpc.schema.types import Kind

_STREAM = "use list[T], or an `async def` with AsyncIterator[T] to stream"
_WHOLE = "use list[T]; an async iterator may only be the whole of a result or of a parameter"
_AWAITED = "write the awaited type alone; `async def` says the rest"
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
    collections.ChainMap: "use dict[str, T]",
    collections.Counter: "use dict[str, int]",
    collections.abc.Sequence: "use list[T]",
    collections.abc.MutableSequence: "use list[T]",
    collections.abc.Collection: "use list[T]",
    collections.abc.Set: "use set[T]",
    collections.abc.MutableSet: "use set[T]",
    collections.abc.Mapping: "use dict[str, T]",
    collections.abc.MutableMapping: "use dict[str, T]",
    collections.abc.Iterator: _STREAM,
    collections.abc.Iterable: _STREAM,
    collections.abc.Generator: _STREAM,
    collections.abc.AsyncIterator: _WHOLE,
    collections.abc.AsyncIterable: _WHOLE,
    collections.abc.AsyncGenerator: _WHOLE,
    collections.abc.Awaitable: _AWAITED,
    collections.abc.Coroutine: _AWAITED,
    collections.abc.Callable: "pass data, and name the behaviour with a string or an Enum",
    datetime.time: "use str, or a datetime, which has a date and a zone too",
    pathlib.Path: "use str",
    type: "pass its name as a string",
    type(None): "leave the parameter out, or write T | None",
    typing.Never: "use None",
    typing.NoReturn: "use None",
    typing.Self: "name the class",
    Context: "make it the whole hint of a parameter, which is then filled in",
    msgspec.UnsetType: "use T | None = None",
    msgspec.Raw: "use Any",
}

_ALIASES = {
    Kind.INT32: "Int32",
    Kind.UINT32: "UInt32",
    Kind.UINT64: "UInt64",
    Kind.FLOAT: "Float32",
}


def spell(hint: Any) -> str:
    """A hint as a person would write it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, str):
        return hint
    if origin is typing.Annotated:
        return _annotated(*arguments)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(map(spell, arguments))
    if origin is typing.Literal:
        return f"Literal[{', '.join(map(str, map(_literal, arguments)))}]"
    if arguments:
        return f"{_bare(origin)}[{', '.join(map(spell, arguments))}]"
    if isinstance(hint, list):
        return f"[{', '.join(map(spell, hint))}]"
    return _bare(hint)


def _annotated(inner: Any, *extras: Any) -> str:
    name = spell(inner)
    if isinstance(extras[0], Kind):
        name, extras = _ALIASES[extras[0]], extras[1:]
    return f"Annotated[{', '.join([name, *map(repr, extras)])}]" if extras else name


def _literal(value: Any) -> str:
    return f"{type(value).__name__}.{value.name}" if hasattr(value, "name") else repr(value)


def _bare(hint: Any) -> str:
    if hint is type(None):
        return "None"
    if hint is ...:
        return "..."
    if isinstance(hint, typing.ForwardRef):
        return hint.__forward_arg__
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        return hint.__qualname__.rpartition("<locals>.")[2]
    if isinstance(hint, typing.TypeVar | typing.ParamSpec | typing.NewType):
        return hint.__name__
    return repr(hint).replace("typing.", "").replace("collections.abc.", "")


def unsupported(hint: Any) -> str:
    """Why `hint` is refused, and the fix."""
    cls = typing.get_origin(hint) or hint
    if isinstance(cls, typing.TypeVar):
        return "stands for no type here: use a type, or make the class that holds it Generic"
    if isinstance(cls, str | typing.ForwardRef):
        return (
            "is a forward reference that cannot be resolved here: write the type itself; for any "
            "JSON use Any, for a type that holds itself a dataclass"
        )
    if isinstance(cls, collections.abc.Hashable) and (fix := _INSTEAD.get(cls)):
        return f"is not supported: {fix}"
    if isinstance(cls, type) and issubclass(cls, ProtoMessage):
        return (
            "is a message of protoc's, and they stand for whole requests and responses of a "
            "contract written by hand: use a dataclass in its place"
        )
    if hasattr(cls, "model_fields"):
        return "is a pydantic model: use a dataclass or a msgspec.Struct"
    if not isinstance(cls, type):
        return "is not a hint of a value: use one of the types in the README's table"
    if cls.__module__.partition(".")[0] in sys.stdlib_module_names:
        return "is not supported: use str, or a dataclass of its parts"
    return (
        "is a class without declared fields: make it a dataclass or a msgspec.Struct, or pass one "
        "that holds its parts"
    )
