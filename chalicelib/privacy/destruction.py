"""Destruction (销毁): what the retention data let go goes by two people, and on record.

A room that keeps records for a period registers how they are found and erased, by their kind in
`schemas/data/retention.json`. The record comes first, with the key of each thing; only then is it
erased: what is gone is on record whatever fails in between. On record is only what stood there at
that moment and was still due; what was asked for and stays is named beside it (decision 0078).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from chalicelib import clock, retention, texts
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.pages import Page
from chalicelib.privacy import holds, register, store
from chalicelib.staff.model import Staff

ACTION = "destroy_records"
AT_ONCE = 100
"""Records of one destruction; more wait for the next."""


class Eraser(NamedTuple):
    """How a room's records of a kind are found and erased.

    `due(is_over, limit)` gives keys, at most `limit`, of records whose period is over:
    `is_over(day)` tells it of the day that the period is counted from. `erase(keys)` erases for
    good and does nothing to what is gone already. `since(key)` is the day that the period of a
    record is counted from, None if it is gone or not closed; keys hold nothing that is made of a
    person, and name the same record when hash keys were exchanged. `belongs(key)` gives further
    things, such as `policy/<no>`, a hold on which keeps the record too.
    """

    due: Callable[[Callable[[date], bool], int], Sequence[str]]
    erase: Callable[[Sequence[str]], None]
    since: Callable[[str], date | None]
    belongs: Callable[[str], Iterable[str]] = lambda _: ()


_ERASERS: dict[str, Eraser] = {}


def erases(kind: str, eraser: Eraser) -> None:
    """Registers a room's eraser for a kind of the retention data."""
    retention.period(kind, date.max)
    _ERASERS[kind] = eraser


def ask(staff: Staff, told: dict[str, str], language: str, at: datetime) -> Approval:
    """Puts the destruction of what is due of a kind before another person."""
    if told["kind"] not in _ERASERS:
        detail = texts.text("field.not-listed", language, limit=", ".join(sorted(_ERASERS)))
        raise InvalidInputError([FieldError("/kind", "not-listed", detail)])
    content = {"kind": told["kind"], "keys": due(told["kind"], at), "reason": told["reason"]}
    return approvals.ask(staff, ACTION, staff.organisation, content, at)


def due(kind: str, at: datetime) -> list[str]:
    """Keys of what may go, that no hold keeps."""
    return _free(kind, _ERASERS[kind].due(_is_over(kind, at), AT_ONCE))


def _is_over(kind: str, at: datetime) -> Callable[[date], bool]:
    """Whether a period that is counted from a day is over."""
    today = clock.shanghai_day(at)
    return lambda day: retention.until(kind, day) <= today


def _still_due(kind: str, keys: Sequence[str], at: datetime) -> list[str]:
    """Those that stand there and whose period is over."""
    is_over = _is_over(kind, at)
    since = {key: _ERASERS[kind].since(key) for key in keys}
    return [key for key, day in since.items() if day is not None and is_over(day)]


def _free(kind: str, keys: Sequence[str]) -> list[str]:
    """Those that no hold keeps, neither on the record nor on what it belongs to."""
    things = {
        key: {f"{kind}/{key}", *map(holds.named, _ERASERS[kind].belongs(key))} for key in keys
    }
    kept = holds.held({thing for some in things.values() for thing in some})
    return [key for key in keys if not things[key] & kept]


def listed(year: int, page: Page) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the year's records of destruction, the newest first."""
    items = store.page(f"destructions/{year}", page.after, page.limit)
    after = items[-1].sk if len(items) == page.limit else None
    return [register.shown(item) for item in items], after


@approvals.performs(ACTION)
def _destroy(approval: Approval) -> None:
    """Erases exactly what was asked for, but for what is held, gone or in use again by now."""
    kind, at = approval.content["kind"], clock.parse(str(approval.decided_at))
    asked = approval.content["keys"]
    keys = _free(kind, _still_due(kind, asked, at))
    rule = retention.period(kind, clock.shanghai_day(at))
    facts = {
        "kind": kind,
        "keys": keys,
        "left": [key for key in asked if key not in keys],
        "how": "deleted; backups of the tables end with their 35 days",
        "rule": rule["reason"],
    }
    entry = register.entry("destruction", facts, approval)
    year = clock.shanghai_day(at).year
    standing = store.enter(
        entry, add=register.copy(entry, f"destructions/{year}", entry.sk, approval)
    )
    _ERASERS[kind].erase(standing.facts["keys"])
