"""Files as core systems drop them: CSV in three encodings, XLSX with real dates, JSON Lines.

Every writer returns the number of rows, writes the same bytes for the same rows, and takes rows
lazily: memory does not grow with the file.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

import xlsxwriter

from infra.generator.columns import Column, all_lines, columns
from infra.generator.draws import Row

Headers = Literal["zh", "en"]
Coded = Literal["code", "name"]
_BOOLEANS = {"true": "是", "false": "否"}
_SHEET_ROWS = 1_048_575  # Excel's limit, without the header
_CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 a file property without a zone; fixed for same bytes


class SheetFullError(ValueError):
    """When more rows come than a worksheet holds."""


def write_csv(
    rows: Iterable[Row],
    kind: str,
    path: Path,
    headers: Headers = "zh",
    encoding: str = "utf-8-sig",
    *,
    coded: Coded = "code",
    lines: Sequence[str] | None = None,
) -> int:
    """CSV with commas and CRLF; `coded="name"` writes Chinese names in place of codes.

    `lines` are those whose subject fields get columns, all where none are named.
    """
    shape = _shape(kind, lines)
    fields = [column.field for column in shape]
    count = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_titles(shape, headers))
        for row in _worded(rows, shape, coded):
            writer.writerow([row.get(field, "") for field in fields])
            count += 1
    return count


def write_jsonl(
    rows: Iterable[Row],
    kind: str,
    path: Path,
    headers: Headers = "en",
    *,
    coded: Coded = "code",
    lines: Sequence[str] | None = None,
) -> int:
    """One object a line in UTF-8, values as text like in CSV, empty ones left out."""
    shape = _shape(kind, lines)
    keys = dict(zip((column.field for column in shape), _titles(shape, headers), strict=True))
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in _worded(rows, shape, coded):
            item = {keys[field]: value for field, value in row.items() if field in keys}
            file.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
    return count


def write_xlsx(
    rows: Iterable[Row],
    kind: str,
    path: Path,
    headers: Headers = "zh",
    *,
    coded: Coded = "code",
    lines: Sequence[str] | None = None,
) -> int:
    """One sheet: dates are Excel dates, amounts numbers, everything else text.

    SheetFullError after 1,048,575 rows. Instants stay text: Excel's know no offset.
    """
    shape = _shape(kind, lines)
    try:
        with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
            book.set_properties({"created": _CREATED})
            return _fill(book, kind, shape, _titles(shape, headers), _worded(rows, shape, coded))
    except SheetFullError:
        path.unlink()  # the half that fitted would pass for the whole
        raise


def _fill(
    book: xlsxwriter.Workbook,
    kind: str,
    shape: Sequence[Column],
    titles: Sequence[str],
    rows: Iterable[Row],
) -> int:
    sheet = book.add_worksheet(kind)
    formats = {
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "money": book.add_format({"num_format": "0.00"}),
    }
    for number, title in enumerate(titles):
        sheet.write_string(0, number, title)
    count = 0
    for count, row in enumerate(rows, 1):
        if count > _SHEET_ROWS:
            raise SheetFullError(f"a sheet holds {_SHEET_ROWS} rows")
        for number, column in enumerate(shape):
            if value := row.get(column.field):
                _put(sheet, count, number, column.kind, value, formats.get(column.kind))
    return count


def _put(
    sheet: xlsxwriter.worksheet.Worksheet,
    row: int,
    column: int,
    kind: str,
    value: str,
    style: xlsxwriter.format.Format | None,
) -> None:
    if kind == "date":
        sheet.write_datetime(row, column, date.fromisoformat(value), style)
    elif kind == "money":
        sheet.write_number(row, column, Decimal(value), style)
    elif kind == "integer":
        sheet.write_number(row, column, int(value))
    else:
        sheet.write_string(row, column, value)


def _shape(kind: str, lines: Sequence[str] | None) -> tuple[Column, ...]:
    return columns(kind, tuple(all_lines() if lines is None else lines))


def _titles(shape: Sequence[Column], headers: Headers) -> list[str]:
    return [column.header if headers == "zh" else column.field for column in shape]


def _worded(rows: Iterable[Row], shape: Sequence[Column], coded: Coded) -> Iterable[Row]:
    """The rows with Chinese names in place of codes, where those are wanted."""
    if coded == "code":
        return rows
    names = {
        column.field: _BOOLEANS if column.kind == "boolean" else column.names
        for column in shape
        if column.names or column.kind == "boolean"
    }
    return (
        {
            field: _name(value, names[field]) if field in names else value
            for field, value in row.items()
        }
        for row in rows
    )


def _name(value: str, names: dict[str, str]) -> str:
    """The Chinese name of a code; of a list of codes the list of their names."""
    return ";".join(names[code] for code in value.split(";"))
