"""Closed privacy requests: erased, by two people, when their period is over."""

from collections.abc import Callable, Sequence
from datetime import date

from chalicelib import clock
from chalicelib.privacy import destruction, store

KIND = "privacy_request"
FIRST_YEAR = 2021
"""The law of whose requests this is the register holds since then."""
_CLOSED = frozenset({"fulfilled", "refused", "lifted"})


def due(is_over: Callable[[date], bool], limit: int) -> list[str]:
    """Numbers of closed requests whose period is over, the oldest first."""
    found: list[str] = []
    year = FIRST_YEAR
    while len(found) < limit and is_over(date(year, 1, 1)):
        for item in store.oldest(f"requests/{year}", limit):
            closed = _closed_on(item)
            if closed and is_over(closed):
                found.append(item.sk)
        year += 1
    return found[:limit]


def erase(keys: Sequence[str]) -> None:
    """Deletes the requests and all that happened to them."""
    for number in keys:
        item = _item(number)
        if item is not None:
            store.erase(item, f"request/{number}")


def since(number: str) -> date | None:
    """The day on which the request was closed."""
    item = _item(number)
    return None if item is None else _closed_on(item)


def _item(number: str) -> store.PrivacyItem | None:
    return store.get(f"requests/{number[2:6]}", number)


def _closed_on(item: store.PrivacyItem) -> date | None:
    if item.facts["status"] not in _CLOSED:
        return None
    newest = store.page(f"request/{item.sk}", None, 1)
    return clock.shanghai_day(clock.parse(newest[0].facts["at"])) if newest else None


destruction.erases(KIND, destruction.Eraser(due, erase, since))
