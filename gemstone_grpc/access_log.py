"""The access log: one line for each call, as text or as JSON."""

import logging
from datetime import UTC, datetime
from typing import Literal

import msgspec

from gemstone_grpc.context import Context
from gemstone_grpc.errors import Code

log = logging.getLogger("gemstone.access")

Format = Literal["off", "text", "json"]


class AccessLog:
    """Writes to the logger `gemstone.access`; of what a caller sent, nothing is in a line."""

    def __init__(self, form: Literal["text", "json"]) -> None:
        self._json = form == "json"

    def record(self, context: Context, code: Code | None, seconds: float) -> None:
        """One call: its face, method, peer, status (OK, or the error's) and duration."""
        status = "OK" if code is None else code.name
        millis = round(seconds * 1000, 3)
        if not self._json:
            log.info(
                "%s %s %s %s %.3fms",
                context.transport,
                context.method.name,
                context.peer,
                status,
                millis,
            )
            return
        line = {
            "time": datetime.now(UTC),
            "transport": context.transport,
            "method": context.method.name,
            "peer": context.peer,
            "status": status,
            "duration_ms": millis,
        }
        log.info("%s", msgspec.json.encode(line).decode())
