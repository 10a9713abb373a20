"""Where in a service a hint stands."""

from dataclasses import dataclass
from typing import Any

from gemstone_grpc.errors import StartError
from gemstone_grpc.schema import advice, names


@dataclass(frozen=True, slots=True)
class Place:
    """A parameter, a result or a field: in words, and as a name for what has none of its own."""

    words: str
    name: str

    def field(self, owner: str, name: str) -> "Place":
        """A field of the class that stands here."""
        return Place(f"{self.words}, field `{owner}.{name}`", owner + names.pascal(name))

    def refuse(self, hint: Any, why: str) -> StartError:
        """The error for a hint that cannot stand here; `why` ends with what to write instead."""
        return StartError(f"{self.words}: `{advice.spell(hint)}` {why}")
