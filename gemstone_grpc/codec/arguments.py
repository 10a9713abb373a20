"""The codec of a method's arguments: JSON-RPC's params or a request message → a Python call."""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec
from google.protobuf.message import DecodeError
from google.protobuf.message import Message as ProtoMessage

from gemstone_grpc.codec.choices import Choices, choices
from gemstone_grpc.codec.message import ABSENT, TOO_DEEP, FieldCodec
from gemstone_grpc.codec.misfit import Misfit, shorten
from gemstone_grpc.codec.text import key_step
from gemstone_grpc.codec.whole import Whole
from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code, FieldViolation, RpcError
from gemstone_grpc.method import Method
from gemstone_grpc.requests import Requests

Arguments = tuple[list[Any], dict[str, Any]]

_MAX_VIOLATIONS = 20
_VAR_POSITIONAL = inspect.Parameter.VAR_POSITIONAL
_VAR_KEYWORD = inspect.Parameter.VAR_KEYWORD
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


class ArgumentsCodec:
    """Reads the arguments of one method; every misfit becomes a field violation."""

    __slots__ = (
        "_by_name",
        "_choices",
        "_extra",
        "_fields",
        "_message",
        "_parameters",
        "_positional",
        "_rest",
        "_taken",
    )

    def __init__(
        self, method: Method, fields: Iterable[FieldCodec], message: type[ProtoMessage]
    ) -> None:
        self._parameters = method.parameters
        self._taken = _names(method.function)
        self._message = message
        own = [parameter for parameter in self._parameters if not parameter.is_context]
        self._fields = tuple(fields)
        self._choices = choices(field.field for field in self._fields)
        by_kind = list(zip(own, self._fields, strict=True))
        self._positional = tuple(f for p, f in by_kind if p.kind in _POSITIONAL)
        self._by_name = tuple(
            f for p, f in by_kind if p.kind not in (_VAR_POSITIONAL, _VAR_KEYWORD)
        )
        self._rest = next((f for p, f in by_kind if p.kind is _VAR_POSITIONAL), None)
        self._extra = next((f for p, f in by_kind if p.kind is _VAR_KEYWORD), None)

    def from_wire(self, payload: Any, context: Context) -> Arguments:
        """A serialized request message → arguments. Raises `RpcError` INVALID_ARGUMENT."""
        return self._arrange(self._values(payload), context)

    def from_json(self, params: msgspec.Raw | None, context: Context) -> Arguments:
        """JSON-RPC's `params` → arguments. Raises `RpcError` INVALID_ARGUMENT."""
        try:
            decoded = {} if params is None else msgspec.json.decode(params)
        except msgspec.DecodeError as error:  # half of a surrogate pair, or a number beyond range
            raise invalid([FieldViolation("params", str(error))]) from None
        if isinstance(decoded, list):
            members, unknown = self._by_position(decoded)
        else:
            members, unknown = self._with_extra(decoded)
        if self._choices is not None:
            unknown += _conflicts(self._choices, members)
        values = self._read(((f, FieldCodec.from_json, members) for f in self._fields), unknown)
        return self._arrange(values, context)

    def to_wire(self, values: Mapping[str, Any]) -> bytes:
        """Arguments by name → a serialized request. Raises `RpcError` INVALID_ARGUMENT."""
        out: dict[str, Any] = {}
        known = {field.field.json for field in self._fields}
        violations = [_unknown(name) for name in values if name not in known]
        if self._choices is not None:
            violations += _conflicts(self._choices, values)
        for field in self._fields:
            if field.field.json in values:
                try:
                    field.to_wire(values[field.field.json], out)
                except Misfit as misfit:
                    path = field.field.json + misfit.path
                    violations.append(FieldViolation(path, misfit.description))
                except TOO_DEEP:
                    violations.append(FieldViolation(field.field.json, "is nested too deeply"))
        if violations:
            raise invalid(violations)
        try:
            return self._message(**out).SerializeToString()
        except TOO_DEEP:
            raise invalid([FieldViolation("params", "are nested too deeply")]) from None

    def _values(self, data: bytes) -> dict[str, Any]:
        try:
            message = self._message.FromString(data)
        except DecodeError:
            name = self._message.DESCRIPTOR.full_name
            raise RpcError(Code.INVALID_ARGUMENT, f"The request is not a {name}") from None
        return self._read((f, FieldCodec.from_wire, message) for f in self._fields)

    def _by_position(self, params: list[Any]) -> tuple[dict[str, Any], list[FieldViolation]]:
        members = {f.field.json: value for f, value in zip(self._positional, params, strict=False)}
        rest = params[len(self._positional) :]
        if self._rest is not None:
            members[self._rest.field.json] = rest
        elif rest:
            limit = len(self._positional)
            words = f"takes {limit} by position, got {len(params)}"
            return members, [FieldViolation("params", words)]
        return members, []

    def _with_extra(self, params: dict[str, Any]) -> tuple[dict[str, Any], list[FieldViolation]]:
        known = {f.field.json for f in self._by_name}
        extra = {name: value for name, value in params.items() if name not in known}
        if not extra:
            return params, []
        members = {name: value for name, value in params.items() if name in known}
        if self._extra is not None:
            members[self._extra.field.json] = extra
            return members, []
        return members, [_unknown(name) for name in extra]

    def _read(
        self,
        readings: Iterator[tuple[FieldCodec, Callable[[FieldCodec, Any], Any], Any]],
        violations: Iterable[FieldViolation] = (),
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        found = list(violations)
        for field, read, source in readings:
            try:
                values[field.field.name] = read(field, source)
            except Misfit as misfit:
                found.append(FieldViolation(field.field.json + misfit.path, misfit.description))
        if found:
            raise invalid(found)
        return values

    def _arrange(self, values: dict[str, Any], context: Context) -> Arguments:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter in self._parameters:
            value: Any = context if parameter.is_context else values[parameter.name]
            if parameter.kind is _VAR_POSITIONAL:
                positional += () if value is ABSENT else value
            elif parameter.kind is _VAR_KEYWORD:
                named |= {} if value is ABSENT else self._checked(parameter.name, value)
            else:
                if value is ABSENT:
                    value = parameter.default
                if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                    named[parameter.name] = value
                else:
                    positional.append(value)
        return positional, named

    def _checked(self, name: str, extra: dict[str, Any]) -> dict[str, Any]:
        """What came for `**kwargs`; Python takes no argument twice."""
        if taken := [key for key in extra if key in self._taken]:
            words = "is the name of a parameter"
            raise invalid([FieldViolation(f"{name}{key_step(key)}", words) for key in taken])
        return extra


class StreamCodec(ArgumentsCodec):
    """The arguments of a client-streaming method: each request message holds one item."""

    __slots__ = ()

    def from_wire(self, payload: Requests, context: Context) -> Arguments:
        """A stream of serialized requests → arguments; an item is decoded when it is read."""
        (field,) = self._fields
        name = field.field.name
        items = payload.decoded_by(lambda data: self._values(data)[name])
        return self._arrange({name: items}, context)


class WholeArguments:
    """The arguments of a method whose request is one value: JSON-RPC's params are its members."""

    __slots__ = ("_name", "_parameters", "_streams", "_whole")

    def __init__(self, method: Method, whole: Whole) -> None:
        self._parameters = method.parameters
        self._name = next(p.name for p in method.parameters if not p.is_context)
        self._streams = method.client_streaming
        self._whole = whole

    def from_wire(self, payload: Any, context: Context) -> Arguments:
        """A serialized request, or a stream of them → arguments. Raises `RpcError`."""
        if self._streams:
            return self._arrange(payload.decoded_by(self._item), context)
        return self._arrange(self._item(payload), context)

    def from_json(self, params: msgspec.Raw | None, context: Context) -> Arguments:
        """JSON-RPC's `params`, an object → arguments. Raises `RpcError` INVALID_ARGUMENT."""
        try:
            decoded = {} if params is None else msgspec.json.decode(params)
        except msgspec.DecodeError as error:
            raise invalid([FieldViolation("params", str(error))]) from None
        return self._arrange(self._checked(self._whole.from_json, decoded), context)

    def to_wire(self, values: Mapping[str, Any]) -> bytes:
        """Arguments by name → a serialized request. Raises `RpcError` INVALID_ARGUMENT."""
        if unknown := [_unknown(name) for name in values if name != self._name]:
            raise invalid(unknown)
        wire: bytes = self._checked(self._whole.to_wire, values.get(self._name))
        return wire

    def _item(self, data: bytes) -> Any:
        return self._checked(self._whole.from_wire, data)

    def _checked(self, convert: Callable[[Any], Any], value: Any) -> Any:
        try:
            return convert(value)
        except Misfit as misfit:
            field = misfit.path.removeprefix(".") or "params"
            raise invalid([FieldViolation(field, misfit.description)]) from None
        except TOO_DEEP:
            raise invalid([FieldViolation("params", "are nested too deeply")]) from None

    def _arrange(self, value: Any, context: Context) -> Arguments:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter in self._parameters:
            given = context if parameter.is_context else value
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY:
                named[parameter.name] = given
            else:
                positional.append(given)
        return positional, named


def _names(function: Callable[..., Any]) -> frozenset[str]:
    """The names that `**kwargs` can never hold; a bound method's `self` is among them."""
    signature = inspect.signature(getattr(function, "__func__", function))
    return frozenset(p.name for p in signature.parameters.values() if p.kind in _NAMED)


def _conflicts(choices: Choices, members: Mapping[str, Any]) -> list[FieldViolation]:
    conflict = choices.conflict(members)
    return [] if conflict is None else [FieldViolation(*conflict)]


def _unknown(name: str) -> FieldViolation:
    return FieldViolation(shorten(name).strip("'"), "is no parameter of this method")


def invalid(violations: list[FieldViolation]) -> RpcError:
    """INVALID_ARGUMENT with these violations; the message names the first."""
    first = violations[0]
    return RpcError(
        Code.INVALID_ARGUMENT,
        f"Invalid params: {first.field}: {first.description}",
        violations=violations[:_MAX_VIOLATIONS],
    )
