"""Codecs of values without parts, one for each kind of leaf."""

import math
import struct
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec

from gemstone_grpc.codec.anyvalue import AnyCodec
from gemstone_grpc.codec.leaf import Convert, LeafCodec, text_parser
from gemstone_grpc.codec.misfit import Misfit, expected
from gemstone_grpc.codec.text import utf8_text
from gemstone_grpc.codec.times import date_codec, duration_codec, timestamp_codec
from gemstone_grpc.schema.descriptor import MessageClasses
from gemstone_grpc.schema.types import Kind, Leaf

_MAX_FLOAT32 = 3.4028234663852886e38


def leaf_codec(leaf: Leaf, classes: MessageClasses) -> LeafCodec | AnyCodec:
    """The codec of a leaf."""
    if leaf.kind is Kind.ANY:
        return AnyCodec(classes.well_known(Kind.ANY))
    codec = _MAKERS[leaf.kind](leaf.kind, classes)
    return codec if leaf.constraint is None else _constrained(codec, leaf)


def _same(value: Any) -> Any:
    return value


# -- scalars ---------------------------------------------------------------------------------


def _instance_of(cls: type, what: str) -> Convert:
    def check(value: Any) -> Any:
        if not isinstance(value, cls):
            raise expected(what, value)
        return value

    return check


def _string(kind: Kind, classes: MessageClasses) -> LeafCodec:
    check = _instance_of(str, "a string")

    def write(value: Any) -> str:
        return utf8_text(check(value))

    return LeafCodec(check, write, _same, write)


def _bool(kind: Kind, classes: MessageClasses) -> LeafCodec:
    check = _instance_of(bool, "a boolean")
    return LeafCodec(check, check, _same, check)


def _bytes(kind: Kind, classes: MessageClasses) -> LeafCodec:
    check = _instance_of(bytes, "bytes")

    def write(value: Any) -> bytes:
        return bytes(check(value))  # msgspec writes no subclasses

    return LeafCodec(text_parser("base64", bytes, "a string of base64"), write, _same, write)


_RANGES = {
    Kind.INT32: (-(2**31), 2**31 - 1),
    Kind.UINT32: (0, 2**32 - 1),
    Kind.INT64: (-(2**63), 2**63 - 1),
    Kind.UINT64: (0, 2**64 - 1),
}


def _integer(kind: Kind, classes: MessageClasses) -> LeafCodec:
    low, high = _RANGES[kind]

    def check(value: Any) -> int:
        number: int = value
        if type(value) is not int:
            if not isinstance(value, int) or isinstance(value, bool):
                raise expected("a whole number", value)
            number = int(value)  # msgspec writes no subclasses
        if not low <= number <= high:
            raise Misfit(f"out of range for {kind}: {low} to {high}")
        return number

    return LeafCodec(check, check, _same, check)


def _double(kind: Kind, classes: MessageClasses) -> LeafCodec:
    single = kind is Kind.FLOAT

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise expected("a number", value)
        try:
            number = float(value)
        except OverflowError:
            raise Misfit("out of range for double") from None
        if single and math.isfinite(number) and abs(number) > _MAX_FLOAT32:
            raise Misfit(f"out of range for float: {-_MAX_FLOAT32} to {_MAX_FLOAT32}")
        return number

    def to_json(value: Any) -> float:
        number = check(value)
        if not math.isfinite(number):
            raise Misfit(f"JSON has no {number}")
        return number

    def from_json(value: Any) -> float:
        number = check(value)
        return struct.unpack("f", struct.pack("f", number))[0] if single else number

    return LeafCodec(from_json, to_json, _same, check)


# -- values that are texts -------------------------------------------------------------------


def _decimal(kind: Kind, classes: MessageClasses) -> LeafCodec:
    parse_text = text_parser("a decimal number", Decimal, "a string with a decimal number")

    def check(value: Any) -> Decimal:
        if not isinstance(value, Decimal):
            raise expected("Decimal", value)
        if not value.is_finite():
            raise Misfit("not a finite number")
        return value

    def parse(value: Any) -> Decimal:
        return check(parse_text(value))

    def write(value: Any) -> str:
        return str(check(value))

    return LeafCodec(parse, write, parse, write)


def _uuid(kind: Kind, classes: MessageClasses) -> LeafCodec:
    parse = text_parser("a UUID", UUID, "a string with a UUID")
    check = _instance_of(UUID, "UUID")

    def write(value: Any) -> str:
        return str(check(value))

    return LeafCodec(parse, write, parse, write)


_MAKERS: dict[Kind, Callable[[Kind, MessageClasses], LeafCodec]] = {
    Kind.STRING: _string,
    Kind.BOOL: _bool,
    Kind.BYTES: _bytes,
    Kind.INT32: _integer,
    Kind.INT64: _integer,
    Kind.UINT32: _integer,
    Kind.UINT64: _integer,
    Kind.FLOAT: _double,
    Kind.DOUBLE: _double,
    Kind.DECIMAL: _decimal,
    Kind.UUID: _uuid,
    Kind.TIMESTAMP: timestamp_codec,
    Kind.DURATION: duration_codec,
    Kind.DATE: date_codec,
}

_PYTHON: dict[Kind, type] = {
    Kind.STRING: str,
    Kind.BOOL: bool,
    Kind.BYTES: bytes,
    Kind.FLOAT: float,
    Kind.DOUBLE: float,
    Kind.DECIMAL: Decimal,
    Kind.UUID: UUID,
    Kind.TIMESTAMP: datetime,
    Kind.DURATION: timedelta,
    Kind.DATE: date,
} | dict.fromkeys(_RANGES, int)


def python_type(leaf: Leaf) -> type:
    """The class of a leaf's values; not for `Kind.ANY`, which has none."""
    return _PYTHON[leaf.kind]


def _constrained(codec: LeafCodec, leaf: Leaf) -> LeafCodec:
    hint: Any = Annotated[python_type(leaf), leaf.constraint]

    def check(value: Any) -> Any:
        try:
            return msgspec.convert(value, hint)
        except msgspec.ValidationError as error:
            raise Misfit(str(error)[0].lower() + str(error)[1:].replace("`", "")) from None

    def after(convert: Convert) -> Convert:
        return lambda value: check(convert(value))

    def besides(convert: Convert) -> Convert:
        def both(value: Any) -> Any:
            converted = convert(value)  # first, for `check` would turn a text into bytes
            check(value)
            return converted

        return both

    return replace(
        codec,
        from_json=after(codec.from_json),
        from_wire=after(codec.from_wire),
        to_json=besides(codec.to_json),
        to_wire=besides(codec.to_wire),
    )
