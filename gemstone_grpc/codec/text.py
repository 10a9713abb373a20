"""Texts: what UTF-8 can carry, and a map's key as a step of a path."""

from typing import Any

import msgspec

from gemstone_grpc.codec.misfit import Misfit

_MAX_KEY = 60


def utf8_text(value: str) -> str:
    """The same text as a plain `str`, whichever subclass it is.

    Raises `Misfit` for half of a surrogate pair, which UTF-8 has no bytes for.
    """
    text = str.__str__(value)
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Misfit("not Unicode text: it holds half of a surrogate pair") from None
    return text


def key_text(key: Any) -> str:
    """A map's key as the name of a JSON object's member."""
    if isinstance(key, str):
        return str.__str__(key)
    return str(key).lower() if isinstance(key, bool) else str(key)


def key_step(key: Any) -> str:
    """`["tea"]`, quoted as JSON quotes it."""
    text = key_text(key)
    text = text if len(text) <= _MAX_KEY else f"{text[:_MAX_KEY]}…"
    return f"[{msgspec.json.encode(text.encode(errors='replace').decode()).decode()}]"
