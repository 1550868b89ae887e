"""Headings: the header row is found, below title rows, in one row or two (I4)."""

from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.imports import columns, tables
from chalicelib.imports.cells import Cell

SEARCHED_ROWS = 15
"""Titles, units and makers stand above a header, never a page of them."""


class Heading(NamedTuple):
    """The header's cells, and the line number of the first row below it."""

    headers: list[str]
    first_line: int


def of_text(kind: str, text: str) -> tuple[Heading, str]:
    """The heading and the separator of a CSV file's beginning: the pair that means the most."""
    found = []
    for separator in sorted(tables.DELIMITERS, key=text[:4096].count, reverse=True):
        lines = []
        for line in tables.csv_lines(text, separator, 1):
            lines.append(line)
            if len(lines) == SEARCHED_ROWS:
                break
        heading = find(kind, lines)
        found.append((_known(kind, heading.headers) if heading else 0, heading, separator))
    best = max(found, key=lambda one: one[0])
    if best[1] is None:
        raise tables.NoTableError("no-known-header")
    return best[1], best[2]


def find(kind: str, lines: Sequence[tables.Line]) -> Heading | None:
    """The heading among the first rows; None if no row has a known column."""
    best: tuple[int, Heading | None] = (0, None)
    for place, line in enumerate(lines):
        single = _words(line.cells)
        known = _known(kind, single)
        below = _words(lines[place + 1].cells) if place + 1 < len(lines) else []
        joined = _joined(kind, single, below)
        if below and _known(kind, joined) > max(known, _known(kind, below)):
            known, heading = _known(kind, joined), Heading(joined, _after(lines, place + 1))
        elif known > 1 and _known(kind, below) * 2 >= known:
            # The same header once more, in the other language.
            heading = Heading(single, _after(lines, place + 1))
        else:
            heading = Heading(single, _after(lines, place))
        if known > best[0]:
            best = (known, heading)
    return best[1]


def _joined(kind: str, upper: list[str], lower: list[str]) -> list[str]:
    """One row out of two: a merged cell above stands over all columns to its right until the next.

    `投保人 | | 被保人` over `姓名 | 证件号 | 姓名` means 投保人姓名, 投保人证件号, 被保人姓名.
    """
    joined = []
    group = ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place] if place < len(upper) else ""
        below = lower[place] if place < len(lower) else ""
        group = above or group
        candidates = [group + below if below else above, below, above]
        known = [word for word in candidates if word and columns.meaning(kind, word)]
        joined.append(known[0] if known else below or above)
    return joined


def _known(kind: str, headers: list[str]) -> int:
    return sum(field is not None for field in columns.of(kind, headers).fields)


def _after(lines: Sequence[tables.Line], place: int) -> int:
    if place + 1 < len(lines):
        return lines[place + 1].number
    return lines[place].number + 1


def _words(cells: Sequence[Cell | None]) -> list[str]:
    return ["" if cell is None else str(cell).strip() for cell in cells]
