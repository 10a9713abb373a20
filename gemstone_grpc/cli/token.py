"""`gemstone token`: makes API keys, lists them, and takes them back."""

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime

from gemstone_grpc.auth.keys import new_key
from gemstone_grpc.auth.token_store import Token, TokenStore
from gemstone_grpc.errors import StartError

_VARIABLE = "GEMSTONE_TOKEN_STORE"
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_COLUMNS = ("ID", "NAME", "SCOPES", "CREATED", "EXPIRES", "LAST USED", "STATE")


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Offers the command; `command` is `add_parser` of argparse's subparsers."""
    parser = command("token", help="create, list, revoke and rotate API keys")
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    create = actions.add_parser(
        "create",
        help="make a key",
        description="Make a key. It is printed once, alone on the last line; the store keeps its "
        "digest. Without a store, what is printed before it is the entry for TokenAuth.from_env "
        "and from_file.",
    )
    _add_store(create)
    create.add_argument("--name", required=True, type=_word, help="who is to have it")
    create.add_argument(
        "--scope", action="append", default=[], type=_word, metavar="SCOPE", dest="scopes",
        help="what it is good for, such as users:write; may be given several times",
    )  # fmt: skip
    _add_ttl(create)
    create.set_defaults(run=_create)
    listing = actions.add_parser("list", help="show the keys of a store, never the keys themselves")
    _add_store(listing)
    listing.add_argument("--json", action="store_true", help="as a JSON array")
    listing.set_defaults(run=_list)
    revoke = actions.add_parser("revoke", help="end a key, from the next call on")
    _add_store(revoke)
    revoke.add_argument("key", metavar="ID|NAME", help="one key, or all of a name")
    revoke.set_defaults(run=_revoke)
    rotate = actions.add_parser(
        "rotate",
        help="make a second key with the same scopes",
        description="Make a second key for a name, with the scopes of the first, which stays good "
        "until it is revoked. The new key is alone on the last line.",
    )
    _add_store(rotate)
    rotate.add_argument("--name", required=True, type=_word, help="who has a key already")
    _add_ttl(rotate)
    rotate.set_defaults(run=_rotate)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--store", default=os.environ.get(_VARIABLE), metavar="URL",
        help=f"such as sqlite:///tokens.db (default: {_VARIABLE})",
    )  # fmt: skip


def _add_ttl(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--ttl", type=_seconds, metavar="TIME",
        help="how long it is good: 90s, 45m, 12h, 30d, 4w (default: for ever)",
    )  # fmt: skip


def _word(text: str) -> str:
    if not re.fullmatch(r"[!-:<-~]+", text) or text.startswith("#"):
        raise argparse.ArgumentTypeError(f"{text!r} is not one word of ASCII without `;`")
    return text


def _seconds(text: str) -> float:
    match = re.fullmatch(r"([1-9][0-9]{0,8})([smhdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 90s, 45m, 12h, 30d or 4w")
    return float(int(match[1]) * _UNITS[match[2]])


def _store(options: argparse.Namespace) -> TokenStore:
    if not options.store:
        raise StartError(f"which store? give --store sqlite:///tokens.db, or set {_VARIABLE}")
    return TokenStore(options.store)


def _create(options: argparse.Namespace) -> None:
    if options.store:
        key = _store(options).create(options.name, options.scopes, options.ttl)
        _say(f"{options.name} has a new key, {key.id}; it is not shown again:")
    elif options.ttl is not None:
        raise StartError("--ttl needs a store: give --store sqlite:///tokens.db")
    else:
        key = new_key()
        _say("the entry for TokenAuth:")
        print(options.name, key.digest.hex(), *options.scopes)
        _say("and the key, which is not shown again:")
    print(key.text)


def _rotate(options: argparse.Namespace) -> None:
    key = _store(options).rotate(options.name, options.ttl)
    _say(f"{options.name} has a second key, {key.id}; revoke the first when nobody uses it:")
    print(key.text)


def _revoke(options: argparse.Namespace) -> None:
    for token in _store(options).revoke(options.key):
        print(f"revoked {token.id} of {token.name}")


def _list(options: argparse.Namespace) -> None:
    tokens = _store(options).list()
    now = time.time()
    if options.json:
        print(json.dumps([_members(token, now) for token in tokens], indent=2))
        return
    rows = [_COLUMNS, *(_row(token, now) for token in tokens)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(map(str.ljust, row, widths)).rstrip())


def _members(token: Token, now: float) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "created": _time(token.created),
        "expires": _time(token.expires),
        "last_used": _time(token.last_used),
        "state": _state(token, now),
    }


def _row(token: Token, now: float) -> tuple[str, ...]:
    times = (token.created, token.expires, token.last_used)
    scopes = " ".join(sorted(token.scopes)) or "-"
    return token.id, token.name, scopes, *(_time(t) or "-" for t in times), _state(token, now)


def _time(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _state(token: Token, now: float) -> str:
    if token.revoked is not None:
        return "revoked"
    return "live" if token.is_live(now) else "expired"


def _say(words: str) -> None:
    """Beside the output, which may go into a pipe."""
    print(words, file=sys.stderr)
