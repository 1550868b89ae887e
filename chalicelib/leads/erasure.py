"""Contacts with customers (客户联系记录): erased, by two people, when their period is over.

What goes is named by the customer's mark and the instant of the last contact: who was called again
meanwhile keeps what is newer. That somebody wants no calls is not forgotten.
"""

from collections.abc import Callable, Sequence
from datetime import date

from chalicelib import clock
from chalicelib.leads import desk, store
from chalicelib.leads.store import LeadItem
from chalicelib.privacy import destruction

KIND = "customer_contact"
FIRST_YEAR = 2026
"""No contact is older than the service."""


def due(is_over: Callable[[date], bool], limit: int) -> list[str]:
    """`<mark>/<instant>` of customers whose last contact is so long ago, by month."""
    found: list[str] = []
    day = date(FIRST_YEAR, 1, 1)
    until = clock.stored(clock.end_of_day(date.max.replace(year=9998)))
    while len(found) < limit and is_over(day):
        found += [
            f"{item.pk.partition('/')[2]}/{item.facts['last_contact_at']}"
            for item in store.waiting(f"{desk.CUSTOMER}/{day:%Y-%m}", until, limit)
            if is_over(clock.shanghai_day(clock.parse(item.facts["last_contact_at"])))
        ]
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return found[:limit]


def erase(keys: Sequence[str]) -> None:
    """Deletes the contacts up to that instant, what the last one left at the end."""
    for key in keys:
        mark, _, until = key.rpartition("/")
        place = f"{desk.CUSTOMER}/{mark}"
        for event in store.events(place):
            if event.facts["at"] <= until:
                store.remove(event)
        head = store.get(place, desk.CUSTOMER)
        if head is not None and head.facts.get("last_contact_at") == until:
            _forget(head)


def belongs(key: str) -> set[str]:
    """The policies that were spoken of: what is held of them keeps the contacts about them."""
    mark, _, _ = key.rpartition("/")
    return {
        f"policy/{event.facts['policy_no']}"
        for event in store.events(f"{desk.CUSTOMER}/{mark}")
        if event.facts.get("policy_no")
    }


def _forget(head: LeadItem) -> None:
    """Takes away what the last contact left, unless there is another one by now."""
    left = {"do_not_call": True} if head.facts["do_not_call"] else {}
    revision = int(head.revision or 0) + 1
    if left:
        kept = LeadItem(head.pk, head.sk, facts=left, sealed=head.sealed, revision=revision)
        store.write([], changed=kept)
    else:
        store.remove_unchanged(head)


destruction.erases(KIND, destruction.Eraser(due, erase, belongs))
