"""A list as XLSX for work: real dates and numbers, filters, frozen header, ready to be printed.

The only file that knows XlsxWriter. Rows go to disk as they come (constant_memory).
"""

from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

from chalicelib import texts
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.rows import COLUMNS, LANGUAGE, Row
from chalicelib.organisations import service as organisations

A4 = 9
"""Excel's number of the paper size."""

_FORMATS: dict[str, dict[str, Any]] = {
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd", "align": "center"},
    "money": {"num_format": "#,##0.00"},
    "count": {"num_format": "0", "align": "center"},
}
_FONT = {"font_name": "等线", "font_size": 10, "valign": "vcenter"}
_HEADER = {
    **_FONT,
    "bold": True,
    "font_color": "#ffffff",
    "bg_color": "#0b4a5f",
    "text_wrap": True,
    "align": "center",
}
_SHADE = "#eef4f6"
"""Under every second customer, so that the policies of one are seen together."""


class Spreadsheet:
    """An XLSX that takes rows one by one; equal rows give equal bytes."""

    def __init__(self, path: Path, title: str, first: date) -> None:
        self._book = xlsxwriter.Workbook(
            path, {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_urls": False}
        )
        # The day of making would make each run another file: the period stands in for it.
        made = datetime(first.year, first.month, first.day, tzinfo=UTC).replace(tzinfo=None)
        self._book.set_properties({"title": title, "created": made, "language": LANGUAGE})
        self._title = title
        self._header = self._book.add_format(_HEADER)
        self._formats = {
            (kind, shaded): self._book.add_format(
                {**_FONT, **look, **({"bg_color": _SHADE} if shaded else {})}
            )
            for kind, look in _FORMATS.items()
            for shaded in (False, True)
        }
        self._sheet = self._new_sheet("list", title, [(c.header, c.width) for c in COLUMNS], 3)
        self._rows = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._book.close()

    def add(self, row: Row) -> None:
        """Writes a row."""
        self._rows += 1
        self._write(self._sheet, self._rows, row.cells, [c.kind for c in COLUMNS], row.customer % 2)

    def finish(self, figures: Figures) -> None:
        """The filter over all rows, and a second sheet with the sums per agent."""
        self._sheet.autofilter(0, 0, max(self._rows, 1), len(COLUMNS) - 1)
        names = ("organisation", "organisation_name", "agent", "agent_name")
        widths = (11, 24, 14, 12)
        columns = [
            (texts.text(f"expiry.column.{name}", LANGUAGE), width)
            for name, width in zip(names, widths, strict=True)
        ]
        columns += [
            (texts.text("expiry.figure.policies", LANGUAGE), 10),
            (texts.text("expiry.figure.premium", LANGUAGE), 16),
        ]
        sheet = self._new_sheet("agents", self._title, columns, 0)
        for number, ((unit, agent), count) in enumerate(sorted(figures.agent_policies.items()), 1):
            office = organisations.entry("organisations", unit) or {}
            person = organisations.entry("agents", agent or None) or {}
            premium = figures.agent_premium[unit, agent]
            cells = [unit, office.get("name"), agent, person.get("name"), count, premium]
            self._write(
                sheet, number, cells, ["text", "text", "text", "text", "count", "money"], False
            )
        sheet.autofilter(0, 0, max(len(figures.agent_policies), 1), len(columns) - 1)

    def _new_sheet(self, name: str, title: str, columns: list[tuple[str, int]], frozen: int) -> Any:
        sheet = self._book.add_worksheet(texts.text(f"expiry.sheet.{name}", LANGUAGE))
        sheet.freeze_panes(1, frozen)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        # An ampersand starts a code in Excel's page headers; doubled it is one.
        sheet.set_header(f"&L{title.replace('&', '&&')}")
        sheet.set_footer("&R&P / &N")
        sheet.set_row(0, 30)
        for place, (header, width) in enumerate(columns):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, header, self._header)
        return sheet

    def _write(
        self, sheet: Any, number: int, cells: list[Any], kinds: list[Any], shaded: object
    ) -> None:
        for place, (cell, kind) in enumerate(zip(cells, kinds, strict=True)):
            look = self._formats[kind, bool(shaded)]
            if cell is None or cell == "":
                sheet.write_blank(number, place, None, look)
            elif kind == "date":
                sheet.write_datetime(number, place, cell, look)
            elif kind == "money":
                sheet.write_number(number, place, cell / 100, look)
            elif kind == "count":
                sheet.write_number(number, place, cell, look)
            else:
                # Never `write`, which would take a text that starts with = for a formula.
                sheet.write_string(number, place, cell, look)
