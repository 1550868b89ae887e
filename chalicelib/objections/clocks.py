"""Time limits of an objection (时限), by the dated company standard and the holiday calendar."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, dated, languages
from chalicelib.notifications import hours
from chalicelib.objections.folding import Objection


class Clock(NamedTuple):
    """A clock that runs: what has to happen by when, and from when on it warns."""

    code: str
    """`acknowledge`, `reply` (general or complex) or `limit` (the longest there is)."""
    due_at: datetime
    warn_at: datetime
    paused: bool


def running(found: Objection) -> list[Clock]:
    """The clocks that have not ended, those that end first at the beginning."""
    if not found.open:
        return []
    rules = _rules(found)
    clocks = [] if found.acknowledged_at else [_clock("acknowledge", rules["acknowledge"], found)]
    if found.extended:
        clocks.append(_clock("limit", rules["extended"], found))
    else:
        clocks.append(_clock("reply", rules[found.complexity], found))
        clocks.append(_clock("limit", rules["limit"], found))
    return sorted(clocks, key=lambda one: (one.paused, one.due_at))


def due(found: Objection) -> datetime:
    """By when the customer was promised an answer, for a closed one as it stood at the end."""
    rules = _rules(found)
    if found.extended:
        return _end(rules["extended"], found)
    limit = _end(rules["limit"], found)
    waiting = bool(found.waits) and found.waits[-1][1] is None
    return limit if waiting else min(_end(rules[found.complexity], found), limit)


def standard(found: Objection, language: str) -> str:
    """Whose limits these are."""
    return str(languages.label(_rules(found)["standard"], language))


def _rules(found: Objection) -> dict[str, Any]:
    return dated.in_force("data/objection_clocks", clock.shanghai_day(found.filed_at))


def _clock(code: str, rule: dict[str, Any], found: Objection) -> Clock:
    due_at = _end(rule, found)
    waiting = bool(found.waits) and found.waits[-1][1] is None
    return Clock(
        code,
        due_at,
        due_at - timedelta(hours=rule["warn_hours"]),
        bool(rule["pausable"]) and waiting,
    )


def _end(rule: dict[str, Any], found: Objection) -> datetime:
    day = clock.shanghai_day(found.filed_at)
    if "days" in rule:
        return clock.end_of_day(day + timedelta(days=rule["days"]))
    left = int(rule["working_days"])
    while left:
        day += timedelta(days=1)
        stood = rule["pausable"] and _waited(found, day)
        left -= hours.is_working_day(day) and not stood
    return clock.end_of_day(day)


def _waited(found: Objection, day: date) -> bool:
    """Whether the customer was waited for on the day: after the question, up to his answer."""
    return any(
        clock.shanghai_day(since) < day <= clock.shanghai_day(until)
        for since, until in found.waits
        if until is not None
    )
