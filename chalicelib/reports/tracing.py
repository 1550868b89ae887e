"""From a figure to what is behind it: a day's rows and objections, and the events themselves."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import islice
from typing import Any

from chalicelib import clock
from chalicelib.errors import NotFoundError
from chalicelib.figures import counting, losses, units
from chalicelib.figures import service as figures
from chalicelib.figures.service import Day
from chalicelib.figures.units import HEAD_OFFICE
from chalicelib.pages import Page
from chalicelib.queries import service as queries
from chalicelib.reports import periods, register

FILTERS = ("line", "channel", "outcome", "partner", "language")
PLACE = re.compile(r"[0-9]{1,6}")
"""A cursor of a day's rows: how many have been shown."""
EVENT = re.compile(r"(?:0[0-9]|1[0-5])/attempt/[0-9A-Za-z:./-]{1,100}")
"""A cursor of a day's events: partition and key of the last one looked at."""
_HAPPENED = (
    *("kind", "objection_no", "event_id", "organisation", "line", "channel", "subject", "partner"),
    *("approve", "result", "on_time", "persons"),
)
LOOKS = 5_000
"""Events looked at for one page: a page that found too little by then is short, with a cursor."""


def rollup(period: str, unit: str, day: str) -> Day:
    """The roll-up of a day; NotFoundError if the quarter does not have it, or nobody made it."""
    quarter = periods.parse(period)
    if day not in {one.isoformat() for one in quarter.days}:
        raise NotFoundError
    when = date.fromisoformat(day)
    found = figures.days(when, when).get(day)
    if found is None or unit not in register.standing(quarter.key, unit):
        raise NotFoundError
    return found


def rows(
    found: Day, unit: str, wanted: Mapping[str, str], page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    """Rows of a day's queries that fit, from a place on, and the next place, None at the end."""
    fitting = (
        row
        for branch, part in figures.rows(found, None if unit == HEAD_OFFICE else unit)
        if unit in (HEAD_OFFICE, branch)
        for row in map(_row, part)
        if _fits(row, wanted)
    )
    first = int(page.after or 0)
    shown = list(islice(fitting, first, first + page.limit + 1))
    more = str(first + page.limit) if len(shown) > page.limit else None
    return shown[: page.limit], more


def objections(found: Day, unit: str) -> list[dict[str, Any]]:
    """What happened to objections on the day, with the numbers and events behind it, and all by
    which a form tells them apart."""
    return [
        {name: entry[name] for name in _HAPPENED if name in entry}
        for entry in figures.happened(found)
        if unit in (HEAD_OFFICE, entry["unit"])
    ]


def claims(found: Day, unit: str, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
    """Losses reported on the day through us, by line, partner and language, as far as they fit."""
    named = (
        dict(zip((*losses.DIMENSIONS, "reports"), row, strict=True))
        for branch, rows in figures.reported(found)
        if unit in (HEAD_OFFICE, branch)
        for row in rows
    )
    return [row for row in named if _fits(row, wanted)]


def events(
    found: Day, unit: str, wanted: Mapping[str, str], page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    """Attempts of the day that fit, in the order in which they are stored."""
    directory = units.kept(found.directory)
    listed: list[dict[str, Any]] = []
    looked = enumerate(queries.attempts(found.day, page.after), 1)
    for number, (place, query_id, at, facts) in looked:
        belongs = unit in (HEAD_OFFICE, units.unit(directory, facts["organisation"], found.day))
        if belongs and _fits(facts, wanted):
            told = {name: facts.get(name) for name in counting.DIMENSIONS}
            listed.append({"query_id": query_id, "at": clock.shown(at), **told})
        if len(listed) == page.limit or number == LOOKS:
            return listed, place
    return listed, None


def _row(row: list[Any]) -> dict[str, Any]:
    *told, attempts, sections = row
    known = dict(zip(counting.DIMENSIONS, told, strict=True))
    return {**known, "attempts": attempts, "views": sections}


def _fits(facts: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    return all((facts.get(name) or "") == value for name, value in wanted.items())
