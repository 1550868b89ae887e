"""Contacts with customers (客户联系记录): erased, by two people, when their period is over.

What goes is named by the last contact of a log, `<instant>/<its own id>`, which holds nothing of
the customer and stays the same when hash keys are exchanged (decision 0078). Who was called again
meanwhile keeps what is newer. That somebody wants no calls is not forgotten.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib import clock, sealing
from chalicelib.leads import customers, desk, service, store
from chalicelib.leads.store import LeadItem
from chalicelib.privacy import destruction

KIND = "customer_contact"
FIRST_YEAR = 2026
"""No contact is older than the service."""


class _Log(NamedTuple):
    """The contact that destruction names, what stands at the head of its log, and all of it."""

    named: LeadItem
    head: LeadItem | None
    events: list[LeadItem]


def due(is_over: Callable[[date], bool], limit: int) -> list[str]:
    """Names of the last contacts of customers who were called so long ago, by month."""
    found: list[str] = []
    day = date(FIRST_YEAR, 1, 1)
    until = clock.stored(clock.end_of_day(date.max.replace(year=9998)))
    while len(found) < limit and is_over(day):
        for head in store.waiting(f"{desk.CUSTOMER}/{day:%Y-%m}", until, limit):
            if is_over(clock.shanghai_day(clock.parse(head.facts["last_contact_at"]))):
                found += [
                    customers.named(event)
                    for event in store.events(head.pk)
                    if _is_last(event, head)
                ]
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found[:limit]


def erase(keys: Sequence[str]) -> None:
    """Deletes the contacts up to the named one, and what it left if it is still the last.

    The named one goes at the end: by it the rest is found when this was interrupted.
    """
    for key in keys:
        if (log := _log(key)) is not None:
            named, head, events = log
            for event in events:
                if event.facts["at"] <= named.facts["at"] and event.sk != named.sk:
                    store.remove(event)
            if head is not None and _is_last(named, head):
                _forget(head)
            store.remove(named)


def since(key: str) -> date | None:
    """The day of the contact; None if it is gone, or not the last one of its log any more."""
    log = _log(key)
    if log is None or log.head is None or not _is_last(log.named, log.head):
        return None
    return clock.shanghai_day(clock.parse(log.named.facts["at"]))


def belongs(key: str) -> set[str]:
    """The policies that were spoken of: what is held of them keeps the contacts about them."""
    log = _log(key)
    events = log.events if log is not None else []
    return {f"policy/{event.facts['policy_no']}" for event in events if "policy_no" in event.facts}


def _log(key: str) -> _Log | None:
    """The log in which the contact of that name is, under whichever marks it stands."""
    places = customers.logs(key.partition("/")[0])
    named = [one for place in places for one in store.events(place) if customers.named(one) == key]
    if not named:
        return None
    heads = [head for place in places if (head := store.get(place, desk.CUSTOMER)) is not None]
    head = next((head for head in heads if named[0].pk in _places(head)), None)
    where = sorted({named[0].pk, *(_places(head) if head is not None else [])})
    return _Log(named[0], head, [event for place in where for event in store.events(place)])


def _places(head: LeadItem) -> set[str]:
    """The keys under which the items of a log stand, while keys are exchanged more than one."""
    person = service.unseal(head)
    marks = sealing.hashes(person["kind"], person["value"])
    return {head.pk, *(f"{desk.CUSTOMER}/{mark}" for mark in marks)}


def _is_last(event: LeadItem, head: LeadItem) -> bool:
    """Whether the head tells of this contact, or by now of none."""
    at: str = event.facts["at"]
    return bool(head.facts.get("last_contact_at", at) == at)


def _forget(head: LeadItem) -> None:
    """Takes away what the last contact left, unless there is another one by now."""
    left = {"do_not_call": True} if head.facts["do_not_call"] else {}
    revision = int(head.revision or 0) + 1
    if left:
        kept = LeadItem(head.pk, head.sk, facts=left, sealed=head.sealed, revision=revision)
        store.write([], changed=kept)
    else:
        store.remove_unchanged(head)


destruction.erases(KIND, destruction.Eraser(due, erase, since, belongs))
