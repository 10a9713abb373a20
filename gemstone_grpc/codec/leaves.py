"""Codecs of values without parts, one for each kind of leaf."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec

from gemstone_grpc.codec.anyvalue import AnyCodec
from gemstone_grpc.codec.misfit import Misfit, expected, shorten
from gemstone_grpc.schema.descriptor import MessageClasses
from gemstone_grpc.schema.types import Kind, Leaf

_Convert = Callable[[Any], Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_FLOAT32 = 3.4028234663852886e38
_MAX_DURATION = 315_576_000_000  # seconds, as google/protobuf/duration.proto has it
_DURATION = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,9}))?s")
_AWARE = Annotated[datetime, msgspec.Meta(tz=True)]


@dataclass(frozen=True, slots=True)
class LeafCodec:
    """Four converters; each raises `Misfit` for a value that does not fit."""

    from_json: _Convert
    to_json: _Convert
    from_wire: _Convert
    to_wire: _Convert


def leaf_codec(leaf: Leaf, classes: MessageClasses) -> LeafCodec | AnyCodec:
    """The codec of a leaf."""
    if leaf.kind is Kind.ANY:
        return AnyCodec(classes.well_known(Kind.ANY))
    codec = _MAKERS[leaf.kind](leaf.kind, classes)
    return codec if leaf.constraint is None else _constrained(codec, leaf)


def _same(value: Any) -> Any:
    return value


# -- scalars ---------------------------------------------------------------------------------


def _instance_of(cls: type, what: str) -> _Convert:
    def check(value: Any) -> Any:
        if not isinstance(value, cls):
            raise expected(what, value)
        return value

    return check


def _string(kind: Kind, classes: MessageClasses) -> LeafCodec:
    check = _instance_of(str, "a string")
    return LeafCodec(check, check, _same, check)


def _bool(kind: Kind, classes: MessageClasses) -> LeafCodec:
    check = _instance_of(bool, "a boolean")
    return LeafCodec(check, check, _same, check)


def _bytes(kind: Kind, classes: MessageClasses) -> LeafCodec:
    check = _instance_of(bytes, "bytes")
    return LeafCodec(_text("base64", bytes, "a string of base64"), check, _same, check)


_RANGES = {
    Kind.INT32: (-(2**31), 2**31 - 1),
    Kind.UINT32: (0, 2**32 - 1),
    Kind.INT64: (-(2**63), 2**63 - 1),
    Kind.UINT64: (0, 2**64 - 1),
}


def _integer(kind: Kind, classes: MessageClasses) -> LeafCodec:
    low, high = _RANGES[kind]

    def check(value: Any) -> Any:
        if type(value) is not int and (not isinstance(value, int) or isinstance(value, bool)):
            raise expected("a whole number", value)
        if not low <= value <= high:
            raise Misfit(f"out of range for {kind}: {low} to {high}")
        return value

    return LeafCodec(check, check, _same, check)


def _double(kind: Kind, classes: MessageClasses) -> LeafCodec:
    single = kind is Kind.FLOAT

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise expected("a number", value)
        number = float(value)
        if single and math.isfinite(number) and abs(number) > _MAX_FLOAT32:
            raise Misfit(f"out of range for float: {-_MAX_FLOAT32} to {_MAX_FLOAT32}")
        return number

    def to_json(value: Any) -> float:
        number = check(value)
        if not math.isfinite(number):
            raise Misfit(f"JSON has no {number}")
        return number

    return LeafCodec(check, to_json, _same, check)


# -- values that are texts -------------------------------------------------------------------


def _text(what: str, hint: Any, expectation: str) -> _Convert:
    """A parser of a text, as msgspec reads values of this hint."""

    def parse(value: Any) -> Any:
        if not isinstance(value, str):
            raise expected(expectation, value)
        try:
            return msgspec.convert(value, hint)
        except msgspec.ValidationError:
            raise Misfit(f"not {what}: {shorten(value)}") from None

    return parse


def _decimal(kind: Kind, classes: MessageClasses) -> LeafCodec:
    parse_text = _text("a decimal number", Decimal, "a string with a decimal number")

    def check(value: Any) -> Decimal:
        if not isinstance(value, Decimal):
            raise expected("Decimal", value)
        if not value.is_finite():
            raise Misfit(f"not a finite number: {value}")
        return value

    def parse(value: Any) -> Decimal:
        return check(parse_text(value))

    def write(value: Any) -> str:
        return str(check(value))

    return LeafCodec(parse, write, parse, write)


def _uuid(kind: Kind, classes: MessageClasses) -> LeafCodec:
    parse = _text("a UUID", UUID, "a string with a UUID")
    check = _instance_of(UUID, "UUID")

    def write(value: Any) -> str:
        return str(check(value))

    return LeafCodec(parse, write, parse, write)


# -- values that are messages ----------------------------------------------------------------


def _timestamp(kind: Kind, classes: MessageClasses) -> LeafCodec:
    message = classes.well_known(Kind.TIMESTAMP)

    def check(value: Any) -> datetime:
        if not isinstance(value, datetime):
            raise expected("datetime", value)
        if value.utcoffset() is None:
            raise Misfit("a datetime without a time zone: give it one, such as datetime.now(UTC)")
        return value

    def from_wire(value: Any) -> datetime:
        try:
            return _EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
        except OverflowError:
            raise Misfit("out of range for a timestamp: years 1 to 9999") from None

    def to_wire(value: Any) -> Any:
        since = check(value) - _EPOCH
        return message(seconds=since.days * 86400 + since.seconds, nanos=since.microseconds * 1000)

    parse_text = _text(
        "an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z", _AWARE, "a string with a time"
    )

    def from_json(value: Any) -> datetime:
        parsed: datetime = parse_text(value)
        try:
            return parsed.astimezone(UTC)  # a time near year 1 or 9999 may have none in UTC
        except OverflowError:
            raise Misfit("out of range for a timestamp: years 1 to 9999") from None

    return LeafCodec(from_json, check, from_wire, to_wire)


def _duration(kind: Kind, classes: MessageClasses) -> LeafCodec:
    message = classes.well_known(Kind.DURATION)

    def check(value: Any) -> timedelta:
        if not isinstance(value, timedelta):
            raise expected("timedelta", value)
        if abs(value) > timedelta(seconds=_MAX_DURATION):
            raise Misfit(f"out of range for a duration: {_MAX_DURATION} seconds either way")
        return value

    def from_wire(value: Any) -> timedelta:
        if value.seconds * value.nanos < 0 or abs(value.nanos) > 999_999_999:
            raise Misfit("seconds and nanos of a duration must have one sign")
        if abs(value.seconds) > _MAX_DURATION:
            raise Misfit(f"out of range for a duration: {_MAX_DURATION} seconds either way")
        return check(timedelta(seconds=value.seconds, microseconds=int(value.nanos / 1000)))

    def to_wire(value: Any) -> Any:
        seconds, micros = _whole(check(value))
        return message(seconds=seconds, nanos=micros * 1000)

    def from_json(value: Any) -> timedelta:
        if not isinstance(value, str):
            raise expected('a string with seconds, such as "1.5s"', value)
        if not (match := _DURATION.fullmatch(value)):
            raise Misfit(f'not a number of seconds such as "1.5s": {shorten(value)}')
        sign, seconds, fraction = match.groups()
        micros = int((fraction or "").ljust(9, "0")[:6])
        size = timedelta(seconds=int(seconds), microseconds=micros)
        return check(-size if sign else size)

    def to_json(value: Any) -> str:
        seconds, micros = _whole(check(value))
        fraction = f".{abs(micros):06}".rstrip("0") if micros else ""
        sign = "-" if seconds < 0 or micros < 0 else ""
        return f"{sign}{abs(seconds)}{fraction}s"

    return LeafCodec(from_json, to_json, from_wire, to_wire)


def _whole(value: timedelta) -> tuple[int, int]:
    """Seconds and microseconds of one sign."""
    micros = (value.days * 86400 + value.seconds) * 1_000_000 + value.microseconds
    seconds, rest = divmod(abs(micros), 1_000_000)
    return (seconds, rest) if micros >= 0 else (-seconds, -rest)


def _date(kind: Kind, classes: MessageClasses) -> LeafCodec:
    message = classes.well_known(Kind.DATE)

    def check(value: Any) -> date:
        if not isinstance(value, date) or isinstance(value, datetime):
            raise expected("date", value)
        return value

    def from_wire(value: Any) -> date:
        try:
            return date(value.year, value.month, value.day)
        except ValueError:
            raise Misfit(f"not a date: {value.year}-{value.month}-{value.day}") from None

    def to_wire(value: Any) -> Any:
        check(value)
        return message(year=value.year, month=value.month, day=value.day)

    parse = _text("a date such as 2026-01-31", date, "a string with a date")
    return LeafCodec(parse, check, from_wire, to_wire)


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
    Kind.TIMESTAMP: _timestamp,
    Kind.DURATION: _duration,
    Kind.DATE: _date,
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

    def after(convert: _Convert) -> _Convert:
        return lambda value: check(convert(value))

    def before(convert: _Convert) -> _Convert:
        return lambda value: convert(check(value))

    return replace(
        codec,
        from_json=after(codec.from_json),
        from_wire=after(codec.from_wire),
        to_json=before(codec.to_json),
        to_wire=before(codec.to_wire),
    )
