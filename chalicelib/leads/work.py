"""What staff do with leads: see them, log contacts, pass them on; each within his reach."""

from datetime import date, datetime
from typing import Any

from chalicelib import clock, codes, texts
from chalicelib.errors import (
    FieldError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
)
from chalicelib.leads import (
    assessment,
    assignment,
    intake,
    questionnaires,
    repeats,
    service,
    store,
)
from chalicelib.leads.store import LeadItem
from chalicelib.notifications import service as notifications
from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

_AFTER = {
    "converted": "converted",
    "lost": "lost",
    "do_not_call": "lost",
}
"""What an outcome makes of a lead; any other leaves it contacted."""


def listed(
    scope: Scope, page: Page, status: str | None, language: str
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the leads within reach, the newest first; organisation after organisation."""
    places = [("organisation", code) for code in sorted(scope.organisations)]
    if not places and scope.own:
        places = [("agent", scope.own)]
    whose, _, place = (page.after or "").partition("|")
    found: list[tuple[str, LeadItem]] = []
    for index, code in places:
        if code < whose:
            continue
        after = place if code == whose else None
        while len(found) < page.limit:
            items = store.listed(index, code, after or None, page.limit - len(found))
            found += [(code, item) for item in items if status in (None, item.facts["status"])]
            if not items:
                break
            after = str(items[-1].listed)
        if len(found) >= page.limit:
            break
    shown_ = [entry for _, item in found if (entry := _entry(item, scope, language))]
    last = found[-1] if len(found) == page.limit else None
    return shown_, last and f"{last[0]}|{last[1].listed}"


def shown(lead_no: str, scope: Scope, language: str) -> dict[str, Any]:
    """One lead with what was answered and what happened to it; NotFoundError out of reach."""
    item = _reached(lead_no, scope)
    entry = _entry(item, scope, language)
    if entry is None:
        raise NotFoundError
    seen = scope.detail(item.organisation, item.facts.get("agent")) == "transactions"
    return {
        **entry,
        "plan": service.unseal(item).get("plan") if seen else None,
        "visits": [_visit(one, scope, item, language) for one in store.of(lead_no, "visit")],
        "events": [
            {**one.facts, "note": service.unseal(one).get("note") if seen else None}
            for one in store.of(lead_no, "event")
        ],
    }


def enter(staff: Staff, told: dict[str, Any], key: str | None, at: datetime) -> dict[str, Any]:
    """A prospect of an agent's own, with source and consent; OvertakenError if it is a lead.

    KeyReusedError for a key that came with another body.
    """
    contact = told["contact"]
    keys = service.people(contact["phone"])
    place = None if key is None else repeats.place("staff leads", staff.sub, key)
    wanted = [(name, "lead") for name in keys] + ([(place, "key")] if place else [])
    pointers = {one.pk: one for one in store.some(wanted)}
    again = pointers.pop(place, None) if place else None
    if again is not None:
        repeats.check(again, told)
        return {"lead_no": again.facts["lead_no"]}
    for pointer in pointers.values():
        known = service.find(pointer.facts["lead_no"])
        if known and pointer.facts["until"] > clock.stored(at):
            if known.facts.get("agent") == staff.sub:
                return {"lead_no": known.facts["lead_no"]}
            # Whose it is, and how far it has come, is nobody's business but theirs.
            raise OvertakenError
    entry = organisations.open_facts("agents").get(staff.sub, {})
    lead_no = service.number()
    facts = {
        "source": told.get("source", "prospect"),
        "line": told.get("line", "other"),
        "fits": {},
        "region": contact.get("region"),
        "organisation": entry.get("organisation", staff.organisation),
        "partner": None,
        "marketing": told["consent"].get("marketing", False),
        "consent_obtained": told["consent"]["obtained"],
        "manage": [],
        "before": None,
        "hand_backs": 0,
    }
    person = {"name": contact["name"], "phone": contact["phone"]}
    item = service.made(lead_no, facts, person, at)
    item.facts |= {"status": "assigned", "agent": staff.sub, "assigned_at": clock.stored(at)}
    item.facts["first_contact_due_at"] = service.first_contact_due(at)
    item.agent = staff.sub
    event = service.event(item, "entered", at, staff.sub, note=told.get("note"))
    pointer = intake.pointed(keys[0], lead_no, pointers.get(keys[0]), at)
    new = [service.wait(item), event]
    if place is not None:
        new.append(repeats.record(place, told, {"lead_no": lead_no}, {}, at))
    if not store.write(new, pointer=(pointer, pointers.get(keys[0]))):
        raise OvertakenError
    return {"lead_no": lead_no}


def log(
    lead_no: str,
    told: dict[str, Any],
    staff: Staff,
    scope: Scope,
    expected: str | None,
    language: str,
    at: datetime,
) -> dict[str, Any]:
    """Adds a contact with its outcome and the next date; a lost lead needs its reason."""
    item = _open(lead_no, scope, expected)
    outcome = told["outcome"]
    if outcome == "lost" and "lost_reason" not in told:
        raise _broken("/lost_reason", "required", language)
    next_on, person = told.get("next_on"), service.unseal(item)
    silent = item.facts.get("do_not_call", False) or outcome == "do_not_call"
    if next_on is not None and (silent or not _coming(next_on, at)):
        # Nobody plans to call somebody who does not want to be called.
        raise _broken("/next_on", "invalid", language)
    if outcome == "wrong_number":
        notifications.report_wrong(person["phone"], at)
    if outcome == "do_not_call":
        notifications.opt_out(person["phone"], at)
    event = service.event(item, "contact", at, staff.sub, **told)
    after = service.changed(
        item,
        status=_AFTER.get(outcome, "contacted"),
        first_contact_at=item.facts.get("first_contact_at") or clock.stored(at),
        last_contact_at=clock.stored(at),
        last_outcome=outcome,
        next_on=next_on,
        do_not_call=silent,
    )
    return _written([event], after, scope, language)


def pass_on(
    lead_no: str,
    told: dict[str, Any],
    staff: Staff,
    scope: Scope,
    expected: str | None,
    language: str,
    at: datetime,
) -> dict[str, Any]:
    """Gives a lead to an agent, entrusts it to a stand-in (托管), returns it, or hands it back.

    `classify` corrects the line or writes the plan and leaves the lead where it is.
    """
    item = _open(lead_no, scope, expected)
    action, had_by = told.get("action", "assign"), item.facts.get("agent")
    line = told.get("line", item.facts["line"])
    note, more = told.get("reason"), {"line": line, "had_by": had_by}
    planned = [_plan(item, told["plan"], staff, scope, at)] if "plan" in told else []
    if action == "classify":
        if not {"line", "plan"} & told.keys():
            raise _broken("/line", "required", language)
        event = service.event(
            item, "classified", at, staff.sub, line=line, had=item.facts["line"], note=note
        )
        return _written([event, *planned], service.changed(item, line=line), scope, language)
    if action == "hand_back":
        event = service.event(item, "handed_back", at, staff.sub, agent=had_by, note=note)
        back = service.changed(item, status="unassigned", agent=None, entrusted_by=None, **more)
        entry = _written([event, *planned], back, scope, language)
        assignment.assign(back, at, without=had_by)
        return entry
    to = item.facts.get("entrusted_by") if action == "return" else told.get("agent")
    if to is None or not _may_get(to, line, staff, scope, at):
        raise _broken("/agent", "not-listed", language)
    kind = {"assign": "assigned", "entrust": "entrusted", "return": "returned"}[action]
    event = service.event(item, kind, at, staff.sub, agent=to, had_by=had_by, note=note)
    owner = item.facts.get("entrusted_by") or had_by
    more["entrusted_by"] = owner if action == "entrust" else None
    if item.facts.get("first_contact_at"):
        entry_ = organisations.open_facts("agents")[to]
        moved = service.changed(item, agent=to, organisation=entry_["organisation"], **more)
    else:
        moved = assignment.given(item, to, at, **more)
    return _written([event, *planned], moved, scope, language)


def etag(item: LeadItem) -> str:
    """What a write names in If-Match."""
    return f'"{int(item.revision or 0)}"'


def _plan(item: LeadItem, plan: str, staff: Staff, scope: Scope, at: datetime) -> LeadItem:
    """The event of a plan that an assessor writes; the newest stands sealed in the lead, too."""
    if item.organisation not in scope.organisations:
        raise ForbiddenError("plans are written by assessors")
    item.sealed = service.seal(item, {**service.unseal(item), "plan": plan})
    return service.event(item, "planned", at, staff.sub, note=plan)


def _written(
    events: list[LeadItem], after: LeadItem, scope: Scope, language: str
) -> dict[str, Any]:
    """The lead as it stands now; PreconditionFailedError if somebody changed it meanwhile."""
    if not store.write(events, after):
        raise PreconditionFailedError
    return _entry(after, scope, language) or {"lead_no": after.facts["lead_no"], "agent": None}


def _reached(lead_no: str, scope: Scope) -> LeadItem:
    item = service.find(lead_no)
    if item is None or scope.detail(item.organisation, item.facts.get("agent")) is None:
        raise NotFoundError
    return item


def _open(lead_no: str, scope: Scope, expected: str | None) -> LeadItem:
    """A lead of which something may be done; OvertakenError once it is over."""
    item = _reached(lead_no, scope)
    if expected is not None and expected not in ("*", etag(item)):
        raise PreconditionFailedError
    if item.facts["status"] == "withdrawn":
        raise OvertakenError
    return item


def _may_get(agent: str, line: str, staff: Staff, scope: Scope, at: datetime) -> bool:
    """Colleagues of the own organisation, or for an assessor of those within reach."""
    entry = organisations.open_facts("agents").get(agent)
    if entry is None or not assignment.able(agent, line, at):
        return False
    return entry["organisation"] in scope.organisations | {staff.organisation}


def _entry(item: LeadItem, scope: Scope, language: str) -> dict[str, Any] | None:
    facts = item.facts
    detail = scope.detail(item.organisation, facts.get("agent"))
    if detail is None:
        return None
    person = service.unseal(item) if detail == "transactions" else {}
    due = facts.get("first_contact_due_at") if facts["status"] == "assigned" else None
    return {
        "lead_no": facts["lead_no"],
        "agent": service.named(facts.get("agent")),
        "status": facts["status"],
        "status_name": service.status_name(item, language),
        "line": facts["line"],
        "line_name": codes.name("line", facts["line"], language),
        "source": facts["source"],
        "partner": facts["partner"],
        "region": facts["region"],
        "organisation": item.organisation,
        "received_at": _time(facts["received_at"]),
        "first_contact_due_at": _time(due),
        "last_contact_at": _time(facts["last_contact_at"]),
        "next_on": facts.get("next_on"),
        "visit_count": facts["visits"],
        "marketing_consent": facts["marketing"],
        "do_not_call": facts.get("do_not_call", False),
        "name": person.get("name"),
        "phone": person.get("phone"),
        "etag": etag(item),
    }


def _visit(visit: LeadItem, scope: Scope, item: LeadItem, language: str) -> dict[str, Any]:
    """What was said at a visit, in words, and what the rules made of it."""
    detail = scope.detail(item.organisation, item.facts.get("agent"))
    said = service.unseal(visit) if detail == "transactions" else {}
    rule = questionnaires.of_version(visit.facts["questionnaire"])
    answers = said.get("answers", {})
    return {
        "at": _time(visit.facts["at"]),
        "consent": {k: v for k, v in visit.facts["consent"].items() if k != "caller"},
        "answers": questionnaires.spoken(rule, answers, list(answers), language),
        "assessment": assessment.told(
            answers, rule, assessment.of_version(item.facts["rules"]), language
        )
        if answers
        else None,
    }


def _coming(day: str, at: datetime) -> bool:
    try:
        return date.fromisoformat(day) >= clock.shanghai_day(at)
    except ValueError:
        return False


def _time(stored: str | None) -> str | None:
    return stored and clock.shown(clock.parse(stored))


def _broken(pointer: str, code: str, language: str) -> InvalidInputError:
    return InvalidInputError([FieldError(pointer, code, texts.text(f"field.{code}", language))])
