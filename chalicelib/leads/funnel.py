"""How far leads get (漏斗), by where they came from and who had them: counts, no person (L7).

A day's figures are those of the leads that came on it, as they stand when they are counted, so that
what becomes of a lead later shows on the day it came. Every night the days that are still moving
are counted anew; the same leads give the same figures.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import clock
from chalicelib.leads import store
from chalicelib.leads.store import LeadItem
from chalicelib.organisations import service as organisations

DIMENSIONS = ("source", "partner", "line", "agent")
"""What a day's row of an organisation is about, in its order."""
BY = (*DIMENSIONS, "organisation")
STAGES = ("received", "assigned", "contacted", "converted", "found", "lost", "withdrawn")
"""What is counted; `found` are conversions that an import showed."""
HOURS = (1, 4, 24, 48)
"""First contacts are counted within so many hours, each with those before it."""
COUNTS = (*STAGES, *(f"within_{hours}" for hours in HOURS), "contact_minutes")
FOLLOWED = 92
"""Days for which what becomes of a lead still changes the figures."""
LONGEST = 92
"""Days that one question may span."""
FEWEST = 5
"""Smaller groups and cells are not told: they would speak of people."""
OTHERS, NONE = "others", "none"


def roll_up(at: datetime) -> int:
    """Counts the days that are still moving anew; how many days of organisations changed."""
    last = clock.shanghai_day(at) - timedelta(days=1)
    first = last - timedelta(days=FOLLOWED - 1)
    return sum(
        _roll_up(code, first, last) for code in sorted(organisations.open_facts("organisations"))
    )


def told(places: Iterable[str], first: date, last: date, by: str) -> dict[str, Any]:
    """The figures of organisations from one day to another, grouped; small numbers left out."""
    groups: dict[str, list[int]] = {}
    for place in sorted(places):
        for row in store.figures(place, first.isoformat(), last.isoformat()):
            key = place if by == "organisation" else row[DIMENSIONS.index(by)] or NONE
            _add(groups.setdefault(key, [0] * len(COUNTS)), row[len(DIMENSIONS) :])
    total = [0] * len(COUNTS)
    for counts in groups.values():
        _add(total, counts)
    return {
        "from": first.isoformat(),
        "until": last.isoformat(),
        "by": by,
        "items": [_shown(key, counts) for key, counts in _gathered(groups)],
        "total": _shown("total", total),
    }


def _roll_up(place: str, first: date, last: date) -> int:
    begin, end = clock.start_of_day(first), clock.end_of_day(last)
    days: dict[str, dict[tuple[str | None, ...], list[int]]] = {}
    for lead in store.received(place, clock.stored(begin), clock.stored(end)):
        day = clock.shanghai_day(clock.parse(lead.facts["received_at"])).isoformat()
        key = tuple(lead.facts.get(name) for name in DIMENSIONS)
        counts = days.setdefault(day, {}).setdefault(key, [0] * len(COUNTS))
        _add(counts, _counted(lead))
    rows = {
        day: sorted(([*key, *counts] for key, counts in found.items()), key=str)
        for day, found in days.items()
    }
    return store.keep_figures(place, first.isoformat(), last.isoformat(), rows)


def _counted(lead: LeadItem) -> list[int]:
    """One lead in the order of COUNTS."""
    facts = lead.facts
    status = facts["status"]
    called = facts.get("first_contact_at")
    waited = clock.parse(called) - clock.parse(facts["received_at"]) if called else None
    return [
        1,
        int("assigned_at" in facts),
        int(waited is not None),
        int(status == "converted"),
        int(facts.get("converted_by") == "import"),
        int(status == "lost"),
        int(status == "withdrawn"),
        *(int(waited is not None and waited <= timedelta(hours=hours)) for hours in HOURS),
        0 if waited is None else int(waited.total_seconds() // 60),
    ]


def _gathered(groups: Mapping[str, list[int]]) -> Iterator[tuple[str, list[int]]]:
    """The groups, the largest first, those too small for themselves together at the end.

    If even these are too few, the next smallest joins them: the total must not tell them.
    """
    ordered = sorted(groups.items(), key=lambda one: (-one[1][0], one[0]))
    others, gathered = [0] * len(COUNTS), False
    while ordered and (ordered[-1][1][0] < FEWEST or (gathered and others[0] < FEWEST)):
        _add(others, ordered.pop()[1])
        gathered = True
    yield from ordered
    if gathered:
        yield OTHERS, others


def _shown(key: str, counts: Sequence[int]) -> dict[str, Any]:
    by_name = dict(zip(COUNTS, counts, strict=True))
    minutes, contacted = by_name.pop("contact_minutes"), by_name["contacted"]
    enough = contacted >= FEWEST
    return {
        "key": key,
        **{
            name: count if count == 0 or count >= FEWEST else None
            for name, count in by_name.items()
        },
        "mean_contact_minutes": round(minutes / contacted) if enough else None,
    }


def _add(counts: list[int], more: Sequence[int]) -> None:
    for place, count in enumerate(more):
        counts[place] += count
