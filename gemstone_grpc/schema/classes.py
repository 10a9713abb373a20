"""What fields a class has, whichever way it was written."""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from gemstone_grpc.schema.types import Shape

MISSING: Any = object()
"""A key that may stay away (`NotRequired`): absent, and no value stands for it."""


@dataclass(frozen=True, slots=True)
class RawField:
    """A field before its hint is read; `default` gives its value, or `MISSING`, when absent."""

    name: str
    json: str
    hint: Any
    default: Callable[[], Any] | None


class UnusableClassError(Exception):
    """The class has a part that no contract can hold; the message says which, and the fix."""


def shape(cls: Any) -> Shape | None:
    """How `cls` was written, or None when it is no class with fields."""
    if not isinstance(cls, type):
        return None
    if typing.is_typeddict(cls):
        return "typeddict"
    if dataclasses.is_dataclass(cls):
        return "dataclass"
    if issubclass(cls, msgspec.Struct):
        return "struct"
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return "namedtuple"
    return None


def fields(cls: type, arguments: tuple[Any, ...]) -> list[RawField]:
    """The fields of a class, or of a generic class with these arguments, in order.

    Raises `UnusableClassError`, and `NameError` for a hint that names nothing.
    """
    kind = shape(cls)
    assert kind is not None
    hints = _hints(cls, arguments)
    return _READERS[kind](cls, hints)


def _dataclass_fields(cls: Any, hints: Mapping[str, Any]) -> list[RawField]:
    found = []
    for name in getattr(cls, "__annotations__", {}):
        if isinstance(cls.__annotations__[name], dataclasses.InitVar):
            raise UnusableClassError(
                f"`{name}` is an InitVar and cannot be read back: make it a field"
            )
    for field in dataclasses.fields(cls):
        if not field.init:
            raise UnusableClassError(
                f"`{field.name}` has init=False and cannot be set: make it a property"
            )
        found.append(RawField(field.name, field.name, hints[field.name], _dataclass_default(field)))
    return found


def _dataclass_default(field: dataclasses.Field[Any]) -> Callable[[], Any] | None:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory
    return None if field.default is dataclasses.MISSING else _constant(field.default)


def _struct_fields(cls: Any, hints: Mapping[str, Any]) -> list[RawField]:
    if cls.__struct_config__.array_like:
        raise UnusableClassError("array_like=True makes it an array in JSON: leave it out")
    found = []
    for field in msgspec.structs.fields(cls):
        default: Callable[[], Any] | None = None
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory
        elif field.default is not msgspec.NODEFAULT:
            default = _constant(field.default)
        found.append(RawField(field.name, field.encode_name, hints[field.name], default))
    return found


def _typeddict_fields(cls: Any, hints: Mapping[str, Any]) -> list[RawField]:
    found = []
    for name, hint in hints.items():
        absent = _constant(MISSING) if name in cls.__optional_keys__ else None
        found.append(RawField(name, name, hint, absent))
    return found


def _namedtuple_fields(cls: Any, hints: Mapping[str, Any]) -> list[RawField]:
    defaults = cls._field_defaults
    return [
        RawField(
            name,
            name,
            hints.get(name, Any),
            _constant(defaults[name]) if name in defaults else None,
        )
        for name in cls._fields
    ]


_READERS: dict[Shape, Callable[[Any, Mapping[str, Any]], list[RawField]]] = {
    "dataclass": _dataclass_fields,
    "struct": _struct_fields,
    "typeddict": _typeddict_fields,
    "namedtuple": _namedtuple_fields,
}


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value


def _hints(cls: type, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Hints by field, with the type variables of the class and of its bases filled in."""
    bindings = dict(zip(getattr(cls, "__parameters__", ()), arguments, strict=False))
    found: dict[str, Any] = {}
    for base in getattr(cls, "__orig_bases__", ()):
        origin = typing.get_origin(base)
        if shape(origin) is not None:
            inner = tuple(substitute(argument, bindings) for argument in typing.get_args(base))
            found |= _hints(origin, inner)
    own = typing.get_type_hints(cls, include_extras=True)
    names = set(inspect.get_annotations(cls)) | (set(own) - set(found))
    return {
        name: substitute(hint, bindings) if name in names else found[name]
        for name, hint in own.items()
    }


def substitute(hint: Any, bindings: Mapping[Any, Any]) -> Any:
    """`list[T]` with T bound to int → `list[int]`; an unbound variable stays."""
    if isinstance(hint, TypeVar):
        return bindings.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not parameters or isinstance(hint, type):
        return hint
    return hint[tuple(bindings.get(parameter, parameter) for parameter in parameters)]
