"""Reports: totals that add up, and the rejected rows as a file to be corrected (I2)."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from chalicelib import masking, texts
from chalicelib.imports import columns

OUTCOMES = ("accepted", "unchanged", "superseded", "rejected")
LINE, REASON = "行号", "原因"
"""The columns in front of a rejected row; a file that brings them back is read without them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Sums:
    """The sum of what the pieces of a file counted."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._identity: dict[str, Counter[str]] = {}
        self._again: dict[str, Counter[str]] = {}

    def add(self, piece: dict[str, Any]) -> None:
        """One more piece."""
        self.outcomes.update(piece["outcomes"])
        self._reasons.update(piece["reasons"])
        self._warnings.update(piece["warnings"])
        for place, figures in piece.get("identity", {}).items():
            self._identity.setdefault(place, Counter()).update(figures)
        for place, figures in piece.get("again", {}).items():
            self._again.setdefault(place, Counter()).update(figures)

    def identity_of_new(self) -> dict[str, dict[str, int]]:
        """The identity figures of accepted rows alone, by `<dimension>/<code>`."""
        return {
            place: dict(figures - self._again.get(place, Counter()))
            for place, figures in self._identity.items()
        }

    def totals(self) -> dict[str, Any]:
        """As the contract wants them: outcomes, reasons and warnings by code.

        `identity_items` are the figures of the 2013 rule, by `organisation`, `agent` and
        `intermediary` and code: rows, complete ones, and how often each item is missing.
        """
        found: dict[str, Any] = {
            "total": self.outcomes.total(),
            **{outcome: self.outcomes[outcome] for outcome in OUTCOMES},
            "reasons": dict(sorted(self._reasons.items())),
            "warnings": dict(sorted(self._warnings.items())),
        }
        if self._identity:
            figures: dict[str, dict[str, Any]] = {}
            for place, counts in sorted(self._identity.items()):
                dimension, _, code = place.partition("/")
                missing = {name: n for name, n in sorted(counts.items()) if n and "_" in name}
                missing.update({"relation": counts["relation"]} if counts["relation"] else {})
                figures.setdefault(dimension, {})[code] = {
                    "rows": counts["rows"],
                    "complete": counts["complete"],
                    "missing": missing,
                }
            found["identity_items"] = figures
        return found

    def stopped(self) -> dict[str, Any]:
        """The totals of a file of which nothing was taken."""
        right = self.outcomes["accepted"]
        self.outcomes = Counter(rejected=self.outcomes.total())
        self._reasons["file-stopped"] = right
        return self.totals()


def totals(pieces: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sum of pieces."""
    sums = Sums()
    for piece in pieces:
        sums.add(piece)
    return sums.totals()


class Table:
    """Writes a CSV file for spreadsheets, formulas in it made harmless."""

    def __init__(self, out: IO[bytes], header: list[str]) -> None:
        self._text = io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True)
        self._writer = csv.writer(self._text)
        self._writer.writerow(header)

    def add(self, values: Iterable[Any]) -> None:
        """One row."""
        self._writer.writerow(_harmless(value) for value in values)

    def close(self) -> None:
        """Nothing is left in buffers; the file beneath stays open."""
        self._text.detach()


class RejectedRows:
    """Writes rejected.csv: line number and reason in front of the cells as they came."""

    def __init__(self, out: IO[bytes], kind: str, names: list[str]) -> None:
        self._kind = kind
        self._keep = [place for place, name in enumerate(names) if name not in (LINE, REASON)]
        self._names = [names[place] for place in self._keep]
        self._table = Table(out, [LINE, REASON, *self._names])

    def add(
        self, number: int, reasons: Sequence[Sequence[str]], cells: dict[str, Any] | list[Any]
    ) -> None:
        """One row."""
        if isinstance(cells, dict):
            values = [cells.get(name, "") for name in self._names]
        else:
            values = [cells[place] if place < len(cells) else "" for place in self._keep]
        self._table.add([number, explain(self._kind, number, reasons), *values])

    def close(self) -> None:
        """Nothing is left in buffers; the file beneath stays open."""
        self._table.close()


def explain(kind: str, number: int, reasons: Sequence[Sequence[str]]) -> str:
    """Why a row was rejected, in Chinese and in English: row, column, masked value, what to do."""
    found = explained(kind, number, reasons)
    return " / ".join("; ".join(one["detail"][language] for one in found) for language in _BOTH)


def explained(kind: str, number: int, reasons: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """The reasons of one row as the report shows them."""
    rules = columns.rules(kind)
    found = []
    for code, field, value in reasons:
        rule = rules.get(field, {})
        shown = _shown(value, personal=bool(rule.get("x-sealed")))
        words = {"zh-CN": rule.get("x-header", field), "en": field}
        found.append(
            {
                "row": number,
                "column": words["zh-CN"],
                "field": field,
                "code": code,
                "value": shown,
                "detail": {
                    language: texts.text(
                        "import.rejection",
                        language,
                        row=number,
                        column=words[language],
                        value=shown,
                        reason=texts.text(f"row.{code}", language),
                    )
                    for language in _BOTH
                },
            }
        )
    return found


def refusal(
    code: str,
    line: int | None = None,
    language: str = texts.BASE,
    values: Mapping[str, object] | None = None,
) -> str:
    """Why a file was not taken at all."""
    words = texts.text(f"row.{code}", language, **(values or {}))
    if line is None:
        return words
    return texts.text("import.at-row", language, row=line, reason=words)


def counted(found: dict[str, Any]) -> dict[str, Any]:
    """Of a report what lists of imports show."""
    return {name: found[name] for name in ("total", *OUTCOMES, "finished_at")}


def as_json(report: dict[str, Any]) -> bytes:
    """The report as stored."""
    return json.dumps(report, ensure_ascii=False, indent=2).encode()


_BOTH = ("zh-CN", "en")


def _shown(value: str, *, personal: bool) -> str:
    """A cell as a report may show it."""
    short = value[:40]
    return masking.id_no(short) if personal else short


def _harmless(cell: Any) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe (contract)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
