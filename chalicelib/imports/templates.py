"""Templates (导入模板): an empty workbook per kind to fill in, with lists, types and control data.

Equal rules give equal bytes. Data go on the first sheet, below the header; the example row there is
passed over on import, as is everything in a row that begins with the word for it.
"""

import io
from datetime import UTC, datetime
from typing import Any

import xlsxwriter

from chalicelib import codes, texts, validation
from chalicelib.imports import columns, control, tables

ROWS = 5000
"""Rows that are prepared with types and lists; more may follow."""

_DATA, _LISTS = "数据", "代码"
_FONT = {"font_name": "等线", "font_size": 10, "valign": "vcenter"}
_HEADER = {**_FONT, "bold": True, "font_color": "#ffffff", "bg_color": "#0b4a5f", "border": 1}
_EXAMPLE = {**_FONT, "italic": True, "font_color": "#6b6b6b", "bg_color": "#f2f2f2"}
_FORMATS = {"date": "yyyy-mm-dd", "money": "#,##0.00", "integer": "0", "instant": "@"}
_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_YES_NO = ("是", "否")
_FIRST_DAY = datetime(1900, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_LEAST_AMOUNT = -1e12


def make(kind: str) -> bytes:
    """The workbook of a kind."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        title = validation.load(f"imports/{kind}")["title"]
        book.set_properties({"title": title, "created": _MADE})
        data = book.add_worksheet(_DATA)
        _control(book, kind)
        lists = _Lists(book)
        rules = columns.rules(kind)
        required = set(validation.load(f"imports/{kind}")["required"])
        example = validation.load(f"imports/{kind}")["examples"][0]
        header, grey = book.add_format(_HEADER), book.add_format(_EXAMPLE)
        formats = {
            name: book.add_format({**_FONT, "num_format": _FORMATS.get(name, "@")})
            for name in {rule["x-kind"] for rule in rules.values()}
        }
        for place, (name, rule) in enumerate(rules.items()):
            words = f"*{rule['x-header']}" if name in required else rule["x-header"]
            data.set_column(place, place, max(12, 2 * len(words) + 2), formats[rule["x-kind"]])
            data.write_string(0, place, words, header)
            if kind_rule := _allowed(rule, lists):
                data.data_validation(2, place, ROWS, place, kind_rule)
            shown = _shown(rule, example.get(name))
            if place == 0:
                shown = f"{tables.EXAMPLE}: {shown}"
            data.write_string(1, place, shown, grey)
        data.freeze_panes(1, 1)
    return out.getvalue()


class _Lists:
    """The sheet of what coded columns take; one column per list."""

    def __init__(self, book: Any) -> None:
        self._sheet = book.add_worksheet(_LISTS)
        self._header = book.add_format(_HEADER)
        self._places: dict[tuple[str, ...], str] = {}

    def range(self, header: str, values: tuple[str, ...]) -> str:
        """The address of a list, written when first asked for."""
        if values not in self._places:
            place = len(self._places)
            self._sheet.write_string(0, place, header, self._header)
            for row, value in enumerate(values, 1):
                self._sheet.write_string(row, place, value)
            column = xlsxwriter.utility.xl_col_to_name(place)
            self._places[values] = f"='{_LISTS}'!${column}$2:${column}${len(values) + 1}"
        return self._places[values]


def _control(book: Any, kind: str) -> None:
    """The sheet for who made and reviewed the file, and for its totals."""
    sheet = book.add_worksheet(control.SHEETS[0])
    label, note = book.add_format(_HEADER), book.add_format({**_EXAMPLE, "text_wrap": True})
    totals = [r["x-header"] for r in columns.rules(kind).values() if r["x-kind"] == "money"]
    own = [header for header in totals if header in _SUMMED]
    labels = ["制表", "复核", "行数", *(f"{control.TOTAL}{header}" for header in own)]
    for row, words in enumerate(labels):
        sheet.write_string(row, 0, words, label)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 60)
    # Below all labels: what stands beside one is its value.
    sheet.write_string(len(labels) + 1, 1, texts.text("import.template.control", texts.BASE), note)


_SUMMED = frozenset({"保费", "应缴金额", "实收金额", "保费变化", "赔款金额"})


def _allowed(rule: dict[str, Any], lists: _Lists) -> dict[str, Any] | None:
    """The data validation of a column; errors only warn, as the import says what is wrong."""
    allowed: dict[str, Any]
    match rule["x-kind"]:
        case "code":
            own = rule.get("codes") or codes.names(rule["x-codes"])
            names = tuple(entry["zh-CN"] for entry in own.values())
            allowed = {"validate": "list", "source": lists.range(rule["x-header"], names)}
        case "boolean":
            allowed = {"validate": "list", "source": list(_YES_NO)}
        case "date":
            allowed = {"validate": "date", "criteria": ">=", "value": _FIRST_DAY}
        case "money":
            allowed = {"validate": "decimal", "criteria": ">=", "value": _LEAST_AMOUNT}
        case "integer":
            allowed = {"validate": "integer", "criteria": ">=", "value": rule.get("minimum", 0)}
        case _:
            return None
    return {**allowed, "ignore_blank": True, "error_type": "warning"}


def _shown(rule: dict[str, Any], value: Any) -> str:
    """The example's value as people write it."""
    match rule["x-kind"]:
        case _ if value is None:
            return ""
        case "code":
            return str(codes.name(rule["x-codes"], value, texts.BASE))
        case "list":
            return ";".join(str(codes.name(rule["x-codes"], one, texts.BASE)) for one in value)
        case "boolean":
            return _YES_NO[0] if value else _YES_NO[1]
        case "money":
            return f"{value / 100:.2f}"
        case "covers":
            return ";".join("|".join(_cover(cover)) for cover in value)
    return str(value)


def _cover(cover: dict[str, Any]) -> list[str]:
    amounts = [cover["sum_insured"], cover["premium"]]
    shown = ["" if amount is None else f"{amount / 100:.2f}" for amount in amounts]
    return [cover["name"], *shown, cover["deductible"] or ""]
