"""What the codecs of leaves are made of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from gemstone_grpc.codec.misfit import Misfit, expected, shorten

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class LeafCodec:
    """Four converters; each raises `Misfit` for a value that does not fit."""

    from_json: Convert
    to_json: Convert
    from_wire: Convert
    to_wire: Convert


def text_parser(what: str, hint: Any, expectation: str) -> Convert:
    """A parser of a text, as msgspec reads values of this hint."""

    def parse(value: Any) -> Any:
        if not isinstance(value, str):
            raise expected(expectation, value)
        try:
            return msgspec.convert(value, hint)
        except msgspec.ValidationError:
            raise Misfit(f"not {what}: {shorten(value)}") from None

    return parse
