"""Moves of staff (理赔作业): what may be done at a claim, by whom, and what follows from it (C5).

Every move is an event added to the log, the case made anew from it, and the customer's message, in
one transaction. What is allowed stands in `schemas/claims/stages` and `desk_actions`.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, dated, texts
from chalicelib.analysis import service as analysis
from chalicelib.attachments import service as attachments
from chalicelib.claims import cases, events, gathering, letters, stages, store, telling
from chalicelib.claims.cases import Claim
from chalicelib.errors import (
    AlreadyTakenError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    MoveNotAllowedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
)
from chalicelib.notifications import service as notifications
from chalicelib.observability import logger
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

AHEAD = timedelta(minutes=5)
"""How far a desk's clock may run ahead of ours."""
_AMOUNTS = {
    "assess": "assessed_amount",
    "calculate": "assessed_amount",
    "agree": "agreed_amount",
    "pay": "paid_amount",
    "prepay": "paid_amount",
}
REVIEWER = "claims_reviewer"
"""Who may act at a claim that somebody else has taken."""


def act(
    claim_no: str,
    step: dict[str, Any],
    staff: Staff,
    scope: Scope,
    expected: str | None,
    language: str,
    at: datetime,
) -> Claim:
    """The claim after the move. `expected` is If-Match: PreconditionFailedError if it has moved on.

    NotFoundError where it is out of reach, ForbiddenError where the move is not his,
    MoveNotAllowedError where it leads nowhere from here, AlreadyTakenError where somebody else has
    the claim, SamePersonError where another person has to, InvalidInputError for what is missing.
    """
    for _ in range(cases.ROUNDS):
        claim = reachable(claim_no, staff, scope)
        if expected is not None and expected != claim.etag:
            raise PreconditionFailedError
        moved, event, messages = _moved(claim, step, staff, language, at)
        if claim.report is None:
            store.mark_known(claim.place)
        if store.change(cases.item_of(moved, at), [event], messages):
            notifications.wake(messages, at)
            if claim.policy_no is not None:
                analysis.note([claim.policy_no], claims=True)
            if step["action"] == "refuse":
                letters.ask(claim.key)
            logger.info("claim moved", claim_no=claim.claim_no, action=step["action"])
            return reachable(claim.key, staff, scope)
        if expected is not None:
            raise PreconditionFailedError
    raise OvertakenError


def reachable(claim_no: str, staff: Staff, scope: Scope) -> Claim:
    """A claim of the person's organisations, and of his department if he is of one: on its desk
    now, or once; NotFoundError for any other."""
    claim = gathering.load(claim_no)
    if claim.organisation not in reach(staff, scope) and not _own(claim, scope):
        raise NotFoundError
    # Before anything asks how the claim stands: what came is not asked for.
    claim.uploaded = attachments.documents(claim.claim_no)
    mine = department(staff)
    if mine is not None and mine not in claim.departments:
        raise NotFoundError
    return claim


def reach(staff: Staff, scope: Scope) -> frozenset[str]:
    """Organisations whose claims he may see; whoever is of a head office sees nobody's too."""
    return cases.with_nobodys(scope.organisations, staff.organisation)


def department(staff: Staff) -> str | None:
    """The only department whose claims a handler works on; None: all, in an office without any.

    One that we do not know has no claims, and neither has its people.
    """
    if staff.department is None or REVIEWER in staff.roles or "claims_handler" not in staff.roles:
        return None
    return stages.department(staff.department) or staff.department


def allowed(claim: Claim, staff: Staff) -> list[str]:
    """The actions that the person could take at the claim now."""
    found = []
    for action in (*claim.machine.moves, *_desk_actions(claim)):
        try:
            _check(claim, action, staff)
        except (ForbiddenError, MoveNotAllowedError, AlreadyTakenError, SamePersonError):
            continue
        found.append(action)
    return sorted(found)


def _own(claim: Claim, scope: Scope) -> bool:
    return claim.record is not None and scope.own == claim.record.facts.get("agent", "")


def _check(claim: Claim, action: str, staff: Staff) -> list[str]:
    """What the action needs; an error if he may not take it here and now."""
    case = claim.case
    move = claim.machine.moves.get(action)
    if move is None:
        rule = _desk_actions(claim).get(action)
        if rule is None:
            raise MoveNotAllowedError
        roles, where = set(rule["roles"]), {claim.department} if rule["own_department"] else None
        if rule["when"] == "open" and not case.open:
            raise MoveNotAllowedError
        requires, by_holder = list(rule["requires"]), bool(rule["by_holder"])
        if action == "take" and case.handler == staff.sub:
            raise MoveNotAllowedError
    else:
        roles, where = set(move.roles), set(move.departments)
        if case.status not in move.from_ or (
            action == "request_documents" and case.requested is not None
        ):
            raise MoveNotAllowedError
        requires, by_holder = sorted(move.requires), True
    if not roles & staff.roles:
        raise ForbiddenError("his roles have other moves")
    mine = stages.department(staff.department) or staff.department
    if where is not None and mine is not None and mine not in where:
        raise ForbiddenError("another department's move")
    held = case.handler not in (None, staff.sub)
    if by_holder and held and (action == "take" or REVIEWER not in staff.roles):
        raise AlreadyTakenError
    if move is not None and move.not_by is not None:
        last = [by for did, by in case.did if did == move.not_by][-1:]
        if any(map(staff.is_subject, last)):
            raise SamePersonError
    return requires


def _moved(
    claim: Claim, step: dict[str, Any], staff: Staff, language: str, at: datetime
) -> tuple[Claim, store.ClaimItem, list[Any]]:
    action = step["action"]
    requires = _check(claim, action, staff)
    _require(step, requires, language)
    when = _when(claim, step, language, at)
    facts: dict[str, Any] = {"action": action, "by": staff.sub}
    hidden: dict[str, Any] = {name: step[name] for name in ("message", "note") if name in step}
    move = claim.machine.moves.get(action)
    if move is not None:
        facts |= _arrival(claim, move.to, staff, when)
        hidden["handler"] = staff.name
        if "reason" in step:
            name = "refusal_reason" if action == "refuse" else "message"
            hidden.setdefault(name, step["reason"])
        if action == "request_documents":
            # Once and in full (保险法 Art. 22): all that the line needs, and what is added.
            _, _, missing = claim.case.documents(claim.machine)
            facts["documents"] = list(dict.fromkeys([*missing, *step.get("documents", [])]))
    else:
        facts["kind"] = _desk_actions(claim)[action]["kind"]
        if action == "take":
            hidden["handler"] = staff.name
        elif action == "hand_over":
            facts |= {"department": step["department"], "stage": claim.case.status}
        elif action == "receive_documents":
            facts["documents"] = step["documents"]
    if "amount" in step and action in _AMOUNTS:
        facts[_AMOUNTS[action]] = _amount(claim, action, step["amount"]["amount"], language)
    if action == "answer":
        event = events.message(claim.key, "answered", hidden, facts, when)
    else:
        event = events.happened(claim.place, claim.claim_no, facts, hidden, when, at)
    moved = claim.with_event(event)
    return moved, event, telling.of_move(moved, event, at)


def _arrival(claim: Claim, stage: str, staff: Staff, when: datetime) -> dict[str, Any]:
    """A stop: whoever moves a claim keeps it where the next stage is his department's too."""
    next_department = str(claim.machine.stage(stage)["department"])
    facts: dict[str, Any] = {"kind": "stage", "stage": stage, "department": next_department}
    mine = stages.department(staff.department)
    if mine in (None, next_department) and stage not in stages.CLOSING:
        facts |= {"taken_by": staff.sub, "accepted_at": clock.stored(when)}
    return facts


def _require(step: dict[str, Any], requires: list[str], language: str) -> None:
    missing = [name for name in requires if name not in step]
    if missing:
        detail = texts.text("field.required", language)
        raise InvalidInputError([FieldError(f"/{name}", "required", detail) for name in missing])


def _when(claim: Claim, step: dict[str, Any], language: str, at: datetime) -> datetime:
    """The move's own time: after the last stop, not in the future."""
    last = claim.case.stops[-1].arrived_at
    if "at" not in step:
        if last > at + AHEAD:
            # The core system says that this has happened already; a move now would sort before it.
            raise MoveNotAllowedError
        return max(at, last + timedelta(microseconds=1))
    try:
        when = clock.parse(step["at"])
    except ValueError as error:
        raise _broken("/at", "not-an-instant", language) from error
    if when > at + AHEAD:
        raise _broken("/at", "in-the-future", language)
    if when <= last:
        raise _broken("/at", "before-the-last-stop", language)
    return when


def _amount(claim: Claim, action: str, fen: int, language: str) -> int:
    """What the claim's facts say after it: payments add up, and never to more than was agreed."""
    if action not in ("pay", "prepay"):
        return fen
    paid = int(claim.case.known.get("paid_amount") or 0) + fen
    agreed = claim.case.known.get("agreed_amount")
    if action == "pay" and agreed is not None and paid > agreed:
        raise _broken("/amount", "more-than-agreed", language)
    return paid


def _broken(pointer: str, code: str, language: str) -> InvalidInputError:
    return InvalidInputError([FieldError(pointer, code, texts.text(f"field.{code}", language))])


def _desk_actions(claim: Claim) -> dict[str, dict[str, Any]]:
    version = dated.in_force("claims/desk_actions", claim.case.began_on)
    return {rule["action"]: rule for rule in version["actions"]}
