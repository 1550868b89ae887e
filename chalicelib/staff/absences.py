"""Who is not there (离岗、缺勤): absences as the desk records them, with who stands in.

Days are Shanghai's, both included. What is over is dropped with the next change.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from chalicelib import clock
from chalicelib.errors import OvertakenError
from chalicelib.staff import service, store

ROUNDS = 8


class Presence(NamedTuple):
    """Whether somebody works here on a day, and who stands in for him while he is away."""

    there: bool
    stand_in: str | None = None
    left: bool = False
    """Whether he has left for good."""


def presences(subjects: Iterable[str], at: datetime) -> dict[str, Presence]:
    """The presence of each of the subjects, in one read."""
    wanted = list(subjects)
    known = {one.pk: one for one in store.some(wanted)} if wanted else {}
    return {subject: _presence(known.get(subject), at) for subject in wanted}


def of(subjects: Iterable[str], day: date) -> dict[str, list[dict[str, Any]]]:
    """Absences that are not over on the day, by subject, the first first."""
    wanted = list(subjects)
    known = {one.pk: one.away or [] for one in store.some(wanted)} if wanted else {}
    return {subject: _left(known.get(subject, []), day) for subject in wanted}


def record(subject: str, absence: dict[str, Any], day: date) -> list[dict[str, Any]]:
    """Adds an absence, in place of one from the same day; what is to come then."""
    return _change(subject, absence["from"], absence, day)


def end(subject: str, first: str, day: date) -> list[dict[str, Any]]:
    """Takes back the absence from that day (ISO); none is left alone. What is to come then."""
    return _change(subject, first, None, day)


def _change(
    subject: str, first: str, absence: dict[str, Any] | None, day: date
) -> list[dict[str, Any]]:
    for _ in range(ROUNDS):
        standing = store.get(subject)
        before = (standing.away if standing else None) or []
        kept = [one for one in _left(before, day) if one["from"] != first]
        after = _left([*kept, absence] if absence else kept, day)
        if after == before or store.absent(subject, standing, after):
            return after
    raise OvertakenError


def _left(away: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    coming = [one for one in away if one["until"] >= day.isoformat()]
    return sorted(coming, key=lambda one: str(one["from"]))


def _presence(standing: store.StaffItem | None, at: datetime) -> Presence:
    if standing is None:
        return Presence(there=True)
    if service.has_left(standing, at):
        return Presence(there=False, left=True)
    day = clock.shanghai_day(at).isoformat()
    for one in standing.away or []:
        if one["from"] <= day <= one["until"]:
            return Presence(there=False, stand_in=one["stand_in"])
    return Presence(there=True)
