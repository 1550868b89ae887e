"""A report as XLSX laid out as forms that can be filed: one sheet each, A4, with head and foot.

Equal reports give equal bytes. With `expiry` and `imports` the only rooms that know XlsxWriter.
"""

import io
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from chalicelib.reports.tables import Table, tables
from chalicelib.reports.wording import Wording

A4 = 9
"""Excel's number of the paper size."""
LINE = 15
"""Height of a line in points."""
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
_CELL = {**_FONT, "border": 1}
_LOOKS: dict[str, dict[str, Any]] = {
    "title": {**_FONT, "font_size": 16, "bold": True, "align": "center"},
    "head": {**_FONT},
    "header": {**_CELL, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#e3edf0"},
    "text": {**_CELL, "text_wrap": True},
    "count": {**_CELL, "num_format": "#,##0", "align": "right"},
    "rate": {**_CELL, "num_format": "#,##0.0", "align": "right"},
    "money": {**_CELL, "num_format": "#,##0.00", "align": "right"},
    "note": {**_FONT, "text_wrap": True, "valign": "top"},
}


def make(report: dict[str, Any]) -> bytes:
    """The workbook of a report."""
    words = Wording(report)
    content = io.BytesIO()
    # Texts come from files and people: none of them is a formula or a link.
    book = xlsxwriter.Workbook(
        content,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    made = datetime.fromisoformat(report["due_on"]).replace(tzinfo=UTC).replace(tzinfo=None)
    book.set_properties({"title": words.word("title"), "created": made, "language": "zh-CN"})
    looks = {name: book.add_format(look) for name, look in _LOOKS.items()}
    for name, title, parts in tables(report, words):
        _Sheet(book.add_worksheet(name), looks, words).write(title, parts)
    book.close()
    return content.getvalue()


class _Sheet:
    """One form: title, head, tables below each other, notes, and where to sign."""

    def __init__(self, sheet: Any, looks: dict[str, Any], words: Wording) -> None:
        self._sheet, self._looks, self._words = sheet, looks, words
        self._row = self._wide = 0

    def write(self, title: str, parts: Sequence[Table]) -> None:
        sheet, words = self._sheet, self._words
        colon = words.word("colon")
        width = max(len(part.columns) for part in parts)
        places = [
            [part.columns[n].width for part in parts if n < len(part.columns)] for n in range(width)
        ]
        self._wide = sum(map(max, places))
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&R&P / &N")
        for place, widths in enumerate(places):
            sheet.set_column(place, place, max(widths))
        sheet.set_row(0, 30)
        self._across(title, "title", width)
        for name, value in words.head:
            self._across(f"{name}{colon}{value}", "head", width)
        for part in parts:
            self._row += 1
            if part.title:
                self._across(part.title, "head", width)
            self._table(part)
        if len(parts) == 1:
            # The row of names, on every page and above what is looked through.
            head = 1 + len(words.head) + 1
            sheet.repeat_rows(head)
            sheet.freeze_panes(head + 1, 0)
        self._row += 1
        self._across(words.completeness, "note", width)
        for merger in words.mergers:
            self._across(merger, "note", width)
        self._across(words.word("note_person_times"), "note", width)
        self._across(
            f"{words.word('digest')}{colon}{words.report['figures_sha256']}", "note", width
        )
        self._row += 1
        foot = (words.word(code) for code in ("prepared_by", "signed_by", "date"))
        self._across("    ".join(f"{name}{colon}______________" for name in foot), "head", width)
        self._across(words.word("seal"), "head", width)

    def _table(self, part: Table) -> None:
        self._sheet.set_row(self._row, 30)
        for place, column in enumerate(part.columns):
            self._sheet.write_string(self._row, place, column.name, self._looks["header"])
        self._row += 1
        for row in part.rows:
            for place, (column, cell) in enumerate(zip(part.columns, row, strict=True)):
                self._cell(place, column.kind, cell)
            self._row += 1

    def _cell(self, place: int, kind: str, cell: Any) -> None:
        if cell is None:
            self._sheet.write_string(
                self._row, place, self._words.word("none"), self._looks["text"]
            )
        elif kind == "text":
            self._sheet.write_string(self._row, place, str(cell), self._looks["text"])
        else:
            number = cell / 100 if kind == "money" else cell
            self._sheet.write_number(self._row, place, number, self._looks[kind])

    def _across(self, text: str, look: str, width: int) -> None:
        # Excel does not grow merged rows with their text.
        if look == "note" and (lines := -(-_width(text) // self._wide)) > 1:
            self._sheet.set_row(self._row, LINE * lines)
        if width > 1:
            self._sheet.merge_range(self._row, 0, self._row, width - 1, text, self._looks[look])
        else:
            self._sheet.write_string(self._row, 0, text, self._looks[look])
        self._row += 1


def _width(text: str) -> int:
    """How wide a text is in digits; Chinese characters are two."""
    return sum(1 + (unicodedata.east_asian_width(one) in "WF") for one in text)
