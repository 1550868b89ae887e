"""What staff do at an objection (异议处理): allowed by dated data, one step at a time.

Nobody alone closes one: a result is proposed by one, reviewed at provincial level or above by
another who has not worked on it, and the reply is word for word what was reviewed. Whoever sold
the policy takes no step at an objection to it but to hand it on (回避).
"""

from datetime import datetime
from typing import Any

from chalicelib import clock, dated, identifiers, observability, texts
from chalicelib.enquiries import references
from chalicelib.errors import (
    FieldError,
    ForbiddenError,
    InterestedPersonError,
    InvalidInputError,
    MoveNotAllowedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
)
from chalicelib.notifications import service as notifications
from chalicelib.objections import cases, items, letters, officers, posts, register, store
from chalicelib.objections.cases import Case
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.queries import service as queries
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

MESSAGES = {"ask": "objection_question", "reply": "objection_reply"}
BY_HAND, AFTER_URGING = "by_hand", "after_urging"
EXTENDED = "objection_extended"
_OPEN_FACTS = ("approve", "complexity", "result", "complaint_no")
"""What of a step stands open in the register; all else that people write is sealed."""


def act(
    objection_no: str,
    step: dict[str, Any],
    staff: Staff,
    scope: Scope,
    expected: str | None,
    language: str,
    at: datetime,
) -> Case:
    """The objection after the step. `expected` is If-Match: PreconditionFailedError if it moved.

    NotFoundError out of reach, ForbiddenError for another role or level, MoveNotAllowedError where
    the state does not allow it, SamePersonError where another person has to, InterestedPersonError
    for who sold the policy, InvalidInputError for what is missing.
    """
    for _ in range(cases.ROUNDS):
        case = reachable(objection_no, scope)
        if expected is not None and expected != case.etag:
            raise PreconditionFailedError
        rule = _check(case, step, staff, language, at)
        step = _with_entries(case, _with_complaint(case, step, language), at)
        raised, late = _run_out(case, at)
        events = [*late, *_events(case, rule, step, staff, at, len(late) + 1)]
        after = case.then(events, at, raised)
        messages = _messages(case, step, after.log, at)
        also = _turned(case, step, staff, at)
        if store.change(after.item, after.entries, after.words, messages, also=also):
            notifications.wake(messages, at)
            if late:
                observability.count(cases.PASSED, len(late))
            if step["action"] == "reply":
                letters.ask(case.number)
            logger.info("objection moved", objection_no=case.number, action=step["action"])
            return cases.load(case.number)
        if expected is not None:
            raise PreconditionFailedError
    raise OvertakenError


def reachable(objection_no: str, scope: Scope) -> Case:
    """An objection that an organisation within reach handles; NotFoundError for any other."""
    case = cases.load(objection_no)
    if case.objection.handled_at not in scope.organisations:
        raise NotFoundError
    return case


def allowed(case: Case, staff: Staff, at: datetime) -> list[str]:
    """The actions that the person could take now."""
    found = []
    for action in _rules(at):
        try:
            _permit(case, action, staff, at)
        except (ForbiddenError, InterestedPersonError, MoveNotAllowedError, SamePersonError):
            continue
        found.append(action)
    return sorted(found)


def _rules(at: datetime) -> dict[str, dict[str, Any]]:
    held = dated.in_force("data/objection_actions", clock.shanghai_day(at))
    actions: dict[str, dict[str, Any]] = held["actions"]
    return actions


def _permit(case: Case, action: str, staff: Staff, at: datetime) -> dict[str, Any]:
    rule, found = _rules(at)[action], case.objection
    pending = found.asked_extension
    if found.status not in rule["from"]:
        raise MoveNotAllowedError
    if action == "decide_extension" and pending is None:
        raise MoveNotAllowedError
    if action == "ask_extension" and (pending is not None or found.extended):
        raise MoveNotAllowedError
    if action == "suspect_violation" and found.violation:
        raise MoveNotAllowedError
    if not set(rule["roles"]) & staff.roles:
        raise ForbiddenError("his roles have other steps")
    if not officers.reaches(staff.organisation, rule["level"]):
        raise ForbiddenError("a step of an organisation at a higher level")
    others = {*found.worked, *([pending["by"]] if action == "decide_extension" and pending else [])}
    if rule["other_person"] and any(map(staff.is_subject, others)):
        raise SamePersonError
    if staff.is_subject(found.filed.get("agent")) and action != "assign":
        raise InterestedPersonError
    return rule


def _check(
    case: Case, step: dict[str, Any], staff: Staff, language: str, at: datetime
) -> dict[str, Any]:
    rule = _permit(case, step["action"], staff, at)
    missing = [name for name in rule["requires"] if name not in step]
    if step.get("result") == "complaint" and "complaint_no" not in step:
        missing.append("complaint_no")
    if step.get("approve") is False and "note" not in step:
        missing.append("note")
    if missing:
        detail = texts.text("field.required", language)
        raise InvalidInputError([FieldError(f"/{name}", "required", detail) for name in missing])
    if step.get("result") == "violation" and not officers.reaches(staff.organisation, "province"):
        detail = texts.text("field.violation-above", language)
        raise InvalidInputError([FieldError("/result", "violation-above", detail)])
    return rule


def _with_complaint(case: Case, step: dict[str, Any], language: str) -> dict[str, Any]:
    """The step with the complaint's number as its register has it; InvalidInputError if it has
    none, or one that is about another policy."""
    if "complaint_no" not in step:
        return step
    found = references.complaint(step["complaint_no"])
    named = found and found.policy_no
    if found is None or (named and identifiers.policy_no(named) != case.policy_no):
        detail = texts.text("field.no-such-complaint", language)
        raise InvalidInputError([FieldError("/complaint_no", "no-such-complaint", detail)])
    return {**step, "complaint_no": found.number}


def _with_entries(case: Case, step: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The step with what tells the claim, instalment, cover … that each item belongs to."""
    if "items" not in step:
        return step
    told, record = case.told(), None
    if any(items.listed(one["item"]) for one in step["items"]) and case.policy_no:
        record = policies.find(case.policy_no)
    answer = record and queries.answer_of(record, "id", case.objection.filed["language"], at)

    def entry(pointer: str) -> dict[str, Any] | None:
        # Places change: the pointer that was objected to is that of the answer of then.
        if pointer == case.objection.filed["item"] and "entry" in told:
            known: dict[str, Any] | None = told["entry"]
            return known
        return items.entry(answer, pointer)

    return {**step, "items": [{**one, **_named(entry(one["item"]))} for one in step["items"]]}


def _named(entry: dict[str, Any] | None) -> dict[str, Any]:
    return {"entry": entry} if entry else {}


def _turned(case: Case, step: dict[str, Any], staff: Staff, at: datetime) -> store.Also | None:
    """What the complaint notes of a reply by which the objection turned into it."""
    proposal = case.objection.proposal or {}
    if step["action"] != "reply" or proposal.get("result") != "complaint":
        return None
    found = references.complaint(proposal["complaint_no"])
    return references.link(found, case.number, staff.sub, at) if found else None


def _run_out(case: Case, at: datetime) -> tuple[list[str], list[register.Event]]:
    """Alarms and events of clocks that ran out before the step, where no watch has said so yet.

    A step may end a clock or move it: what was late stays late however long no watch ran.
    """
    codes = [one.code for name, one in case.unraised(at) if name.endswith(f"/{cases.BREACHED}")]
    names = [name for name, one in case.unraised(at) if one.code in codes]
    return names, [
        case.event("breached", {"clock": code}, {}, by=None, at=at, place=place)
        for place, code in enumerate(codes, 1)
    ]


def _events(
    case: Case, rule: dict[str, Any], step: dict[str, Any], staff: Staff, at: datetime, place: int
) -> list[register.Event]:
    """The event of the step, and the correction that an approved result orders with its reply."""
    found, action = case.objection, step["action"]
    facts = {name: step[name] for name in _OPEN_FACTS if name in step}
    words = {n: v for n, v in step.items() if n not in (*_OPEN_FACTS, "action", "handler")}
    if action == "assign":
        facts |= {"handler": step["handler"], "cause": _by_whose_will(case)}
    elif action == "suspect_violation":
        organisation = officers.handling(found.handled_at, violation=True)
        officer = posts.serving(organisation, at)
        facts |= {"handled_at": organisation, "handler": officer and officer.subject}
        facts["cause"] = officer and officer.cause
    elif action == "hold_responsible":
        facts["persons"] = len(step["persons"])
    elif action == "review" and found.proposal is not None:
        facts["proposal"] = found.proposal["event_id"]
    elif action == "reply" and found.proposal is not None:
        facts["result"] = found.proposal["result"]
    events = [case.event(rule["kind"], facts, words, by=staff.sub, at=at, place=place)]
    if action == "reply" and facts.get("result") == "corrected":
        ordered = case.event("correction_ordered", {}, {}, by=staff.sub, at=at, place=place + 1)
        events.append(ordered)
    return events


def _by_whose_will(case: Case) -> str:
    """Why somebody assigns by hand: the head office urged since it was assigned last, or not."""
    kinds = [facts["kind"] for facts in case.log if facts["kind"] in ("assigned", "urged")]
    return AFTER_URGING if kinds[-1:] == ["urged"] else BY_HAND


def _messages(
    case: Case, step: dict[str, Any], log: list[dict[str, Any]], at: datetime
) -> list[Any]:
    """What the customer is told of the step, in his language, and the officer who now has it."""
    if step["action"] == "suspect_violation":
        officer = posts.serving(log[-1]["handled_at"], at)
        return posts.messages("objection_assigned", case.number, log[-1]["seq"], officer, at)
    kind = MESSAGES.get(step["action"])
    if step["action"] == "decide_extension" and step["approve"]:
        kind = EXTENDED
    phone = case.told().get("phone")
    if kind is None or phone is None:
        return []
    told = notifications.Message(
        kind,
        f"{case.number}/{log[-1]['seq']}",
        phone,
        case.objection.filed["language"],
        {"objection_no": case.number},
    )
    return [notifications.outbox_item(told, at)]
