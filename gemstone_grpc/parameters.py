"""The parameters of a method, and the one that is a stream of requests."""

import inspect
import typing
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from gemstone_grpc.context import Context
from gemstone_grpc.errors import StartError

_STREAMS = (AsyncIterator, AsyncIterable, AsyncGenerator)
_VARIADIC = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)

EMPTY = inspect.Parameter.empty
ParameterKind = inspect._ParameterKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter of a method; `hint` is resolved, `default` is `EMPTY` when there is none.

    The hint of one that `is_stream` is that of an item.
    """

    name: str
    kind: ParameterKind
    hint: Any
    default: Any
    is_context: bool
    is_stream: bool


def is_stream(hint: Any) -> bool:
    """Whether a hint says that values come one by one."""
    return typing.get_origin(hint) in _STREAMS or hint in _STREAMS


def item_hint(stream: Any) -> Any:
    """The hint of an item of a stream."""
    return (*typing.get_args(stream), Any)[0]


def parameters(
    label: str, function: Callable[..., Any], hints: dict[str, Any]
) -> tuple[Parameter, ...]:
    """The parameters of a bound function; raises `StartError` for what a call cannot give."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        raise StartError(f"{label} takes no self: write it as its first parameter") from None
    found = tuple(
        _parameter(parameter, hints.get(parameter.name, Any))
        for parameter in signature.parameters.values()
    )
    for parameter in found:
        if parameter.is_context and parameter.kind in _VARIADIC:
            raise _refusal(label, parameter, "a call has one Context: drop the stars")
    _check_stream(label, found)
    return found


def _parameter(parameter: inspect.Parameter, hint: Any) -> Parameter:
    streams = is_stream(hint)
    return Parameter(
        name=parameter.name,
        kind=parameter.kind,
        hint=item_hint(hint) if streams else hint,
        default=parameter.default,
        is_context=hint is Context,
        is_stream=streams,
    )


def _check_stream(label: str, found: tuple[Parameter, ...]) -> None:
    streams = [parameter for parameter in found if parameter.is_stream]
    if not streams:
        return
    stream, *more = streams
    if more:
        raise _refusal(
            label,
            more[0],
            f"a call has one stream of requests, and `{stream.name}` is it: make one stream of "
            "both, its item a union or a dataclass",
        )
    if stream.kind in _VARIADIC:
        raise _refusal(label, stream, "a call has one stream of requests: drop the stars")
    if stream.default is not EMPTY:
        raise _refusal(
            label,
            stream,
            "a stream of requests has no default: drop it; a caller that sends nothing gives an "
            "empty stream",
        )
    for parameter in found:
        if not (parameter.is_stream or parameter.is_context):
            raise _refusal(
                label,
                parameter,
                f"nothing but a Context may stand beside the stream `{stream.name}`: put it into "
                "the items, or let callers send it as metadata and read context.metadata",
            )


def _refusal(label: str, parameter: Parameter, words: str) -> StartError:
    return StartError(f"{label}, parameter `{parameter.name}`: {words}")
