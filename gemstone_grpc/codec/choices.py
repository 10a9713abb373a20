"""The arms of a oneof that are fields of their own: at most one of them may have a value."""

from collections.abc import Iterable, Mapping
from typing import Any

from gemstone_grpc.schema.types import Field


class Choices:
    """The oneofs of a message whose arms its class has one by one."""

    __slots__ = ("_arms",)

    def __init__(self, arms: Mapping[str, list[str]]) -> None:
        self._arms = arms

    def conflict(self, members: Mapping[str, Any]) -> tuple[str, str] | None:
        """A member that cannot have its value, and why; None when all can. Names are JSON's."""
        for one_of, arms in self._arms.items():
            given = [arm for arm in arms if members.get(arm) is not None]
            if len(given) > 1:
                return given[1], f"cannot be given together with {given[0]}: both are of {one_of}"
        return None


def choices(fields: Iterable[Field]) -> Choices | None:
    """What these fields exclude, if they do."""
    arms: dict[str, list[str]] = {}
    for field in fields:
        if field.one_of:
            arms.setdefault(field.one_of, []).append(field.json)
    return Choices(arms) if arms else None
