"""Labelled values and how they are laid out: two beside each other, long ones on a line alone."""

from collections.abc import Iterable
from typing import NamedTuple
from unicodedata import east_asian_width

WIDE = 36
"""Columns of a terminal, so to speak: what fits beside another value without a second line."""


class Row(NamedTuple):
    """A labelled value; an empty one is printed as a dash."""

    label: str
    value: str
    field: str = ""
    """The line's field that it came from, where it did."""
    wide: bool = False
    """Whether it always has a line of its own."""

    @property
    def is_wide(self) -> bool:
        """Whether it wants a line of its own."""
        return self.wide or _width(self.value) > WIDE


def laid_out(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows by printed line, in their order."""
    lines: list[list[Row]] = []
    for row in rows:
        beside = lines and len(lines[-1]) == 1 and not (row.is_wide or lines[-1][0].is_wide)
        if beside:
            lines[-1].append(row)
        else:
            lines.append([row])
    return lines


def _width(text: str) -> int:
    """Columns that the text takes: ideographs and the like have two."""
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)
