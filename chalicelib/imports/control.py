"""Control data of files made by hand (手工制表): who made it, who reviewed it, its totals (I10).

They stand on a sheet of their own (as in the templates) or in lines above the header. Files of core
systems have none; a file that states any of them is taken only if they are whole and right.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.imports import cells, columns, tables
from chalicelib.imports.cells import Cell

SHEETS = ("制表复核", "control")
MAKER, REVIEWER, ROWS = "maker", "reviewer", "rows"
_LABELS = {
    **dict.fromkeys(("制表", "制表人", "maker", "preparedby"), MAKER),
    **dict.fromkeys(("复核", "复核人", "审核", "审核人", "reviewer", "reviewedby"), REVIEWER),
    **dict.fromkeys(("行数", "记录数", "笔数", "rows"), ROWS),
}
TOTAL = "合计"
_TOTAL = re.compile(r"(?:合计|sum)(.+)|(.+)合计")


@dataclass
class Stated:
    """What a file says of itself; money in fen by field."""

    maker: str = ""
    reviewer: str = ""
    rows: str = ""
    sums: dict[str, str] = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.maker or self.reviewer or self.rows or self.sums)


def stated(
    kind: str, above: Iterable[Sequence[Cell | None]], sheet: Iterable[Sequence[Cell | None]]
) -> Stated | None:
    """The control data of a file by the rows above its header and its sheet of them, if any.

    A maker alone above the header is a title like others.
    """
    found = _read(kind, sheet)
    if found.is_empty():
        found = _read(kind, above)
        if not (found.reviewer or found.rows or found.sums):
            return None
    return found


def check(
    kind: str,
    said: Stated,
    fields: Sequence[str | None],
    rows: Iterable[Sequence[Cell | None]],
) -> dict[str, Any]:
    """What was stated and found right; NoTableError says what is missing or differs."""
    if not (said.maker and said.reviewer and said.rows):
        raise tables.NoTableError("control-incomplete")
    if _person(said.maker) == _person(said.reviewer):
        raise tables.NoTableError("control-same-person")
    wanted = {name: fields.index(name) for name in said.sums if name in fields}
    if len(wanted) < len(said.sums):
        raise tables.NoTableError("control-column")
    rules = columns.rules(kind)
    read = {name: cells.reader(rules[name]) for name in wanted}
    count, sums = 0, dict.fromkeys(wanted, 0)
    for row in rows:
        count += 1
        for name, place in wanted.items():
            if place < len(row) and not cells.is_empty(cell := row[place]):
                sums[name] += _amount(read[name], cell)
    if _whole(said.rows) != count:
        raise tables.NoTableError("control-rows", stated=said.rows[:20], found=count)
    for name, total in sums.items():
        if _amount(read[name], said.sums[name]) != total:
            raise tables.NoTableError(
                "control-sum",
                column=rules[name]["x-header"],
                stated=said.sums[name][:20],
                found=f"{total / 100:.2f}",
            )
    return {"maker": said.maker, "reviewer": said.reviewer, "rows": count, "sums": sums}


def sheet_rows(content: bytes) -> Iterator[Sequence[Cell | None]]:
    """The rows of a workbook's control sheet; none where there is no such sheet."""
    yield from tables.named_sheet(content, SHEETS)


def lines(sheet: bytes, first_line: int) -> Iterator[Sequence[Cell | None]]:
    """The rows of a converted sheet from a line on, empty ones left out."""
    for number, line in enumerate(sheet.splitlines(), 1):
        row = json.loads(line)
        if number >= first_line and not all(cells.is_empty(cell) for cell in row):
            yield row


def _read(kind: str, rows: Iterable[Sequence[Cell | None]]) -> Stated:
    found = Stated()
    for row in rows:
        words = ["" if cell is None else str(cell).strip() for cell in row]
        for place, word in enumerate(words):
            label, _, own = word.replace("\uff1a", ":").partition(":")
            value = own.strip() or next((other for other in words[place + 1 :] if other), "")
            plain = "".join(label.lower().split())
            if name := _LABELS.get(plain):
                # A label that follows is no value.
                if "".join(value.lower().split()).strip(":\uff1a") not in _LABELS:
                    setattr(found, name, value)
            elif (total := _TOTAL.fullmatch(plain)) and value:
                word = total[1] or total[2]
                meant = columns.of(kind, [word]).fields[0]
                if meant and columns.rules(kind)[meant]["x-kind"] == "money":
                    found.sums[meant] = value
    return found


def _amount(read: Any, cell: Cell | None) -> int:
    """Fen; what is no amount counts nothing and so makes the totals differ."""
    try:
        return int(read(cell))
    except cells.CellError:
        return 0


def _whole(text: str) -> int | None:
    plain = text.replace(",", "").removesuffix(".0")
    return int(plain) if plain.isascii() and plain.isdigit() else None


def _person(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()
