"""Filing an objection (提出异议): against an item of the answer just seen, as it stands now.

What was shown is made again from policy and claims, in the words that the caller saw; nothing of
it is taken from him.
"""

import secrets
from datetime import datetime
from typing import Any

from chalicelib import clock, texts
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError, OvertakenError
from chalicelib.limits import service as limits
from chalicelib.notifications import service as notifications
from chalicelib.objections import (
    cases,
    clocks,
    folding,
    items,
    numbers,
    officers,
    persons,
    posts,
    register,
    repeats,
    store,
)
from chalicelib.observability import logger
from chalicelib.queries import service as queries
from chalicelib.tokens import QueryToken

ROUTE = "objections"


def file(
    body: dict[str, Any], token: QueryToken, key: str | None, language: str, at: datetime
) -> dict[str, Any]:
    """`{"objection_no", "due_at", …}`; the same again for a key that came before.

    NotFoundError for another's query, InvalidInputError for a pointer to nothing,
    TooManyObjectionsError for one too many of a query or a person.
    """
    if not secrets.compare_digest(token.query_id.encode(), body["query_id"].encode()):
        raise NotFoundError
    counted = False
    for _ in range(cases.ROUNDS):
        answered = repeats.answered(ROUTE, key, token, body)
        if answered is not None:
            return answered
        written = _written(body, token, key, language, at)
        if not counted:
            limits.count_objection(token.query_id, token.person, at)
            counted = True
        case, events, messages, answer, remembered = written
        words = [event.words for event in events if event.words is not None]
        if store.change(case, [event.entry for event in events], words, messages, remembered):
            notifications.wake(messages, at)
            logger.info("objection filed", objection_no=answer["objection_no"])
            return answer
    raise OvertakenError


def _written(
    body: dict[str, Any], token: QueryToken, key: str | None, language: str, at: datetime
) -> tuple[store.CaseItem, list[register.Event], list[Any], dict[str, Any], Any]:
    seen = queries.again(token, language, at)
    shown = items.value(seen.answer, body["item"])
    if shown is items.MISSING:
        detail = texts.text("field.not-in-answer", language)
        raise InvalidInputError([FieldError("/item", "not-in-answer", detail)])
    number = numbers.make(at)
    violation = bool(body.get("violation"))
    record = seen.record
    handled_at = officers.handling(record.organisation, violation=violation)
    officer = posts.serving(handled_at, at)
    facts = {
        "item": body["item"],
        "subject": items.subject(body["item"], clock.shanghai_day(at)),
        "violation": violation,
        "complexity": "complex" if violation else "general",
        "line": record.line,
        "organisation": record.organisation,
        "handled_at": handled_at,
        "handler": officer and officer.subject,
        "cause": officer and officer.cause,
        "channel_type": record.facts.get("channel_type"),
        "agent": record.facts.get("agent"),
        "query_id": token.query_id,
        "channel": seen.attempt.get("channel"),
        "partner": seen.attempt.get("partner"),
        "assurance": token.assurance,
        "language": language,
    }
    words = {
        "shown": shown,
        "claimed": body["claimed"],
        "description": body["description"],
        "evidence": body.get("evidence"),
        "phone": body["phone"],
        # Who it was, to show it to nobody else should the policy change hands.
        "insured": list(record.identity()),
        "claim_no": _claim_no(seen.answer, body["item"]),
        "entry": items.entry(seen.answer, body["item"]),
    }
    filed = register.event(number, "filed", facts, words, seq=0, by=None, at=at)
    found = folding.fold([register.read(filed.entry)])
    key_of = [[filed.entry.pk, filed.entry.sk]]
    whose = {"policy_no": record.policy_no, "person": persons.mark(words)}
    case = cases.item_of(found, whose, key_of, 1, at)
    answer = {
        "objection_no": number,
        "due_at": clock.shown(clocks.due(found)),
        "status": found.status,
        "subject": facts["subject"],
    }
    message = notifications.Message(
        "objection_received", number, body["phone"], language, {"objection_no": number}
    )
    remembered = None if key is None else repeats.remembered(ROUTE, key, token, body, answer, at)
    told = posts.messages("objection_assigned", number, 0, officer, at)
    messages = [notifications.outbox_item(message, at), *told]
    return case, [filed], messages, answer, remembered


def _claim_no(answer: dict[str, Any], pointer: str) -> str | None:
    """The claim that an item belongs to: places in the answer change, its number does not."""
    parts = items.parts(pointer)
    if len(parts) < 2 or parts[0] != "claims":
        return None
    found = items.value(answer, f"/claims/{parts[1]}/claim_no")
    return None if found is items.MISSING else str(found)
