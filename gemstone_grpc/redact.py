"""Keeps tokens out of logs and errors, and one log record on one line."""

import logging
import re
import traceback
from typing import Any

import msgspec

_LOGGERS = ("gemstone", "gemstone.access")
_TOKENS = re.compile(
    r"gs_[a-z0-9]+_[A-Za-z0-9_-]{8,}"  # our keys
    r"|eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"  # JWTs
    r"|(?<=[Bb]earer )[!-~]+"
)
_MASK = "[redacted]"
_CONTROL = {number: repr(chr(number))[1:-1] for number in (*range(32), *range(127, 160))} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def redact(text: str) -> str:
    """A text without the tokens in it."""
    return _TOKENS.sub(_MASK, text)


def redact_json(value: Any) -> Any:
    """Plain JSON data without the tokens in its texts."""
    encoded = msgspec.json.encode(value).decode()
    return msgspec.json.decode(redact(encoded)) if _TOKENS.search(encoded) else value


def install() -> None:
    """Redact what our loggers write, whatever handles it."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(found, _Redacting) for found in logger.filters):
            logger.addFilter(_Redacting())


class _Redacting(logging.Filter):
    """Control characters are spelled out in a message; the lines of a traceback are indented, so
    that none of them can pass for a record. `exc_text` is what formatters then write of an
    exception; `exc_info` stays for handlers that want the exception itself.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; none is dropped."""
        record.msg = redact(record.getMessage()).translate(_CONTROL)
        record.args = ()
        if record.exc_info and record.exc_info[1] is not None:
            text = redact("".join(traceback.format_exception(*record.exc_info)))
            record.exc_text = "\n".join(f"  {line}" for line in text.splitlines())
        return True
