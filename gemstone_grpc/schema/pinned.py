"""`Field`: what the code itself says of a field's number and of its former name."""

from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin

from gemstone_grpc.errors import StartError

PROTOBUFS_OWN = range(19000, 20000)  # field numbers that protobuf keeps for itself
MAX_NUMBER = 2**29 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field's place on the wire: `Annotated[str, gemstone.Field(number=3, was="mail")]`.

    `number` is the field's number where no contract gives it one. `was` is the name it had before:
    it keeps that name's number, and is not taken for a field removed and another one added.
    Raises `StartError`.
    """

    number: int | None = None
    was: str | None = None

    def __post_init__(self) -> None:
        """Check the number."""
        if self.number is None:
            return
        if not isinstance(self.number, int) or not 1 <= self.number <= MAX_NUMBER:
            raise StartError(f"{self}: a field's number is a whole number from 1 to {MAX_NUMBER}")
        if self.number in PROTOBUFS_OWN:
            raise StartError(f"{self}: protobuf keeps 19000 to 19999 for itself; choose another")


def split(hint: Any) -> tuple[Any, Field]:
    """`Annotated[T, Field(...), ...]` → `Annotated[T, ...]` and the `Field`, or an empty one."""
    if get_origin(hint) is not Annotated:
        return hint, Field()
    inner, *extras = get_args(hint)
    pins = [extra for extra in extras if isinstance(extra, Field)]
    rest = tuple(extra for extra in extras if not isinstance(extra, Field))
    return (Annotated[(inner, *rest)] if rest else inner), (*pins, Field())[0]
