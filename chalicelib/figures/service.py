"""A day's figures made from its events: again at any time, the same result; late events noticed."""

import hashlib
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, observability
from chalicelib.errors import OvertakenError
from chalicelib.figures import counting, handling, losses, store, units
from chalicelib.observability import logger
from chalicelib.partners import service as partners

LOOK_BACK = 2
"""Days already rolled up that are made again for events that came late."""
FIRST_YEAR = 2009
"""Since when there are queries at all (保监发〔2009〕111号): where looking back ends."""
ROUNDS = 4


class Day(NamedTuple):
    """The newest roll-up of a day, by what it is made of."""

    day: str
    name: str
    """Revision and digest: what its rows are found by."""
    directory: str
    partners: dict[str, str]
    events: dict[str, int]
    units: dict[str, str]
    """SHA-256 of each branch's rows and objections."""


def roll_up(at: datetime) -> dict[str, Any]:
    """Makes the figures of Shanghai's day before, and looks for late events of the days before."""
    day = clock.shanghai_day(at) - timedelta(days=1)
    made = make(day)
    late = made["late"]
    for back in range(1, LOOK_BACK + 1):
        before = day - timedelta(days=back)
        # A day that was never made is missing, and named as such: nobody guesses what ran then.
        if store.current(before.isoformat()) is not None:
            late += make(before)["late"]
    observability.count("LateEvents", late)
    return {**made, "late": late}


def make(day: date) -> dict[str, Any]:
    """Makes a day's figures from its events; what they are, and whether they are new."""
    for _ in range(ROUNDS):
        standing = store.current(day.isoformat())
        made = _make(day.isoformat(), standing)
        if made is not None:
            return made
    raise OvertakenError


def days(first: date, last: date) -> dict[str, Day]:
    """The newest roll-up of each day that has one, by day (ISO)."""
    found = store.between(first.isoformat(), last.isoformat())
    return {day: _day(day, facts) for day, facts in found.items()}


def named(day: str, name: str) -> Day:
    """A roll-up of a day by its name, the newest or a former one."""
    return _day(day, store.made(day, name))


def rows(day: Day, unit: str | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Branch and rows of queries (counting.DIMENSIONS, attempts, sections), part by part."""
    return store.rows(day.day, day.name, unit)


def happened(day: Day) -> list[dict[str, Any]]:
    """What happened to objections on a day (`handling.of_day`), with each entry's `unit`."""
    return store.happened(day.day, day.name) if day.events["objections"] else []


def reported(day: Day) -> Iterator[tuple[str, list[Any]]]:
    """Branch and rows of losses reported on a day (losses.DIMENSIONS, reports)."""
    return store.reported(day.day, day.name) if day.events.get("claims") else iter(())


def happened_before(first: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same of all days before, with the day."""
    for day in store.days_with_objections(FIRST_YEAR, first.isoformat()):
        facts = store.current(day)
        if facts is not None:
            for entry in happened(_day(day, facts)):
                yield day, entry


def _make(day: str, standing: dict[str, Any] | None) -> dict[str, Any] | None:
    """None if another run came first."""
    directory = units.live()
    if standing is not None:
        # As it stood when the day was first made, whatever moved since.
        directory = units.as_known(units.kept(standing["directory"]), directory)
    counted = counting.count(day)
    by_unit: dict[str, list[Any]] = {}
    named: set[str] = set()
    for row in counted.rows():
        by_unit.setdefault(units.unit(directory, row[0], day), []).append(row)
        named.add(row[counting.DIMENSIONS.index("partner")] or "")
    entries = [
        {"unit": units.unit(directory, entry["organisation"], day), **entry}
        for entry in handling.of_day(day)
    ]
    reported: dict[str, list[Any]] = {}
    for row in losses.of_day(day):
        reported.setdefault(units.unit(directory, row[0], day), []).append(row)
        named.add(row[losses.DIMENSIONS.index("partner")] or "")
    digests = {
        unit: _sha256(
            [
                by_unit.get(unit, []),
                [one for one in entries if one["unit"] == unit],
                # A day without any is what it was before losses were counted.
                *([reported[unit]] if unit in reported else []),
            ]
        )
        for unit in sorted({*by_unit, *reported, *(entry["unit"] for entry in entries)})
    }
    sha256 = _sha256(digests)
    events = {**counted.events, "objections": len(entries)}
    if reported:
        events["claims"] = sum(row[-1] for rows in reported.values() for row in rows)
    revision = standing["revision"] if standing else 0
    if counted.orphans:
        logger.warning("sections opened of no query", day=day, n=counted.orphans)
    if standing is not None and standing["sha256"] == sha256:
        logger.info("day rolled up before", day=day, revision=revision)
        return {"day": day, "revision": revision, "new": False, "late": 0, "events": events}
    late = sum(events.values()) - sum(standing["events"].values()) if standing else 0
    names = {code: partners.name(code) for code in sorted(named - {""})}
    facts = {
        "revision": revision + 1,
        "sha256": sha256,
        "directory": units.keep(directory),
        "partners": names | (standing["partners"] if standing else {}),
        "events": events,
        "units": digests,
        "made_at": clock.stored(clock.now()),
    }
    if not store.keep(day, _name(facts), by_unit, entries, facts, reported):
        return None
    logger.info("day rolled up", day=day, revision=revision + 1, late=late, events=events)
    return {"day": day, "revision": revision + 1, "new": True, "late": late, "events": events}


def _day(day: str, facts: dict[str, Any]) -> Day:
    parts = (facts["directory"], facts["partners"], facts["events"], facts["units"])
    return Day(day, _name(facts), *parts)


def _name(facts: dict[str, Any]) -> str:
    return f"{facts['revision']:04d}-{facts['sha256'][:16]}"


def _sha256(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
