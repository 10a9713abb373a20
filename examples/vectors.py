"""Every kind of value, given back as it came: the programs in `clients/` prove themselves on it.

gemstone run examples.vectors:Vectors
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import msgspec

import gemstone_grpc as gemstone


class Color(Enum):
    """What enums are made of."""

    RED = "red"
    DARK_BLUE = "dark-blue"


class Circle(msgspec.Struct, tag="circle"):
    """One arm of a shape."""

    radius: float


class Square(msgspec.Struct, tag="square"):
    """The other arm of a shape."""

    side: float


@dataclass
class Tree:
    """A message that holds itself."""

    value: int
    children: "list[Tree]" = field(default_factory=list)


@dataclass
class Everything:
    """One field of each kind; every field may be left out."""

    truth: bool | None = None
    whole: int | None = None
    small: gemstone.Int32 | None = None
    count: gemstone.UInt32 | None = None
    large: gemstone.UInt64 | None = None
    real: float | None = None
    single: gemstone.Float32 | None = None
    text: str | None = None
    data: bytes | None = None
    price: Decimal | None = None
    color: Color | None = None
    when: datetime | None = None
    span: timedelta | None = None
    day: date | None = None
    number_or_text: int | str | None = None
    shape: Circle | Square | None = None
    tree: Tree | None = None
    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    by_name: dict[str, int] = field(default_factory=dict)
    by_number: dict[int, Tree] = field(default_factory=dict)
    matrix: list[list[int]] = field(default_factory=list)


class Vectors(gemstone.MicroService):
    """Gives back what it is given."""

    name = "vectors"
    contract = "../proto/vectors/v1/vectors.proto"

    @gemstone.exposed_method()
    async def echo(self, value: Everything) -> Everything:
        """The value, through Python and back."""
        return value


if __name__ == "__main__":
    Vectors().start()
