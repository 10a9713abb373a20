"""What fields a class has, whichever way it was written."""

import dataclasses
import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from gemstone_grpc.annotations import UnresolvedHintError, resolve_hints
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


def own_doc(cls: type) -> str:
    """The docstring a class has of its own, without the one that dataclasses make."""
    doc = inspect.cleandoc(cls.__dict__.get("__doc__") or "")
    return "" if doc.startswith(f"{cls.__name__}(") else doc


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

    Raises `UnusableClassError`.
    """
    kind = shape(cls)
    assert kind is not None
    try:
        hints = _hints(cls, arguments)
    except UnresolvedHintError as error:
        where = f"its field `{error.name}`: " if error.name else ""
        raise UnusableClassError(f"{where}{error}") from None
    if kind in _OWN_FIELDS and _OWN_FIELDS[kind] not in vars(cls) and inspect.get_annotations(cls):
        raise UnusableClassError(
            f"it adds hints to a {kind}, which are no fields: "
            + ("decorate it with @dataclass too" if kind == "dataclass" else "use a dataclass")
        )
    return _READERS[kind](cls, hints)


def _dataclass_fields(cls: Any, hints: Mapping[str, Any]) -> list[RawField]:
    for name, hint in hints.items():
        if isinstance(hint, dataclasses.InitVar):
            raise UnusableClassError(
                f"`{name}` is an InitVar and cannot be read back: make it a field"
            )
    found = []
    for field in dataclasses.fields(cls):
        if not field.init:
            raise UnusableClassError(
                f"`{field.name}` has init=False and cannot be set: make it a property"
            )
        found.append(RawField(field.name, field.name, hints[field.name], _dataclass_default(field)))
    _check_init(cls, {raw.name for raw in found})
    return found


def _check_init(cls: Any, fields: set[str]) -> None:
    parameters = inspect.signature(cls).parameters.values()
    taken = {p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    wanted = {p.name for p in parameters if p.name in taken and p.default is p.empty}
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        taken |= fields
    if not wanted <= fields <= taken:
        raise UnusableClassError(
            "its __init__ does not take its fields by name: leave it to @dataclass"
        )


def _dataclass_default(field: dataclasses.Field[Any]) -> Callable[[], Any] | None:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory
    return None if field.default is dataclasses.MISSING else _constant(field.default)


def _struct_fields(cls: Any, hints: Mapping[str, Any]) -> list[RawField]:
    config = cls.__struct_config__
    if config.array_like:
        raise UnusableClassError("array_like=True makes it an array in JSON: leave it out")
    if config.forbid_unknown_fields:
        raise UnusableClassError(
            "forbid_unknown_fields=True would refuse newer clients: leave it out"
        )
    if isinstance(config.tag, int):
        raise UnusableClassError("its tag is a number: use a string")
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
        # of hints that were strings, __optional_keys__ does not know the qualifiers
        qualifier = typing.get_origin(hint)
        optional = name in cls.__optional_keys__ and qualifier is not typing.Required
        absent = _constant(MISSING) if optional or qualifier is typing.NotRequired else None
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


_OWN_FIELDS: dict[Shape, str] = {"dataclass": "__dataclass_fields__", "namedtuple": "_fields"}
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
    hints = resolve_hints(cls)
    bases = vars(cls).get("__orig_bases__", cls.__bases__)
    declared = set(inspect.get_annotations(cls))
    found: dict[str, Any] = {}
    for base in reversed(bases):
        origin = typing.get_origin(base) or base
        if shape(origin) is not None:
            inner = tuple(substitute(argument, bindings) for argument in typing.get_args(base))
            found |= _hints(origin, inner)
            if typing.is_typeddict(cls):  # it has the annotations of its bases too
                declared -= _inherited(cls, origin)
    return {
        name: found[name] if name in found and name not in declared else substitute(hint, bindings)
        for name, hint in hints.items()
    }


def _inherited(cls: type, base: type) -> set[str]:
    own, theirs = inspect.get_annotations(cls), inspect.get_annotations(base)
    return {name for name, hint in theirs.items() if own.get(name) is hint}


def substitute(hint: Any, bindings: Mapping[Any, Any]) -> Any:
    """`list[T]` with T bound to int → `list[int]`; an unbound variable stays."""
    if isinstance(hint, TypeVar):
        return bindings.get(hint, hint)
    parameters = getattr(hint, "__parameters__", ())
    if not parameters or isinstance(hint, type):
        return hint
    return hint[tuple(bindings.get(parameter, parameter) for parameter in parameters)]
