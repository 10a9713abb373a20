"""Codecs of points and lengths of time, which are messages on the wire."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec

from gemstone_grpc.codec.leaf import LeafCodec, text_parser
from gemstone_grpc.codec.misfit import Misfit, expected, shorten
from gemstone_grpc.schema.descriptor import MessageClasses
from gemstone_grpc.schema.types import Kind

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_AWARE = Annotated[datetime, msgspec.Meta(tz=True)]
_MAX_DURATION = 315_576_000_000  # seconds, as google/protobuf/duration.proto has it
_DURATION = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s")


def timestamp_codec(kind: Kind, classes: MessageClasses) -> LeafCodec:
    """An aware `datetime`; whichever zone it has, it travels and arrives in UTC."""
    message = classes.well_known(Kind.TIMESTAMP)
    parse = text_parser(
        "an RFC 3339 time with a zone, such as 2026-01-31T12:00:00Z", _AWARE, "a string with a time"
    )

    def in_utc(value: Any) -> datetime:
        if not isinstance(value, datetime):
            raise expected("datetime", value)
        if value.utcoffset() is None:
            raise Misfit("a datetime without a time zone: give it one, such as datetime.now(UTC)")
        try:
            return _EPOCH + (value - _EPOCH)  # a time near year 1 or 9999 may have none in UTC
        except OverflowError:
            raise _out_of_years() from None

    def from_json(value: Any) -> datetime:
        return in_utc(parse(value))

    def from_wire(value: Any) -> datetime:
        if not 0 <= value.nanos <= 999_999_999:
            raise Misfit("nanos of a timestamp must be 0 to 999999999")
        try:
            return _EPOCH + timedelta(seconds=value.seconds, microseconds=value.nanos // 1000)
        except OverflowError:
            raise _out_of_years() from None

    def to_wire(value: Any) -> Any:
        since = in_utc(value) - _EPOCH
        return message(seconds=since.days * 86400 + since.seconds, nanos=since.microseconds * 1000)

    return LeafCodec(from_json, in_utc, from_wire, to_wire)


def _out_of_years() -> Misfit:
    return Misfit("out of range for a timestamp: years 1 to 9999")


def duration_codec(kind: Kind, classes: MessageClasses) -> LeafCodec:
    """A `timedelta`; its JSON is seconds, such as `"-1.5s"`."""
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


def date_codec(kind: Kind, classes: MessageClasses) -> LeafCodec:
    """A `date`."""
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

    def to_json(value: Any) -> str:
        return date.isoformat(check(value))

    parse = text_parser("a date such as 2026-01-31", date, "a string with a date")
    return LeafCodec(parse, to_json, from_wire, to_wire)
