"""A list as PDF for filing: figures and chart in front, then the rows (R6, E1).

Two functions share it: one makes the page, the other, which has the layout engine, sets it.
"""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from chalicelib import clock, codes, texts
from chalicelib.documents import service as documents
from chalicelib.expiry import chart
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.rows import COLUMNS, LANGUAGE, Row
from chalicelib.organisations import service as organisations

ROWS = 1_000
"""Rows that are printed; a longer list is filed by its digests, the rows stand in the XLSX."""

_TEMPLATES = "templates"


def page(
    title: str, owner: str, figures: Figures, rows: Iterable[Row], digests: dict[str, str]
) -> str:
    """The HTML, the same for equal arguments. `digests` are SHA-256 of the XLSX and CSV."""
    printed = [column for column in COLUMNS if column.filed]
    places = [COLUMNS.index(column) for column in printed]
    return (
        _environment()
        .get_template("list.html")
        .render(
            title=title,
            owner=owner,
            period=figures.period,
            figures=figures,
            as_of=figures.as_of and clock.shown(clock.parse(figures.as_of))[:16].replace("T", " "),
            lines=_by_line(figures),
            units=_by_unit(figures),
            chart=chart.premium_by_week(figures, texts.text("expiry.chart.rest", LANGUAGE))
            if figures.policies
            else "",
            columns=printed,
            rows=[(row.customer, [row.cells[place] for place in places]) for row in rows],
            limit=ROWS,
            digests=digests,
        )
    )


def sheet(page: str) -> bytes:
    """The PDF of a page: equal bytes for equal pages. For the function with the layout engine."""
    return documents.press(page, hashlib.sha256(page.encode()).hexdigest(), _style())


def _by_line(figures: Figures) -> list[tuple[str, int, int]]:
    """Name, policies, premium of each line, the largest premium first."""
    return [
        (str(codes.name("line", line, LANGUAGE)), figures.line_policies[line], premium)
        for line, premium in figures.line_premium.most_common()
    ]


def _by_unit(figures: Figures, shown: int = 14) -> list[tuple[str, int, int]]:
    """The same of the largest organisations below; nothing where there is only one."""
    if len(figures.unit_policies) < 2:
        return []
    ranked = figures.unit_premium.most_common()
    named = [
        (_name(unit), figures.unit_policies[unit], premium) for unit, premium in ranked[:shown]
    ]
    if rest := ranked[shown:]:
        count = sum(figures.unit_policies[unit] for unit, _ in rest)
        label = texts.text("expiry.figure.other_units", LANGUAGE, count=len(rest))
        named.append((label, count, sum(premium for _, premium in rest)))
    return named


def _name(unit: str) -> str:
    office = organisations.entry("organisations", unit) or {}
    return str(office.get("name") or unit)


def _money(fen: int | None) -> str:
    return "" if fen is None else f"{fen // 100:,}.{fen % 100:02d}"


@cache
def _style() -> str:
    return (files(__package__) / _TEMPLATES / "list.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = _money

    def words(key: str, **values: Any) -> str:
        return texts.text(f"expiry.{key}", LANGUAGE, **values)

    environment.globals["words"] = words
    return environment
