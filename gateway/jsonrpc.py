"""JSON-RPC 2.0 as bytes: parsing, rendering, error codes (https://www.jsonrpc.org/specification)."""

import json
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import msgspec
from msgspec import Raw

from gemstone_grpc.errors import Code, RpcError

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
_SERVER_ERROR = -32000  # minus gRPC's number

_CODES = {
    Code.INVALID_ARGUMENT: INVALID_PARAMS,
    Code.INTERNAL: INTERNAL_ERROR,
    Code.UNKNOWN: INTERNAL_ERROR,
    Code.DATA_LOSS: INTERNAL_ERROR,
    Code.UNAUTHENTICATED: -32001,
}

NULL = b"null"


@dataclass(frozen=True, slots=True)
class Request:
    """A call; `id` is its JSON as it came, or None for a notification."""

    id: bytes | None
    method: str
    params: Raw | None


@dataclass(frozen=True, slots=True)
class Failure:
    """An error of the protocol itself, before any method is called."""

    code: int
    message: str
    status: Code
    detail: str = ""
    id: bytes = NULL


def parse_error(detail: str) -> Failure:
    """The body is not the JSON we take."""
    return Failure(PARSE_ERROR, "Parse error", Code.INVALID_ARGUMENT, detail)


def invalid_request(detail: str, id_: bytes = NULL) -> Failure:
    """The JSON is not a request."""
    return Failure(INVALID_REQUEST, "Invalid Request", Code.INVALID_ARGUMENT, detail, id_)


def method_not_found(id_: bytes) -> Failure:
    """No such method, or none for the public."""
    return Failure(METHOD_NOT_FOUND, "Method not found", Code.UNIMPLEMENTED, id=id_)


class _Envelope(msgspec.Struct):
    jsonrpc: Raw = Raw()
    method: Raw = Raw()
    params: Raw = Raw()
    id: Raw = Raw()


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_batch = msgspec.json.Decoder(list[Raw]).decode
_decode_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode

_QUOTED_MEMBERS = tuple(f'"{name}"'.encode() for name in _Envelope.__struct_fields__)
_ID_STARTS = frozenset(b'"-0123456789n')


# -- parsing ---------------------------------------------------------------------------------


def parse(
    body: bytes, *, max_nesting: int, max_batch: int
) -> "Request | Failure | list[Request | Failure]":
    """A body → one request, a batch of them, or why it is neither."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return parse_error(f"not UTF-8: byte {error.start}")
    if nesting_exceeds(body, max_nesting):
        return parse_error(f"nested deeper than {max_nesting} levels")
    stripped = body.lstrip(b" \t\r\n")
    if not stripped:
        return parse_error("the body is empty")
    try:
        if stripped[0] == ord("["):
            return _parse_batch(_decode_batch(stripped), max_batch)
        return parse_request(stripped)
    except msgspec.DecodeError as error:
        return parse_error(str(error))
    except RecursionError:  # brackets that quotes out of place hid from the count above
        return parse_error(f"nested deeper than {max_nesting} levels")


def _parse_batch(entries: list[Raw], max_batch: int) -> "Failure | list[Request | Failure]":
    if not entries:
        return invalid_request("the batch is empty")
    if len(entries) > max_batch:
        return invalid_request(f"a batch of {len(entries)} calls: the limit is {max_batch}")
    return [parse_request(bytes(entry)) for entry in entries]


def parse_request(text: bytes) -> Request | Failure:
    """One JSON value → a request. Raises `msgspec.DecodeError` when it is no JSON."""
    try:
        envelope = _decode_envelope(text)
    except msgspec.ValidationError:
        return invalid_request("a request is an object")
    id_ = bytes(envelope.id)
    if id_ and id_[0] not in _ID_STARTS:
        return invalid_request("id is a string, a number or null")
    answer_id = id_ or NULL
    if _has_twins(text, envelope):
        return invalid_request("a member is there twice", answer_id)
    if bytes(envelope.jsonrpc) != b'"2.0"' and _string(envelope.jsonrpc) != "2.0":
        return invalid_request('jsonrpc must be "2.0"', answer_id)
    method = _string(envelope.method)
    if method is None:
        return invalid_request("method must be a string", answer_id)
    params = bytes(envelope.params)[:1]
    if params not in (b"", b"[", b"{"):
        return invalid_request("params must be an array or an object", answer_id)
    return Request(id_ or None, method, envelope.params if params else None)


def _string(raw: Raw) -> str | None:
    try:
        return _decode_text(raw)
    except msgspec.DecodeError:
        return None


def _has_twins(text: bytes, envelope: _Envelope) -> bool:
    """Whether a member of the envelope is there twice; a decoder keeps the last and says nothing.

    What is counted is the text outside the values that were kept: there each name stands once. Only
    when it does not, or could be written with escapes, the members are read one by one.
    """
    if b"\\" not in text and max(map(text.count, _QUOTED_MEMBERS)) <= 1:
        return False
    kept = [bytes(raw) for raw in (envelope.jsonrpc, envelope.method, envelope.params, envelope.id)]

    def outside(part: bytes) -> int:
        return text.count(part) - sum(value.count(part) for value in kept)

    if not outside(b"\\") and all(outside(name) <= 1 for name in _QUOTED_MEMBERS):
        return False
    pairs: list[str] = []

    def collect(members: list[tuple[str, Any]]) -> None:
        pairs[:] = [name for name, _ in members]  # the outermost object comes last

    json.loads(text, object_pairs_hook=collect, parse_int=str, parse_float=str)
    return any(pairs.count(name) > 1 for name in _Envelope.__struct_fields__)


_STEPS = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1, ord('"'): 0}
_OTHER = bytes(byte for byte in range(256) if byte not in _STEPS)


def nesting_exceeds(body: bytes, limit: int) -> bool:
    """Whether brackets outside strings are open more than `limit` deep."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    # without escapes, what stands between quotes is every second piece
    plain = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = b"".join(plain.translate(None, _OTHER).split(b'"')[::2])
    return max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > limit


# -- rendering -------------------------------------------------------------------------------


class Renderer:
    """Writes answers: `result` or `error` alone, or both of them for gemstone 0.12's clients."""

    def __init__(self, *, both_members: bool = False) -> None:
        self._result_end = b',"error":null}' if both_members else b"}"
        self._error_start = b',"result":null,"error":' if both_members else b',"error":'

    def result(self, id_: bytes, result: bytes) -> bytes:
        """The answer to a call that went well; `result` is JSON."""
        return b'{"jsonrpc":"2.0","id":%b,"result":%b%b' % (id_, result, self._result_end)

    def error(self, id_: bytes, error: RpcError) -> bytes:
        """The answer to a call that raised."""
        code = _CODES.get(error.code, _SERVER_ERROR - error.code)
        status = {"status": error.code.name}
        data: dict[str, Any] = status | error.details | status
        if error.violations:
            data["violations"] = [
                {"field": v.field, "description": v.description} for v in error.violations
            ]
        return self._error(id_, code, error.message, data)

    def failure(self, failure: Failure) -> bytes:
        """The answer to what is no call."""
        data = {"status": failure.status.name}
        if failure.detail:
            data["detail"] = failure.detail
        return self._error(failure.id, failure.code, failure.message, data)

    def _error(self, id_: bytes, code: int, message: str, data: dict[str, Any]) -> bytes:
        error = _encode({"code": code, "message": message, "data": data})
        return b'{"jsonrpc":"2.0","id":%b%b%b}' % (id_, self._error_start, error)
