"""Four eyes (S3): asked by one, decided by another with the right role and reach, done once.

A room that has such an action asks here and registers what carries it out. That may be called
again after a failure half-way and must then change nothing more; the approval's id tells it.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from chalicelib import clock, masking, sealing, validation
from chalicelib.approvals import store
from chalicelib.errors import (
    AlreadyDecidedError,
    ApprovalExpiredError,
    ApprovalRefusedError,
    ForbiddenError,
    NotFoundError,
    SamePersonError,
)
from chalicelib.observability import logger
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff


@dataclass(frozen=True)
class Approval:
    """What is asked for, by whom, and where it stands: waiting, approved, refused or done."""

    approval_id: str
    action: str
    organisation: str | None
    content: dict[str, Any]
    state: str
    asked_by: str
    asked_at: str
    expires_at: str
    decided_by: str | None = None
    decided_at: str | None = None


Performer = Callable[[Approval], None]
_PERFORMERS: dict[str, Performer] = {}
_MASKED: dict[str, Mapping[str, str]] = {}


def performs(
    action: str, *, masked: Mapping[str, str] | None = None
) -> Callable[[Performer], Performer]:
    """Registers what carries an approved action out.

    `masked` names the personal data in the content and the kinds of `masking` by which the second
    person sees them.
    """
    _rule(action)
    _MASKED[action] = masked or {}

    def register(performer: Performer) -> Performer:
        _PERFORMERS[action] = performer
        return performer

    return register


def ask(
    staff: Staff, action: str, organisation: str | None, content: dict[str, Any], at: datetime
) -> Approval:
    """Puts an action before a second person. The same asked again on the same day is the same."""
    approval_id = _identity(staff, action, organisation, content, clock.shanghai_day(at))
    item = store.ApprovalItem(
        approval_id,
        action=action,
        organisation=organisation,
        sealed=sealing.seal("approvals", approval_id, content),
        state=store.WAITING,
        waiting=action,
        asked_by=staff.sub,
        asked_at=clock.stored(at),
        expires_at=clock.stored(at + timedelta(hours=_rule(action)["hours"])),
    )
    if store.add(item):
        logger.info("approval asked for", approval_id=approval_id, action=action)
    return _approval(store.get(approval_id) or item)


def needed(
    staff: Staff, action: str, organisation: str | None, content: dict[str, Any], at: datetime
) -> Approval | None:
    """What has to be waited for before this person may do exactly this; None once it was given.

    For actions that the person then does himself, as often as he needs until the approval's time
    is over. Asks if nobody did; ApprovalRefusedError if another person has said no today.
    """
    today = clock.shanghai_day(at)
    days = [today - timedelta(days=ago) for ago in range(_rule(action)["hours"] // 24 + 1)]
    asked = [_identity(staff, action, organisation, content, day) for day in days]
    standing = {
        item.state: item
        for item in store.some(asked)
        if at < clock.parse(item.expires_at)
        and (item.state != store.REFUSED or item.pk == asked[0])
    }
    if store.DONE in standing:
        return None
    if store.REFUSED in standing:
        raise ApprovalRefusedError
    open_still = standing.get(store.APPROVED) or standing.get(store.WAITING)
    return _approval(open_still) if open_still else ask(staff, action, organisation, content, at)


def decide(staff: Staff, scope: Scope, approval_id: str, approve: bool, at: datetime) -> Approval:
    """The second person's word; NotFoundError out of reach, SamePersonError for the first one.

    What was approved and not carried out, because that failed half-way, is finished by whoever
    might have approved it and approves it now: its approver may be gone.
    """
    item = store.get(approval_id)
    if item is None or not _reached(item, scope):
        raise NotFoundError
    if not staff.roles & set(_rule(item.action)["roles"]):
        raise ForbiddenError
    if staff.is_subject(item.asked_by):
        raise SamePersonError
    wanted = store.APPROVED if approve else store.REFUSED
    if item.state == store.WAITING:
        if at >= clock.parse(item.expires_at):
            raise ApprovalExpiredError
        store.decide(item, wanted, staff.sub, clock.stored(at))
        item = store.get(approval_id) or item
    unfinished = item.state == store.APPROVED
    same = item.state == wanted or (approve and item.state == store.DONE)
    if not same or (item.decided_by != staff.sub and not unfinished):
        raise AlreadyDecidedError
    if unfinished:
        _PERFORMERS[item.action](_approval(item))
        store.done(item, staff.sub, clock.stored(at))
    logger.info("approval decided", approval_id=approval_id, state=item.state)
    return _approval(store.get(approval_id) or item)


def name(action: str, language: str) -> str:
    """What an action is called, in Chinese where the language has no word of its own."""
    rule = _rule(action)
    return str(rule.get(language, rule["zh-CN"]))


def readable(approval: Approval) -> dict[str, Any]:
    """The content as the second person sees it."""
    kinds = _MASKED.get(approval.action, {})
    return {
        name: masking.mask(kinds[name], value) if name in kinds else value
        for name, value in approval.content.items()
    }


def waiting(staff: Staff, scope: Scope, limit: int, at: datetime) -> list[Approval]:
    """What this person could decide or finish now, the oldest first within each action."""
    return [
        _approval(item)
        for action, rule in _rules().items()
        if staff.roles & set(rule["roles"])
        # What nobody decided in its time stays where it is and must not fill the page.
        for item in store.waiting(action, clock.stored(at - timedelta(hours=rule["hours"])), limit)
        if not staff.is_subject(item.asked_by) and _reached(item, scope) and not _expired(item, at)
    ][:limit]


def reseal(approval_id: str, _sort_key: str) -> bool:
    """Seals one content anew if an older key sealed it; whether anything had to be written."""
    item = store.get(approval_id)
    if item is None or sealing.is_current("approvals", item.sealed):
        return False
    content = sealing.unseal("approvals", approval_id, item.sealed)
    return item.renew(sealing.seal("approvals", approval_id, content))


def _reached(item: store.ApprovalItem, scope: Scope) -> bool:
    """What belongs to no organisation is for whoever reaches the whole company."""
    return scope.detail(item.organisation) is not None if item.organisation else scope.company


def _expired(item: store.ApprovalItem, at: datetime) -> bool:
    return item.state == store.WAITING and at >= clock.parse(item.expires_at)


def _identity(
    staff: Staff, action: str, organisation: str | None, content: dict[str, Any], day: date
) -> str:
    """The same content asked for by the same person on the same day is one approval."""
    same = json.dumps([action, organisation, content, staff.sub, day.isoformat()], sort_keys=True)
    return sealing.keyed_hash("approval", same).partition(":")[2][:24]


def _approval(item: store.ApprovalItem) -> Approval:
    return Approval(
        item.pk,
        item.action,
        item.organisation,
        sealing.unseal("approvals", item.pk, item.sealed),
        item.state,
        item.asked_by,
        item.asked_at,
        item.expires_at,
        item.decided_by,
        item.decided_at,
    )


def _rule(action: str) -> dict[str, Any]:
    rule: dict[str, Any] = _rules()[action]
    return rule


@cache
def _rules() -> dict[str, Any]:
    rules: dict[str, Any] = validation.load("data/approvals")["actions"]
    return rules
