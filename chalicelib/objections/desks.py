"""Objections for staff (异议工作台): lists by organisation, state and due time; one with all."""

import heapq
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from chalicelib import clock, codes, texts
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.objections import (
    cases,
    clocks,
    evidence,
    items,
    moves,
    store,
    tracking,
    wording,
)
from chalicelib.objections.cases import Case
from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from chalicelib.policies import service as policies
from chalicelib.privacy import restrictions
from chalicelib.queries import service as queries
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

FILTERS = ("organisation", "state", "due_before")
WHOLE = "transactions"
TO_REVIEW = "to_review"
"""As a state: open ones that wait for a reviewer's word, on a result or on more time."""
_SHOWN = (
    "approve",
    "result",
    "complaint_no",
    "clock",
    "handler",
    "cause",
    "attachment_id",
    "sha256",
)
READ = 1000
"""Entries of the index that one page looks at; a cursor goes on after them."""


def listed(
    scope: Scope, wanted: dict[str, str], page: Page, language: str, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """Objections handled within reach, those due first at the beginning, and where to go on.

    `state` is `open` (as without it), `closed`, `to_review` or a status.
    """
    state = wanted.get("state", cases.OPEN)
    known = codes.names("objection_status")
    before = _before(wanted, language)
    if state not in (cases.OPEN, cases.CLOSED, TO_REVIEW, *known):
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError("/state", "invalid", detail)])
    half = cases.CLOSED if state in (cases.CLOSED, "replied") else cases.OPEN
    reached = scope.organisations
    if "organisation" in wanted:
        reached &= {wanted["organisation"]}
    sources = [_walk(cases.desk(code, half), page, before) for code in sorted(reached)]
    merged = heapq.merge(*sources)
    found: list[dict[str, Any]] = []
    seen = 0
    while batch := list(islice(merged, page.limit)):
        items = store.cases(number for _, number in batch)
        for due, number in batch:
            item, seen = items.get(number), seen + 1
            # The index may be a moment behind what it points to.
            if item is not None and _in(state, half, item.facts):
                found.append(brief(item, language, at))
                if len(found) == page.limit:
                    return found, due
        if seen >= READ:
            return found, batch[-1][0]
    return found, None


def brief(item: store.CaseItem, language: str, at: datetime) -> dict[str, Any]:
    """One objection of a list: it names nobody but who handles it."""
    facts = item.facts
    due = clock.parse(facts["due_at"])
    return {
        "objection_no": facts["objection_no"],
        "line": facts["line"],
        "line_name": codes.name("line", facts["line"], language),
        "subject": facts["subject"],
        "subject_name": codes.name("objection_subject", facts["subject"], language),
        "organisation": facts["organisation"],
        "organisation_name": organisations.name(facts["organisation"]),
        "handled_at": facts["handled_at"],
        "handled_at_name": organisations.name(facts["handled_at"]),
        "handler": facts["handler"],
        "cause": facts.get("cause"),
        "cause_name": codes.name("objection_assignment", facts.get("cause"), language),
        "status": facts["status"],
        "status_name": codes.name("objection_status", facts["status"], language),
        "violation": facts["violation"],
        "filed_at": clock.shown(clock.parse(facts["filed_at"])),
        "due_at": clock.shown(due),
        "overdue": facts["replied_at"] is None and due <= at,
        "paused": facts["paused"],
        "extended": facts["extended"],
        # Cases from before these marks, and the cause above, have none until their next event.
        "extension_asked": facts.get("extension_asked", False),
        "urged_at": _instant(facts.get("urged_at")),
        "warned": _raised(facts, cases.WARNED),
        "breached": _raised(facts, cases.BREACHED),
        "correction": facts["correction"],
        "etag": f'"{int(item.version)}"',
    }


def whole(case: Case, staff: Staff, scope: Scope, language: str, at: datetime) -> dict[str, Any]:
    """An objection with all that happened, its clocks, and what may be done now.

    `items` are those of the answer as it is now, for who may propose a result.
    """
    actions = moves.allowed(case, staff, at)
    return {
        "desk": brief(case.item, language, at),
        "policy_no": case.policy_no,
        "objection": tracking.shown(case, language, at),
        "standard": clocks.standard(case.objection, language),
        "clocks": [
            {
                "code": one.code,
                "due_at": clock.shown(one.due_at),
                "warn_at": clock.shown(one.warn_at),
                "paused": one.paused,
                "overdue": not one.paused and one.due_at <= at,
            }
            for one in clocks.running(case.objection)
        ],
        "actions": actions,
        "items": _items(case, scope, language, at) if "propose" in actions else [],
        "evidence": evidence.of(case, language, at, named=True),
        "events": [_event(case, facts, language) for facts in case.log],
    }


def _items(case: Case, scope: Scope, language: str, at: datetime) -> list[dict[str, Any]]:
    """Every item of the answer that the customer's query gives, with its name and value.

    None of a policy that is another insured's or another organisation's by now, of a person who
    asked for restriction (PIPL art. 47), or of which another insurer has the record.
    """
    record = policies.find(case.policy_no) if case.policy_no else None
    if (
        record is None
        or case.told().get("insured") != list(record.identity())
        or scope.detail(record.facts["organisation"]) is None
        or not restrictions.unrestricted([record])
    ):
        return []
    answer = queries.answer_of(record, case.objection.filed["assurance"], language, at)
    if answer["policy"] is None:
        return []
    subject = answer["policy"]["subject_names"]
    return [
        {"item": one.pointer, "item_name": name, "value": one.value, "value_name": one.name}
        for one in items.every(answer)
        if (name := wording.known_name(one.pointer, language, subject))
    ]


def _in(state: str, half: str, facts: dict[str, Any]) -> bool:
    if state == TO_REVIEW:
        return facts["status"] == "proposed" or bool(facts.get("extension_asked"))
    return state in (half, facts["status"])


def _raised(facts: dict[str, Any], what: str) -> list[str]:
    """Codes of the clocks that have raised such an alarm, whatever became of them since."""
    alarms = (name.partition("/") for name in facts["raised"])
    return sorted({code for code, _, rest in alarms if rest.endswith(f"/{what}")})


def _instant(stored: str | None) -> str | None:
    return stored and clock.shown(clock.parse(stored))


def _event(case: Case, facts: dict[str, Any], language: str) -> dict[str, Any]:
    words = case.words(facts)
    words.pop("insured", None)
    if facts["kind"] == "proposed" and "items" in words:
        words["items"] = [
            {**one, "item_name": wording.item_name(one["item"], language)} for one in words["items"]
        ]
    return {
        "seq": facts["seq"],
        "event": facts["kind"],
        "event_name": codes.name("objection_event", facts["kind"], language),
        "at": clock.shown(clock.parse(facts["at"])),
        "by": facts["by"],
        "facts": {n: facts[n] for n in _SHOWN if n in facts},
        "cause_name": codes.name("objection_assignment", facts.get("cause"), language),
        "words": words,
    }


def _walk(desk: str, page: Page, before: str | None) -> Iterator[tuple[str, str]]:
    after = page.after
    while part := store.on_desk(desk, after, before, page.limit):
        yield from part
        if len(part) < page.limit:
            return
        after = part[-1][0]


def _before(wanted: dict[str, str], language: str) -> str | None:
    if "due_before" not in wanted:
        return None
    try:
        return clock.stored(clock.parse(wanted["due_before"]))
    except ValueError as error:
        detail = texts.text("field.not-an-instant", language)
        raise InvalidInputError([FieldError("/due_before", "not-an-instant", detail)]) from error
