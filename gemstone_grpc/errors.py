"""The one vocabulary of errors: what a call may answer, and what stops a service from starting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any


class Code(IntEnum):
    """gRPC's status codes, without `OK` (https://grpc.io/docs/guides/status-codes/)."""

    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


@dataclass(frozen=True, slots=True)
class FieldViolation:
    """One bad value, as in `google.rpc.BadRequest.FieldViolation`.

    `field` is a path from the parameter: `user.tags[2]`, `prices["tea"]`.
    """

    field: str
    description: str


class RpcError(Exception):
    """An error that a caller sees, the same on both faces.

    `details` is a mapping of plain JSON values; it becomes members of JSON-RPC's `error.data` and a
    `google.protobuf.Struct` in gRPC's `google.rpc.Status`.

    A subclass names an error a method declares with `errors=`. It sets `code`; its message is the
    first line of its docstring unless one is given:

        class UserNotFound(gemstone.RpcError):
            \"\"\"No user has this id.\"\"\"

            code = gemstone.Code.NOT_FOUND

        raise UserNotFound(details={"user_id": 7})
    """

    code: Code

    def __init__(
        self,
        code: Code | None = None,
        message: str = "",
        details: Mapping[str, Any] | None = None,
        *,
        violations: Sequence[FieldViolation] = (),
    ) -> None:
        if code is not None:
            self.code = Code(code)
        elif not isinstance(getattr(type(self), "code", None), Code):
            raise TypeError(
                f"{type(self).__name__}() needs a code: pass one, such as Code.NOT_FOUND, "
                "or set `code` on the class"
            )
        if not isinstance(message, str):
            raise TypeError(f"the message of RpcError is text: write str({message!r})")
        if not all(isinstance(violation, FieldViolation) for violation in violations):
            raise TypeError("the violations of RpcError are FieldViolation objects")
        self.message = message or type(self)._default_message()
        self.details: dict[str, Any] = dict(details or {})
        self.violations = tuple(violations)
        super().__init__(self.code, self.message)

    @classmethod
    def _default_message(cls) -> str:
        return (cls.__doc__ or "").strip().partition("\n")[0] if cls is not RpcError else ""

    def __str__(self) -> str:
        return f"{self.code.name}: {self.message}" if self.message else self.code.name


class StartError(Exception):
    """A mistake that stops a service from starting; the message names the place and the fix."""
