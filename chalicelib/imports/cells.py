"""Cells: what a file says becomes a typed value, or a reason that tells how to mend it (I1, I4).

A cell is text (CSV, JSON Lines) or what a spreadsheet stores: int, float, bool or an ISO date text.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from chalicelib import clock, codes, identifiers
from chalicelib.imports import dictionaries

Cell = str | int | float | bool


class CellError(ValueError):
    """When a cell cannot be read; the message is a kebab-case reason of the catalogue."""


_DATE = re.compile(r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?(?:[T ].*)?|(\d{4})(\d{2})(\d{2})")
_MOMENT = re.compile(
    r"(\d{4})[-/年.](\d{1,2})[-/月.](\d{1,2})日?(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
)
_YEARS = range(1901, 9900)
"""Earlier, Shanghai's offset has seconds; later, what is counted from a date has no room."""
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
"""Days since 1899-12-30, as a spreadsheet stores a date that lost its format."""
_EXPONENT = re.compile(r"\d(\.\d+)?E\+?\d{2}", re.IGNORECASE)
_PLAIN_AMOUNT = re.compile(r"(\d{1,12})(?:\.(\d)(\d)?)?")
_AMOUNT = re.compile(r"[+-]?(?:(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)", re.ASCII)
"""Commas between thousands alone: `3280,50` is no amount, and would be a hundred times too much."""
_EXCEL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"})
_FORMULA_LEAD = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_TRUE = {"是", "true", "1", "y", "yes"}
_FALSE = {"否", "false", "0", "n", "no"}


def is_empty(cell: Cell | None) -> bool:
    """Absent: nothing there or only spaces."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def read(cell: Cell, rule: dict[str, Any]) -> Any:
    """The typed value of a cell by its column's rule (`x-kind` …); CellError says what is wrong."""
    return reader(rule)(cell)


def reader(
    rule: dict[str, Any], terms: dictionaries.Terms = dictionaries.NO_TERMS
) -> Callable[[Cell], Any]:
    """What reads the cells of one column, made once per file; `terms` are those of its source.

    Columns with few different values (codes, dates, amounts) remember what they have read; columns
    of personal data never do.
    """
    kind = rule["x-kind"]
    if own_words := terms.get(rule.get("x-codes", "")):
        rule = {**rule, "terms": own_words}
    read_kind = _READERS[kind]
    pattern = re.compile(rule["pattern"]) if "pattern" in rule and kind != "date" else None

    def one(cell: Cell) -> Any:
        if type(cell) is str and cell[:1] in ("=", "#"):
            _refuse_damage(cell, kind)
        value = read_kind(cell, rule)
        if pattern is not None and type(value) is str and not pattern.search(value):
            raise CellError("pattern")
        return value

    if kind in _REPETITIVE and not rule.get("x-sealed"):
        # typed: 1, 1.0 and True are different cells.
        return lru_cache(maxsize=4096, typed=True)(one)
    return one


def _refuse_damage(cell: str, kind: str) -> None:
    if cell.strip().upper() in _EXCEL_ERRORS:
        raise CellError("excel-error")
    if cell[0] == "=" and kind != "text":
        raise CellError("excel-formula")


def _text(cell: Cell, rule: dict[str, Any]) -> str:
    text = cell if type(cell) is str and cell[:1] != "'" else _written(cell)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.strip()
    if "\x00" in text:
        raise CellError("control-character")
    if len(text) > rule.get("maxLength", 200):
        raise CellError("too-long")
    return text


def _written(cell: Cell) -> str:
    """The cell as text, without the apostrophe of our own rejected.csv (contract)."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    text = str(cell)
    return text[1:] if text.startswith(_FORMULA_LEAD) else text


def _digits(cell: Cell, rule: dict[str, Any]) -> str:
    """A number that is none to calculate with: a spreadsheet keeps 15 digits of it, no more."""
    text = _text(cell, rule)
    if isinstance(cell, int | float) and not (0 <= cell < 10**15 and cell == int(cell)):
        raise CellError("excel-number")
    if _EXPONENT.fullmatch(text):
        raise CellError("excel-number")
    return text


def _identity(cell: Cell, rule: dict[str, Any]) -> str:
    # As most numbers come; what a spreadsheet makes of them is shorter or has other signs.
    if type(cell) is str and 9 <= len(cell) <= 18 and cell.isascii() and cell.isalnum():
        return cell.upper()
    return identifiers.id_no(_digits(cell, rule))


def _code(cell: Cell, rule: dict[str, Any]) -> str:
    own = rule.get("codes")
    text = _text(cell, rule)
    # The source's own words come first: its `1` is not ours.
    if said := rule.get("terms", {}).get(text.lower()):
        return str(said)
    found = codes.match(own, text) if own else codes.code(rule["x-codes"], text)
    if found is None:
        raise CellError("not-listed")
    return found


def _list(cell: Cell, rule: dict[str, Any]) -> list[str]:
    parts = [part for part in re.split("[;；,，、]", _text(cell, rule)) if part.strip()]
    return [_code(part, rule) for part in parts]


def _date(cell: Cell, rule: dict[str, Any]) -> str:
    if type(cell) is str and len(cell) == 10 and cell[4] == cell[7] == "-":
        try:
            if date.fromisoformat(cell).year in _YEARS:
                return cell
        except ValueError:
            pass  # Other ways of writing have their turn below.
    text = _text(cell, rule)
    if _SERIAL.fullmatch(text):
        raise CellError("excel-serial-date")
    match = _DATE.fullmatch(text)
    if match is None:
        raise CellError("no-date")
    try:
        found = date(*(int(part) for part in match.groups() if part is not None))
    except ValueError as error:
        raise CellError("no-date") from error
    if found.year not in _YEARS:
        raise CellError("no-date")
    return found.isoformat()


def _instant(cell: Cell, rule: dict[str, Any]) -> str:
    """A moment as dates are written, with a time of day or none; Shanghai's without an offset."""
    text = _text(cell, rule)
    if _SERIAL.fullmatch(text):
        raise CellError("excel-serial-date")
    try:
        moment = _moment(text)
    except ValueError as error:
        raise CellError("no-time") from error
    if moment.year not in _YEARS:
        raise CellError("no-time")
    return clock.stored(moment)


def _moment(text: str) -> datetime:
    """ISO 8601, or a date as people write it; 24:00 is the midnight at the day's end."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if (hour, minute, second) == (24, 0, 0):
        return clock.end_of_day(date(year, month, day))
    return datetime(year, month, day, hour, minute, second, tzinfo=clock.SHANGHAI)


def _money(cell: Cell, rule: dict[str, Any]) -> int:
    """Fen from yuan; more than two decimals are no amount of money."""
    if type(cell) is str and (plain := _PLAIN_AMOUNT.fullmatch(cell)):
        whole, tenth, hundredth = plain.groups()
        return int(whole) * 100 + int(tenth or 0) * 10 + int(hundredth or 0)
    # A spreadsheet calculates in binary and shows 15 digits: 0.1 + 0.2 is 0.3 there.
    text = f"{cell:.15g}" if isinstance(cell, float) else _written(cell)
    text = unicodedata.normalize("NFKC", text).strip().lstrip("¥").removesuffix("元").strip()
    if _AMOUNT.fullmatch(text) is None and _EXPONENT.fullmatch(text) is None:
        raise CellError("no-amount")
    fen = Decimal(text.replace(",", "")) * 100
    if fen != fen.to_integral_value() or abs(fen) > 10**15:
        raise CellError("no-amount")
    if fen < 0 and rule.get("minimum") == 0:
        raise CellError("negative")
    return int(fen)


def _integer(cell: Cell, rule: dict[str, Any]) -> int:
    try:
        number = Decimal(_text(cell, rule))
    except InvalidOperation as error:
        raise CellError("no-number") from error
    if not number.is_finite() or number != number.to_integral_value():
        raise CellError("no-number")
    if not rule.get("minimum", 0) <= number <= rule.get("maximum", 10**9):
        raise CellError("out-of-range")
    return int(number)


def _boolean(cell: Cell, rule: dict[str, Any]) -> bool:
    word = _text(cell, rule).lower()
    if word not in _TRUE | _FALSE:
        raise CellError("not-listed")
    return word in _TRUE


def _phone(cell: Cell, rule: dict[str, Any]) -> str:
    if type(cell) is str and len(cell) <= 12 and cell.isascii() and cell.isdigit():
        return cell.removeprefix("0086")
    return identifiers.phone(_digits(cell, rule))


def _covers(cell: Cell, _rule: dict[str, Any]) -> list[dict[str, Any]]:
    """`名称|保额|保费|免赔` separated by `;` (contract)."""
    found = []
    for item in re.split("[;；]", _text(cell, {"maxLength": 20_000})):
        if not item.strip():
            continue
        parts = [part.strip() for part in item.split("|")]
        if len(parts) > 4 or not parts[0] or len(parts[0]) > 200 or len(parts[-1]) > 200:
            raise CellError("no-cover-list")
        name, sum_insured, premium, deductible = [*parts, "", "", ""][:4]
        found.append(
            {
                "name": name,
                "sum_insured": _money(sum_insured, {"minimum": 0}) if sum_insured else None,
                "premium": _money(premium, {"minimum": 0}) if premium else None,
                "deductible": deductible or None,
            }
        )
    if len(found) > 200:
        raise CellError("too-long")
    return found


_REPETITIVE = frozenset({"code", "list", "date", "money", "integer", "boolean", "covers"})

_READERS: dict[str, Callable[[Cell, dict[str, Any]], Any]] = {
    "text": _text,
    "identity": _identity,
    "code": _code,
    "list": _list,
    "date": _date,
    "instant": _instant,
    "money": _money,
    "integer": _integer,
    "number": _text,
    "boolean": _boolean,
    "phone": _phone,
    "covers": _covers,
}
