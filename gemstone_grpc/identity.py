"""`Identity`: who calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls, as a verifier found out.

    `subject` is a name, `scopes` what it may do, `kind` how it proved itself (`token`, `jwt`,
    `certificate`, or a word of your own), `claims` what else is known, such as a JWT's claims.
    """

    subject: str
    scopes: frozenset[str] = frozenset()
    kind: str = "token"
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
