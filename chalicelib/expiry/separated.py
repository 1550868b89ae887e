"""A list as CSV for import elsewhere: UTF-8 with BOM, no cell that a spreadsheet would run."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chalicelib.expiry.rows import COLUMNS, Row

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Separated:
    """A CSV that takes rows one by one."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow([column.header for column in COLUMNS])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, row: Row) -> None:
        """Writes a row: dates as 2027-03-01, amounts in yuan with two places."""
        self._writer.writerow(
            [_text(cell, column.kind) for cell, column in zip(row.cells, COLUMNS, strict=True)]
        )


def _text(cell: Any, kind: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    if kind == "money":
        return f"{Decimal(cell) / 100:.2f}"
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
