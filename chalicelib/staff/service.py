"""Admission: a granted route, the undertaking signed, not a leaver. Sign-in is tokens.py."""

from collections.abc import Iterable
from datetime import datetime

from chalicelib import clock
from chalicelib.errors import ForbiddenError, UndertakingRequiredError
from chalicelib.staff import access, store
from chalicelib.staff.access import Scope, Widening
from chalicelib.staff.model import Staff


def admit(staff: Staff, method: str, path: str, at: datetime) -> Scope:
    """How far the route reaches for him; ForbiddenError and the like where it does not at all."""
    granted = access.grants(method, path, staff.roles)
    if not granted:
        raise ForbiddenError("no role of his has the route")
    standing = store.get(staff.sub)
    if standing is not None and standing.left_at is not None and _past(standing.left_at, at):
        raise ForbiddenError("left")
    if standing is None or standing.undertaking_at is None:
        raise UndertakingRequiredError
    day = clock.shanghai_day(at).isoformat()
    held = [
        Widening(one["organisation"], one["approval_id"])
        for one in standing.exceptions or []
        if one["from"] <= day <= one["until"]
    ]
    return Scope(staff, granted, held)


def undertake(subject: str, at: datetime) -> None:
    """Puts the signed undertaking of confidentiality (保密承诺书) on record."""
    store.note(subject, undertaking_at=clock.stored(at))


def leave(subject: str, at: datetime) -> None:
    """From that instant on nobody gets in under this subject, whatever his token says."""
    store.note(subject, left_at=clock.stored(at))


def left(subjects: Iterable[str], at: datetime) -> set[str]:
    """Those of the subjects who have left by then."""
    return {one.pk for one in store.some(subjects) if has_left(one, at)}


def has_left(standing: store.StaffItem, at: datetime) -> bool:
    """Whether somebody has left by then."""
    return standing.left_at is not None and _past(standing.left_at, at)


def _past(stored: str, at: datetime) -> bool:
    return clock.parse(stored) <= at
