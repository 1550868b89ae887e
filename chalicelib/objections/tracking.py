"""Following an objection: status, timeline and reply, for whoever filed it."""

from datetime import datetime
from typing import Any

from chalicelib import clock, codes, texts
from chalicelib.errors import NotFoundError
from chalicelib.objections import cases, clocks, evidence, posts, wording
from chalicelib.objections.cases import Case
from chalicelib.policies import service as policies
from chalicelib.tokens import QueryToken

TOLD = frozenset(
    {"filed", "acknowledged", "investigated", "asked", "answered", "evidence", "proposed"}
    | {"suspected", "replied", "correction_seen", "letter"}
)
"""Kinds of events that the customer sees; an extension only once it is granted."""


def follow(
    objection_no: str, token: QueryToken, language: str, at: datetime
) -> tuple[dict[str, Any], str]:
    """The objection with its evidence and whom to ask, and its ETag for an answer.

    NotFoundError for another's, as for one that is not there.
    """
    case = own(objection_no, token)
    officer = posts.serving(case.objection.handled_at, at)
    return {
        **shown(case, language, at),
        "question_id": case.objection.question,
        "evidence": evidence.of(case, language, at),
        "officer": officer and {"name": officer.name, "phone": officer.phone},
    }, case.etag


def own(objection_no: str, token: QueryToken) -> Case:
    """An objection of the token's bearer: the same policy, the same insured, no less assurance."""
    case = cases.load(objection_no)
    record = policies.find(token.policy_no)
    if (
        record is None
        or case.policy_no != record.policy_no
        or (token.assurance != "id" and case.objection.filed["assurance"] == "id")
        or case.told().get("insured") != list(record.identity())
    ):
        raise NotFoundError
    return case


def shown(case: Case, language: str, at: datetime) -> dict[str, Any]:
    """What the customer sees; of staff nobody is named but who holds the post."""
    found, told = case.objection, case.told()
    due = clocks.due(found)
    return {
        "objection_no": case.number,
        "item": found.filed["item"],
        "item_name": wording.item_name(found.filed["item"], language),
        "subject": found.filed["subject"],
        "subject_name": codes.name("objection_subject", found.filed["subject"], language),
        "status": found.status,
        "status_name": codes.name("objection_status", found.status, language),
        "filed_at": clock.shown(found.filed_at),
        "due_at": clock.shown(due),
        "overdue": found.open and due <= at,
        "paused": found.question is not None,
        "extended": found.extended,
        "shown": told.get("shown"),
        "claimed": told.get("claimed"),
        "description": told.get("description"),
        "question": _question(case),
        "timeline": [_step(case, facts, language) for facts in case.log if _is_told(facts)],
        "reply": reply(case, language),
    }


def reply(case: Case, language: str) -> dict[str, Any] | None:
    """The reply as the customer gets it; None while there is none."""
    found = case.objection
    if found.replied_at is None or found.proposal is None:
        return None
    words = case.words(found.proposal)
    return {
        "result": found.proposal["result"],
        "result_name": codes.name("objection_result", found.proposal["result"], language),
        "items": [_decided(one, language) for one in words.get("items", [])],
        "reasons": words.get("reasons"),
        "next_instance": next_instance(language),
        "replied_at": clock.shown(found.replied_at),
        "complaint_no": found.proposal.get("complaint_no"),
        "correction": found.correction,
        "letter": "ready" if found.letter else None,
    }


def _decided(one: dict[str, Any], language: str) -> dict[str, Any]:
    told = {"item_name": wording.item_name(one["item"], language)}
    return told | {n: one[n] for n in ("item", "old", "claimed", "decided") if n in one}


def next_instance(language: str) -> str:
    """Where to turn if the reply does not satisfy."""
    return texts.text("objections.next_instance", language)


def _is_told(facts: dict[str, Any]) -> bool:
    return facts["kind"] in TOLD or (facts["kind"] == "extension_decided" and facts["approve"])


def _step(case: Case, facts: dict[str, Any], language: str) -> dict[str, Any]:
    message = case.words(facts).get("message") if facts["kind"] in ("asked", "answered") else None
    return {
        "event": facts["kind"],
        "event_name": codes.name("objection_event", facts["kind"], language),
        "at": clock.shown(clock.parse(facts["at"])),
        "message": message,
    }


def _question(case: Case) -> str | None:
    wanted = case.objection.question
    asked = next((facts for facts in case.log if facts["event_id"] == wanted), None)
    return case.words(asked).get("message") if asked else None
