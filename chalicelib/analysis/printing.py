"""The tables of a day with their charts (K1) as PDF: those of a month stand in one another's place.

Made of what is shown alone: a hidden cell has no bar, and a table that is left out has no chart.
"""

from typing import Any

from markupsafe import Markup

from chalicelib import texts
from chalicelib.analysis import chart, counting, showing, store
from chalicelib.documents import service as documents
from chalicelib.errors import RenderError
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations

LANGUAGE = texts.BASE
BARS = 20
"""Of a chart, so that it fits on a page with its heading; those of most stand for the others."""
FOLDED = 10
"""Hidden rows of a table that are listed; more are said in one line."""
_FEN = 100


def key(day: str, organisation: str) -> str:
    """Where the newest tables of a day's month stand in storage."""
    return f"service/{day[:7]}/{organisation}-tables.pdf"


def render(reference: str) -> None:
    """Makes the PDF of `<day>/<organisation>`, if those are its newest tables still."""
    day, _, organisation = reference.partition("/")
    found = store.get(f"tables/{organisation}", day)
    if found is None:
        logger.error("tables not found", day=day, organisation=organisation)
        return
    entry = organisations.entry("organisations", organisation) or {}
    populations = showing.populations(found.facts, LANGUAGE)
    for population in populations:
        for table in population["tables"]:
            columns = counting.TABLES[population["population"]][table["table"]]
            shown = ("people", *columns)
            table["heads"] = [texts.text(f"analysis.column.{one}", LANGUAGE) for one in shown]
            table["cells"] = [[_said(row[one]) for one in shown] for row in table["rows"]]
            table["chart"] = drawn(population["population"], table)
            table["bars"] = BARS if len(_codes(table["rows"])) > BARS else None
            table["folded"] = fold(table)
    try:
        content = documents.letter(
            __package__,
            "tables.html",
            {"name": entry.get("name") or organisation, "day": day, "populations": populations},
            title=texts.text("analysis.tables.title", LANGUAGE),
            number=f"{day}-{organisation}",
            day=day,
            language=LANGUAGE,
        )
    except RenderError as error:
        logger.error("tables not printed", day=day, reason=error.detail)
        return
    store.put_report(key(day, organisation), content)
    logger.info("tables printed", day=day, organisation=organisation)


def fold(table: dict[str, Any]) -> int:
    """Takes hidden rows, and the cells beside them, out of a table if they are many; how many."""
    kept = [place for place, row in enumerate(table["rows"]) if row["people"] is not None]
    hidden = len(table["rows"]) - len(kept)
    if hidden <= FOLDED:
        return 0
    for part in ("rows", "cells"):
        table[part] = [table[part][place] for place in kept]
    return hidden


def drawn(population: str, table: dict[str, Any]) -> Markup:
    """Bars of a table's shown rows by its first sum or its people; outcomes one on the other.

    Of many rows only those that have the most are drawn, where they stand.
    """
    columns = counting.TABLES[population][table["table"]]
    column = columns[0] if columns else "people"
    parts: dict[str, dict[str, int]] = {}
    names: dict[str, str] = {}
    for row in table["rows"]:
        if row[column] is None:
            continue
        code, _, outcome = row["code"].partition(":")
        # The name of what has outcomes is "<thing>: <outcome>".
        name, _, of = row["name"].rpartition(": ") if outcome else (row["name"], "", "")
        names[code] = name
        label = of or texts.text(f"analysis.column.{column}", LANGUAGE)
        parts.setdefault(label, {})[code] = row[column]
    if not any(any(values.values()) for values in parts.values()):
        return Markup()
    whole = {code: sum(values.get(code, 0) for values in parts.values()) for code in names}
    longest = set(sorted(whole, key=lambda code: (-whole[code], code))[:BARS])
    names = {code: name for code, name in names.items() if code in longest}
    return chart.stacked(
        list(names.values()),
        {label: [values.get(code, 0) for code in names] for label, values in parts.items()},
        f"{population}-{table['table']}",
    )


def _codes(rows: list[dict[str, Any]]) -> set[str]:
    """What has a bar: shown rows, those that differ in their outcome as one."""
    return {row["code"].partition(":")[0] for row in rows if row["people"] is not None}


def _said(number: Any) -> str:
    if number is None:
        return "—"
    if isinstance(number, dict):
        return f"{number['amount'] / _FEN:,.2f}"
    return f"{number:,}"
