"""A report as PDF with charts, set by `render_document` from what was filed as JSON."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chalicelib import clock
from chalicelib.documents import service as documents
from chalicelib.observability import logger
from chalicelib.reports import chart, service, store
from chalicelib.reports.tables import Form, tables
from chalicelib.reports.wording import Wording

Report = dict[str, Any]
_TEMPLATES = "templates"
_APART = frozenset({"A3", "A4", "A5", "A6"})
ROWS = 100
"""Rows of a further table that are printed, the days of any quarter; all stand in the XLSX."""
WEEK = 7


def render(reference: str) -> None:
    """Sets and keeps the PDF of `<quarter>/<organisation>/<version>`, once."""
    period, unit, version = reference.split("/")
    report = service.read(period, unit, int(version))
    content = make(report)
    kept = store.put(
        store.key(period, unit, int(version), "pdf"), content, service.locked_until(report)
    )
    facts = {"sha256": kept.sha256, "size": kept.size, "made_at": clock.stored(clock.now())}
    store.add(period, f"{unit}/{version}/pdf", facts)
    logger.info("report printed", period=period, organisation=unit, version=int(version))


def make(report: Report) -> bytes:
    """The PDF; equal bytes for equal reports."""
    words = Wording(report)
    html = (
        _environment()
        .get_template("report.html")
        .render(
            words=words,
            report=report,
            charts=list(_charts(report, words)),
            forms=[_shortened(form, words) for form in tables(report, words)],
            limit=ROWS,
        )
    )
    identifier = f"{report['period']} {words.head[0][1]} {report['figures_sha256']}"
    return documents.press(html, f"{identifier} {report['version']}", _style())


def _shortened(form: Form, words: Wording) -> Form:
    if form.name in _APART:
        return form
    total = words.word("total")
    return form._replace(tables=[part.shortened(ROWS, total) for part in form.tables])


def _charts(report: Report, words: Wording) -> Iterator[tuple[str, Markup]]:
    """Queries by week, objections by subject, age of open ones, and how many were on time."""
    weeks = _weeks(report)
    yield (
        words.word("weeks"),
        chart.bars(
            "weeks",
            [_week(first, report, words) for first, *_ in weeks],
            {
                words.word("verified"): [verified for _, _, verified in weeks],
                words.word("other_attempts"): [all_ - verified for _, all_, verified in weeks],
            },
            width=960,
            height=250,
        ),
    )
    form = report["forms"]["A4"]
    received = words.columns("A4")["received"]
    if form["by_subject"]:
        yield (
            words.word("subjects"),
            chart.bars(
                "subjects",
                [words.name("subject", row["subject"]) for row in form["by_subject"]],
                {received: [row["received"] for row in form["by_subject"]]},
                width=470,
                height=220,
            ),
        )
    if form["total"]["closing"]:
        yield (
            words.word("ages"),
            chart.bars(
                "ages",
                [words.name("age", row["age"]) for row in form["ages"]],
                {words.columns("A4")["closing"]: [row["open"] for row in form["ages"]]},
                width=470,
                height=220,
            ),
        )
    rated = [row for row in form["by_line_group"] if row["on_time_rate"] is not None]
    if rated:
        yield (
            words.word("rates"),
            chart.bars(
                "rates",
                [words.name("line_group", row["line_group"]) for row in rated],
                {words.columns("A4")["on_time_rate"]: [row["on_time_rate"] for row in rated]},
                width=470,
                height=220,
                top=100,
            ),
        )


def _weeks(report: Report) -> list[tuple[date, int, int]]:
    """First day, queries and verified ones of each week: seven days from the quarter's first on."""
    first = date.fromisoformat(report["first"])
    days = (date.fromisoformat(report["last"]) - first).days + 1
    sums = [[0, 0] for _ in range(0, days, WEEK)]
    for row in report["days"]:
        week = sums[(date.fromisoformat(row["day"]) - first).days // WEEK]
        week[0] += row["queries"]
        week[1] += row["queries_verified"]
    return [
        (first + timedelta(days=place * WEEK), queries, verified)
        for place, (queries, verified) in enumerate(sums)
    ]


def _week(first: date, report: Report, words: Wording) -> str:
    """Its first day; a last one that is no whole week says so, or it would look like a fall."""
    left = (date.fromisoformat(report["last"]) - first).days + 1
    name = f"{first:%m-%d}"
    return name if left >= WEEK else words.word("days").format(first=name, count=left)


def _shown(cell: Any, kind: str) -> str:
    if cell is None:
        return "—"
    if kind == "money":
        return f"{cell // 100:,}.{cell % 100:02d}"
    if kind == "rate":
        return f"{cell:,.1f}"
    return f"{cell:,}" if kind == "count" else str(cell)


@cache
def _style() -> str:
    return (files(__package__) / _TEMPLATES / "report.css").read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(__package__, _TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["shown"] = _shown
    return environment
