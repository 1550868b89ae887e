"""Lists on demand (E4): asked for by a branch or an agent, made by the queue, handed out once.

The same list asked for again on the same day is the same order, whoever asks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, links, sealing
from chalicelib.approvals import exports
from chalicelib.approvals.service import Approval
from chalicelib.errors import NotFoundError
from chalicelib.expiry import periods, store
from chalicelib.links import Standing
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

LOST_AFTER = timedelta(minutes=20)
"""Longer than the function may take: an order that is not done by then is queued again."""


@dataclass(frozen=True)
class Order:
    """A list that was asked for. `files` are there once it is made and may leave the house."""

    list_id: str
    month: str
    organisation: str
    agent: str | None
    figures: dict[str, Any] | None = None
    waiting: Approval | None = None
    files: tuple[Standing, ...] = ()


def ask(staff: Staff, scope: Scope, wanted: dict[str, Any], at: datetime) -> Order:
    """The list as far as it is; NotFoundError out of reach.

    `wanted` has `month` and `purpose`, and an `organisation` where it is not the person's own.
    Without a branch's reach it is the list of the agent's own customers.
    """
    period = periods.month(wanted["month"])
    organisation = wanted.get("organisation", staff.organisation)
    agent = _agent(staff, scope, organisation)
    day = clock.shanghai_day(at).isoformat()
    same = "\x00".join((period.key, organisation, agent or "", day))
    list_id = sealing.keyed_hash("expiry-list", same).partition(":")[2][:24]
    standing = store.order(list_id)
    order = Order(list_id, period.key, organisation, agent)
    result = standing and standing.result
    if result is None:
        _queue(order, standing, at)
        return order
    figures = {name: result[name] for name in ("policies", "renewed", "customers", "premium")}
    export = {"kind": "expiry", "month": period.key, "agent": agent, "purpose": wanted["purpose"]}
    waiting = exports.needed(staff, organisation, export, result["policies"], at)
    if waiting is not None:
        return Order(list_id, period.key, organisation, agent, figures, waiting)
    files = tuple(
        found
        for form in store.FORMS
        if (found := links.standing(store.key(period.key, organisation, agent, form)))
    )
    return Order(list_id, period.key, organisation, agent, figures, files=files)


def _agent(staff: Staff, scope: Scope, organisation: str) -> str | None:
    """None for the whole organisation, else the 工号 of the only agent whose list he may have."""
    if scope.detail(organisation) is not None:
        return None
    if scope.own is None or organisation != staff.organisation or not store.has_file(scope.own):
        raise NotFoundError
    return scope.own


def _queue(order: Order, before: store.Ordered | None, at: datetime) -> None:
    """Queues the order unless that happened just now; twice is harmless, not at all is not."""
    if before is not None and at - clock.parse(before.queued_at) < LOST_AFTER:
        return
    message = {"order": order.list_id, "period": order.month, "organisation": order.organisation}
    store.enqueue([{**message, "agent": order.agent}])
    store.note_queued(order.list_id, clock.stored(at))
