"""A visitor takes his consent back, and leads whose time is over are erased."""

import hmac
from collections.abc import Callable, Sequence
from datetime import date, datetime

from chalicelib import clock
from chalicelib.errors import NotFoundError, OvertakenError
from chalicelib.leads import intake, service, store
from chalicelib.observability import logger
from chalicelib.privacy import destruction

ROUNDS = 8
FIRST_YEAR = 2026
"""No lead is older than the service."""


def withdraw(lead_no: str, token: str, at: datetime) -> None:
    """Ends the lead and empties it of the person; once more changes nothing.

    NotFoundError for a token that is not this lead's, as for a lead that is not there. The evidence
    of consent and what happened stay until the lead's time is over, without name, number, answers.
    """
    for _ in range(ROUNDS):
        item = service.find(lead_no)
        given = intake.digest(token)
        if item is None or not any(hmac.compare_digest(given, m) for m in item.facts["manage"]):
            raise NotFoundError
        if item.facts["status"] == "withdrawn":
            _empty(lead_no)
            return
        phone = service.unseal(item)["phone"]
        gone = service.changed(item, status="withdrawn", last_contact_at=clock.stored(at))
        gone.sealed = service.seal(item, {})
        if store.write([service.event(item, "withdrawn", at, "visitor")], gone):
            for key in service.people(phone):
                store.forget(key)
            _empty(lead_no)
            logger.info("lead withdrawn", lead_no=lead_no)
            return
    raise OvertakenError


def due(is_over: Callable[[date], bool], limit: int) -> list[str]:
    """Numbers of leads whose last contact is so long ago, by month."""
    found: list[str] = []
    day = date(FIRST_YEAR, 1, 1)
    while len(found) < limit and is_over(day):
        until = clock.stored(clock.end_of_day(date.max.replace(year=9998)))
        found += _over(f"over/{day:%Y-%m}", until, is_over, limit)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    for waits in ("assignment", "first_contact"):
        until = clock.stored(clock.end_of_day(date.max.replace(year=9998)))
        found += _over(waits, until, is_over, limit)
    return found[:limit]


def erase(keys: Sequence[str]) -> None:
    """Deletes leads with all visits and events, and the pointer of the person."""
    for lead_no in keys:
        item = service.find(lead_no)
        person = service.unseal(item) if item else {}
        for key in service.people(person["phone"]) if "phone" in person else []:
            pointer = store.get(key, "lead")
            if pointer is not None and pointer.facts["lead_no"] == lead_no:
                store.forget(key)
        store.erase(lead_no)


def since(lead_no: str) -> date | None:
    """The day of the last contact."""
    item = service.find(lead_no)
    return None if item is None else _last_contact(item)


def _over(waits: str, until: str, is_over: Callable[[date], bool], limit: int) -> list[str]:
    return [
        item.facts["lead_no"]
        for item in store.waiting(waits, until, limit)
        if is_over(_last_contact(item))
    ]


def _last_contact(item: store.LeadItem) -> date:
    return clock.shanghai_day(clock.parse(item.facts["last_contact_at"]))


def _empty(lead_no: str) -> None:
    """Takes answers, name and number out of visits, and what was written out of events."""
    items = [*store.of(lead_no, "visit"), *store.of(lead_no, "event")]
    store.empty(items, {item.sk: service.seal(item, {}) for item in items})


destruction.erases("lead", destruction.Eraser(due, erase, since))
