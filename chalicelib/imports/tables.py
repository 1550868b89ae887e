"""Tables: rows with their line numbers out of CSV, JSON Lines and spreadsheets (I1)."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from chalicelib.imports.cells import Cell

# The module's own limit of 131,072 would stop the whole range; a cell that long is rejected alone.
csv.field_size_limit(16 * 1024 * 1024)

DELIMITERS = ",\t;"
XLSX_BYTES = 30 * 1024 * 1024
XLSX_UNPACKED_BYTES = 300 * 1024 * 1024
"""A spreadsheet is read whole, in many times its size: more would pass the function's memory."""


EXAMPLE = "示例"
"""A row whose first cell begins so is the templates' example, not a row."""


class NoTableError(ValueError):
    """When a file is no table at all; the message is the reason's code, refused whole."""

    def __init__(self, code: str, line: int | None = None, **values: str | int) -> None:
        super().__init__(code)
        self.line = line
        self.values = values
        """What the words of the reason name, nothing personal."""


class Line(NamedTuple):
    """A row as it stands in the file: line number as people count, and its cells."""

    number: int
    cells: list[Cell | None]


def delimiter(header: str) -> str:
    """What separates the columns of a header line: of the usual characters the most frequent."""
    return max(DELIMITERS, key=header.count)


def csv_lines(text: str, separator: str, first_line: int) -> Iterator[Line]:
    """The rows of a part of a CSV file; empty lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    for cells in reader:
        number = first_line + before
        before = reader.line_num
        if any(cell.strip() for cell in cells) and not cells[0].startswith(EXAMPLE):
            yield Line(number, list(cells))


def json_rows(text: str, first_line: int) -> Iterator[tuple[int, dict[str, Cell] | None]]:
    """The objects of a part of a JSON Lines file by line number; None where a line is no object."""
    for offset, line in enumerate(text.split("\n")):
        if not line.strip():
            continue
        try:
            found = json.loads(line)
        except ValueError:
            found = None
        yield first_line + offset, _flat(found) if isinstance(found, dict) else None


def spreadsheet_as_json_lines(content: bytes) -> bytes:
    """The first sheet as JSON Lines of cell lists, so that ranges of it can be worked on apart."""
    rows = _workbook(content).get_sheet_by_index(0).to_python(skip_empty_area=False)
    return b"".join(_line(_row(row)).encode() + b"\n" for row in rows)


def named_sheet(content: bytes, names: Sequence[str]) -> Iterator[list[Cell]]:
    """The rows of the first sheet with one of these names; none where there is no such sheet."""
    book = _workbook(content)
    for name in names:
        if name in book.sheet_names:
            for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
                yield _row(row)
            return


def _workbook(content: bytes) -> Any:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    if len(content) > XLSX_BYTES:
        raise NoTableError("spreadsheet-too-large")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > XLSX_UNPACKED_BYTES:
                raise NoTableError("spreadsheet-too-large")
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        if not book.sheet_names:
            raise NoTableError("no-spreadsheet")
    except (CalamineError, PasswordError, zipfile.BadZipFile) as error:
        raise NoTableError("no-spreadsheet") from error
    return book


_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
"""Ends of lines to Python that JSON leaves as they are."""


def _line(row: list[Cell]) -> str:
    return json.dumps(row, ensure_ascii=False).translate(_LINE_ENDS)


def _row(row: list[object]) -> list[Cell]:
    """A row's cells; none of the templates' example."""
    if row and isinstance(row[0], str) and row[0].startswith(EXAMPLE):
        return []
    return [_plain(cell) for cell in row]


def _flat(found: dict[str, object]) -> dict[str, Cell]:
    """Values may be strings as in CSV or JSON's own; lists and objects keep their JSON text."""
    return {
        str(name): value if isinstance(value, str | int | float) else json.dumps(value)
        for name, value in found.items()
        if value is not None
    }


def _plain(cell: object) -> Cell:
    if isinstance(cell, datetime) and (cell.hour or cell.minute or cell.second):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return cell if isinstance(cell, str | int | float) else str(cell)
