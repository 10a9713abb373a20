"""What protects callers in browsers: which host a request is for, and which page sent it."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.routing import Matcher

_MAX_AGE = "7200"  # seconds that a browser may remember the answer to a preflight
_VARY = {"Vary": "Origin"}


class ForeignHost(Matcher):
    """Matches requests for a host that is not allowed; None allows all.

    Without it, a page whose name was made to resolve to this machine could call the service as if
    it were its own (DNS rebinding).
    """

    def __init__(self, allowed: frozenset[str] | None) -> None:
        self._allowed = allowed

    def match(self, request: HTTPServerRequest) -> dict[str, object] | None:
        """An empty match, or None."""
        if self._allowed is None:
            return None
        given = request.headers.get_list("Host")
        return None if len(given) == 1 and name_of(given[0]) in self._allowed else {}


def name_of(host: str) -> str | None:
    """`Example.com:8000` → `example.com`; None when it is no host."""
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname, parts.port
    except ValueError:
        return None
    is_plain = parts.netloc == host and not (parts.path or parts.query or parts.fragment)
    if name is None or not is_plain or "@" in host or (port is None and host.endswith(":")):
        return None
    return f"[{name}]" if ":" in name else name


class Origins:
    """Which pages may call: the service's own, and those of the origins that are listed."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed)

    def refuses(self, headers: HTTPHeaders) -> bool:
        """Whether a request comes from a page that may not call."""
        if "Origin" not in headers:
            return False
        origin = headers["Origin"]
        return origin not in self._allowed and not _is_own(origin, headers.get("Host", ""))

    def headers(self, headers: HTTPHeaders) -> Mapping[str, str]:
        """What lets the page read the answer, if it is of a listed origin."""
        if not self._allowed:
            return {}
        origin = headers.get("Origin", "")
        return (
            {**_VARY, "Access-Control-Allow-Origin": origin} if origin in self._allowed else _VARY
        )

    def preflight(self, headers: HTTPHeaders) -> Mapping[str, str] | None:
        """The answer to the question a browser asks before a call; None when it may not be made."""
        if headers.get("Origin", "") not in self._allowed:
            return None
        return {
            **self.headers(headers),
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "authorization, content-type, x-api-token",
            "Access-Control-Max-Age": _MAX_AGE,
        }


def _is_own(origin: str, host: str) -> bool:
    scheme, _, rest = origin.partition("://")
    return scheme in ("http", "https") and rest == host.lower() != ""
