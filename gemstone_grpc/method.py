"""Methods: how a class exposes them, and what is known of each once it is collected."""

import inspect
import re
import typing
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, RpcError, StartError

F = TypeVar("F", bound=Callable[..., Any])

_MARK = "__gemstone_exposure__"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
_STREAMS = (AsyncIterator, AsyncIterable, AsyncGenerator)

EMPTY = inspect.Parameter.empty
ParameterKind = inspect._ParameterKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exposure:
    name: str | None
    private: bool
    internal: bool
    scopes: frozenset[str]
    blocking: bool | None
    timeout: float | None
    errors: tuple[type[RpcError], ...]
    deprecated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a method; `hint` is resolved, `default` is `EMPTY` when there is none."""

    name: str
    kind: ParameterKind
    hint: Any
    default: Any
    is_context: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """An exposed method.

    `label` is its place in the code (`Users.find`), for messages; `result` is the hint of the
    result, or of one item when the method `streams`; `timeout` is in seconds.
    """

    name: str
    label: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    result: Any
    streams: bool
    blocking: bool
    private: bool
    internal: bool
    scopes: frozenset[str]
    timeout: float | None
    errors: tuple[type[RpcError], ...]
    deprecated: bool
    doc: str


def exposed_method(
    name: str | None = None,
    *,
    private: bool = False,
    internal: bool = False,
    scopes: Iterable[str] = (),
    blocking: bool | None = None,
    timeout: float | None = None,
    errors: Iterable[type[RpcError]] = (),
    deprecated: bool = False,
) -> Callable[[F], F]:
    """Expose a method on both faces.

    `name` is the public name, the function's own by default; dots group names (`users.find`).
    `private` asks for an identity and `scopes` for these scopes; `internal` leaves the method off
    the JSON-RPC face. `blocking=None` runs an `async def` on the loop and a `def` on the thread
    pool; `blocking=False` runs a quick `def` on the loop. `timeout`, in seconds, takes the place of
    the service's. `errors` are the `RpcError` subclasses the method declares.
    """
    if callable(name):
        raise TypeError("write @exposed_method() with parentheses")
    exposure = _Exposure(
        name=name,
        private=private,
        internal=internal,
        scopes=frozenset(scopes),
        blocking=blocking,
        timeout=timeout,
        errors=tuple(errors),
        deprecated=deprecated,
    )

    def expose(function: F) -> F:
        setattr(function, _MARK, exposure)
        return function

    return expose


def collect(owners: Iterable[object]) -> tuple[Method, ...]:
    """Every exposed method of these objects, in the order of declaration.

    Raises `StartError` for a method that cannot be exposed, and for two of one name.
    """
    methods: dict[str, Method] = {}
    for owner in owners:
        for attribute, exposure in _exposures(type(owner)).items():
            method = _method(owner, attribute, exposure)
            if other := methods.get(method.name):
                raise StartError(
                    f"{method.label} and {other.label} are both named {method.name!r}: "
                    "give one another name with @exposed_method(name)"
                )
            methods[method.name] = method
    return tuple(methods.values())


def _exposures(cls: type) -> dict[str, _Exposure]:
    """Marks by attribute; an override without a mark of its own keeps the one it overrides."""
    found: dict[str, _Exposure] = {}
    for base in reversed(cls.__mro__):
        for attribute, value in vars(base).items():
            mark = getattr(value, _MARK, None)
            if isinstance(mark, _Exposure):
                found[attribute] = mark
    return found


def _method(owner: object, attribute: str, exposure: _Exposure) -> Method:
    label = f"{type(owner).__name__}.{attribute}"
    function = getattr(owner, attribute)
    if not callable(function):
        raise StartError(f"{label} is exposed but cannot be called: expose a method instead")
    name = attribute if exposure.name is None else exposure.name
    _check(label, name, exposure)
    hints = _hints(label, function)
    result = hints.get("return", EMPTY)
    generator = inspect.isasyncgenfunction(function)
    streams = generator or typing.get_origin(result) in _STREAMS or result in _STREAMS
    if streams:
        result = (*typing.get_args(result), Any)[0]
    coroutine = inspect.iscoroutinefunction(function)
    if exposure.blocking and (coroutine or streams):
        raise StartError(f"{label}: blocking=True is for a plain `def`: drop it, or drop `async`")
    return Method(
        name=name,
        label=label,
        function=function,
        parameters=_parameters(function, hints),
        result=Any if result is EMPTY else result,
        streams=streams,
        blocking=not (coroutine or streams) and exposure.blocking is not False,
        private=exposure.private,
        internal=exposure.internal,
        scopes=exposure.scopes,
        timeout=exposure.timeout,
        errors=exposure.errors,
        deprecated=exposure.deprecated,
        doc=inspect.getdoc(function) or "",
    )


def _check(label: str, name: str, exposure: _Exposure) -> None:
    if not _NAME.fullmatch(name):
        raise StartError(
            f"{label} cannot be exposed as {name!r}: a name is letters, digits and underscores, "
            "starts with a letter and may be grouped with dots; pass one to @exposed_method(name)"
        )
    if name.startswith("rpc."):
        raise StartError(
            f"{label} cannot be exposed as {name!r}: JSON-RPC 2.0 keeps names that begin with "
            "`rpc.` for itself; choose another"
        )
    if exposure.timeout is not None and not exposure.timeout > 0:
        raise StartError(
            f"{label}: timeout={exposure.timeout!r} must be a number of seconds above zero"
        )
    for error in exposure.errors:
        if not (isinstance(error, type) and issubclass(error, RpcError)):
            raise StartError(f"{label}: errors= takes subclasses of RpcError, not {error!r}")
        if not isinstance(getattr(error, "code", None), Code):
            raise StartError(
                f"{label}: {error.__name__} has no code: set `code = Code.NOT_FOUND`, or another, "
                "on the class"
            )


def _hints(label: str, function: Callable[..., Any]) -> dict[str, Any]:
    target = inspect.unwrap(getattr(function, "__func__", function))
    try:
        return typing.get_type_hints(target, include_extras=True)
    except NameError as error:
        raise StartError(
            f"{label}: the hint {error.name!r} cannot be resolved: define or import it at the top "
            "of the module, outside `if TYPE_CHECKING`"
        ) from None
    except TypeError as error:
        raise StartError(f"{label}: a hint cannot be resolved: {error}") from None


def _parameters(function: Callable[..., Any], hints: dict[str, Any]) -> tuple[Parameter, ...]:
    return tuple(
        Parameter(
            name=parameter.name,
            kind=parameter.kind,
            hint=hints.get(parameter.name, Any),
            default=parameter.default,
            is_context=hints.get(parameter.name) is Context,
        )
        for parameter in inspect.signature(function).parameters.values()
    )
