"""Figures and the table they are shown in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

_HEAD = ("what", "bare", "ours", "ratio", "aim", "reached")


@dataclass(frozen=True)
class Aim:
    """What a row should not exceed: our median, in the row's unit, or the ratio."""

    limit: float
    of: Literal["ours", "ratio"]


@dataclass(frozen=True)
class Row:
    """One thing measured, a figure for each round; rounds of both sides are pairs."""

    what: str
    unit: str
    ours: Sequence[float]
    bare: Sequence[float] = ()
    aim: Aim | None = None

    def ratios(self) -> list[float]:
        """Ours to bare, round by round: what slows both sides down cancels out."""
        return [ours / bare for ours, bare in zip(self.ours, self.bare, strict=False)]

    def cells(self) -> tuple[str, ...]:
        """The row as texts."""
        aim = reached = "-"
        if self.aim is not None:
            unit = "" if self.aim.of == "ratio" else f" {self.unit}"
            aim = f"{self.aim.of} ≤ {self.aim.limit:g}{unit}"
            values = self.ours if self.aim.of == "ours" else self.ratios()
            reached = "yes" if median(values) <= self.aim.limit else "NO"
        bare, ours = (_figure(values, self.unit) for values in (self.bare, self.ours))
        return self.what, bare, ours, _figure(self.ratios(), ""), aim, reached


def _figure(values: Sequence[float], unit: str) -> str:
    """`181 µs (176 to 190)`: the median, the least and the greatest."""
    if not values:
        return "-"
    digits = 2 if max(map(abs, values)) < 10 else 0
    middle, least, most = (f"{v:.{digits}f}" for v in (median(values), min(values), max(values)))
    spread = "" if len(values) == 1 else f" ({least} to {most})"
    return f"{middle} {unit}".rstrip() + spread


def render(rows: Iterable[Row]) -> str:
    """The table; medians, with the least and the greatest of the rounds."""
    lines = [_HEAD, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    texts = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([texts[0], "  ".join("-" * width for width in widths), *texts[1:]])
