"""A service that gives back what it is given, and the ways through its codecs."""

import dataclasses
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec

from gemstone_grpc import Context, MicroService, exposed_method
from gemstone_grpc.wiring import Wired


def echo_service(hints: Mapping[str, Any]) -> MicroService:
    """A service with a method `echo(value: T) -> T` for each name and hint."""
    methods = {name: _echo(hint) for name, hint in hints.items()}
    cls: type[MicroService] = type("Echoes", (MicroService,), {"name": "echoes", **methods})
    return cls()


def _echo(hint: Any) -> Any:
    async def echo(self: object, value: Any) -> Any:
        return value

    echo.__annotations__ = {"value": hint, "return": hint}
    return exposed_method()(echo)


class Faces:
    """The codecs of one method `echo(value)`, as each face uses them."""

    def __init__(self, wired: Wired, name: str) -> None:
        self.method = wired.face.calls[name].method
        self.codec = wired.face.codecs[name]
        rpc = next(rpc for rpc in wired.face.contract.rpcs if rpc.method == name)
        self.request_class = wired.face.classes[rpc.request.name]

    @classmethod
    def of(cls, hint: Any) -> "Faces":
        """Of a service made for this hint."""
        return cls(echo_service({"echo": hint}).wire({}), "echo")

    def value_from_grpc(self, request: bytes) -> Any:
        """A request → what the method gets."""
        context = Context(self.method, transport="grpc")
        (value,), _ = self.codec.arguments_from_wire(request, context)
        return value

    def value_from_json(self, value: bytes | None) -> Any:
        """The JSON of a value, or none → what the method gets."""
        params = None if value is None else msgspec.Raw(b'{"value":%b}' % value)
        context = Context(self.method, transport="jsonrpc")
        (received,), _ = self.codec.arguments_from_json(params, context)
        return received

    def sent_over_grpc(self, value: Any) -> Any:
        """What the method gets of a client's value."""
        return self.value_from_grpc(self.codec.request_to_wire({"value": value}))

    def answered_over_grpc(self, value: Any) -> Any:
        """What a client gets of the method's result."""
        return self.codec.result_from_wire(self.codec.result_to_wire(value))

    def there_and_back_in_json(self, value: Any) -> Any:
        """What the method gets of its own result, sent back."""
        return self.value_from_json(self.codec.result_to_json(value))


def alike(one: Any, other: Any) -> bool:
    """Whether two values are equal and of the same types, `-0.0` apart from `0.0`."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float | Decimal):
        return str(one) == str(other)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, dict):
        return _typed(one) == _typed(other) and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, set):
        return _typed(one) == _typed(other)
    if dataclasses.is_dataclass(one) or isinstance(one, msgspec.Struct):
        return all(alike(getattr(one, name), getattr(other, name)) for name in _fields(one))
    return bool(one == other)


def _typed(values: Any) -> set[tuple[type, Any]]:
    return {(type(value), value) for value in values}


def _fields(value: Any) -> tuple[str, ...]:
    if isinstance(value, msgspec.Struct):
        return value.__struct_fields__
    return tuple(field.name for field in dataclasses.fields(value))
