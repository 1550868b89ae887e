"""Reports: totals that add up, and the rejected rows as a file to be corrected (I2)."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from chalicelib import texts
from chalicelib.imports import columns

OUTCOMES = ("accepted", "unchanged", "superseded", "rejected")
LINE, REASON = "行号", "原因"
"""The columns in front of a rejected row; a file that brings them back is read without them."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def totals(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sum of what the ranges counted: outcomes, reasons and warnings by code."""
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    for part in parts:
        outcomes.update(part["outcomes"])
        reasons.update(part["reasons"])
        warnings.update(part["warnings"])
    return {
        "total": outcomes.total(),
        **{outcome: outcomes[outcome] for outcome in OUTCOMES},
        "reasons": dict(sorted(reasons.items())),
        "warnings": dict(sorted(warnings.items())),
    }


def explain(kind: str, reasons: Iterable[tuple[str, str]]) -> str:
    """Why a row was rejected, for people: column and how to mend it."""
    rules = columns.rules(kind)
    parts = []
    for code, field in reasons:
        header = rules[field]["x-header"] if field in rules else field
        words = texts.text(f"row.{code}", texts.BASE)
        parts.append(f"{header}: {words}" if header else words)
    return "; ".join(parts)


def rejected_csv(headers: list[str], rows: Iterable[list[Any]]) -> bytes:
    """`rows` are line number, reason and the cells as they came; a spreadsheet reads it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([LINE, REASON, *headers])
    for number, reason, *cells in rows:
        writer.writerow([number, reason, *(_harmless(cell) for cell in cells)])
    return out.getvalue().encode("utf-8-sig")


def as_json(report: dict[str, Any]) -> bytes:
    """The report as stored."""
    return json.dumps(report, ensure_ascii=False, indent=2).encode()


def _harmless(cell: Any) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe (contract)."""
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
