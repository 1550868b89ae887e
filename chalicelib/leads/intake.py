"""Leads come in: stored first, once, whoever sends and however often; then an agent is found.

A lead that is stored is accepted: whatever keeps it from being assigned, it waits in the queue of
those without an agent, which the schedule `assign_leads` works off.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, sealing, texts
from chalicelib.errors import FieldError, InvalidInputError, OvertakenError
from chalicelib.leads import assessment, assignment, questionnaires, repeats, service, store
from chalicelib.leads.store import LeadItem
from chalicelib.limits import service as limits
from chalicelib.observability import logger

ROUNDS = 16
POINTER_KEPT = timedelta(days=365)


@dataclass(frozen=True)
class Visitor:
    """Who asks: the address (hashed), the language, the partner, the agents he knows already."""

    address: str
    language: str
    partner: str | None = None
    held: tuple[assignment.Held, ...] = ()
    """The policies that he proved to be his, those that end last first."""


def take(given: dict[str, Any], visitor: Visitor, key: str | None, at: datetime) -> dict[str, Any]:
    """The answer to a lead: number, manage token, recommendations, the agent if there is one.

    KeyReusedError for a key that came with another body; InvalidInputError for answers that do not
    fit the questionnaire or for words of consent that are not those of it.
    """
    challenge = given.get("challenge")
    body = {name: value for name, value in given.items() if name not in ("challenge", "partner")}
    rule, answers = _checked(body, visitor.language, at)
    counted = False
    for _ in range(ROUNDS):
        seen = _seen(body, visitor, key)
        if seen.key is not None:
            return _again(seen.key, visitor, body)
        if not counted:
            limits.count_lead(visitor.address, challenge, at)
            counted = True
        stored = _stored(body, rule, answers, visitor, key, seen, at)
        if stored is not None:
            lead, token = stored
            lead = _assigned(lead, visitor.held, at)
            return _answer(lead, token, rule, answers, visitor.language, at)
    raise OvertakenError


@dataclass(frozen=True)
class _Seen:
    """What stands there before a lead is stored: the key's record, the telephone's pointer."""

    key: LeadItem | None
    keys: list[str]
    pointers: dict[str, LeadItem]

    @property
    def pointer(self) -> LeadItem | None:
        return next((self.pointers[name] for name in self.keys if name in self.pointers), None)


def _seen(body: dict[str, Any], visitor: Visitor, key: str | None) -> _Seen:
    """Read in one go: a replay and a visit more are the exceptions, a new lead is the rule."""
    keys = service.people(body["contact"]["phone"])
    record = None if key is None else repeats.place("leads", visitor.address, key)
    wanted = [(name, "lead") for name in keys] + ([(record, "key")] if record else [])
    found = {one.pk: one for one in store.some(wanted)}
    return _Seen(found.pop(record, None) if record else None, keys, found)


def _checked(
    body: dict[str, Any], language: str, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The version that was answered, and the answers to what was asked."""
    rule = questionnaires.named(body["questionnaire"], clock.shanghai_day(at))
    if rule is None:
        raise _broken("/questionnaire", language)
    if body["consent"]["text_version"] != rule["consent"]["text_version"]:
        raise _broken("/consent/text_version", language)
    return rule, questionnaires.check(rule, body["answers"], language)


def _stored(
    body: dict[str, Any],
    rule: dict[str, Any],
    answers: dict[str, Any],
    visitor: Visitor,
    key: str | None,
    seen: _Seen,
    at: datetime,
) -> tuple[LeadItem, str] | None:
    """Lead and manage token once everything is stored; None if somebody else came first."""
    contact, token = body["contact"], secrets.token_urlsafe(24)
    pointer = seen.pointer
    known = _standing(pointer, at)
    lead_no = known.facts["lead_no"] if known else service.number()
    visit = _visit(lead_no, body, rule, answers, visitor, at)
    new = [visit]
    if key is not None:
        facts = {"lead_no": lead_no, "questionnaire": rule["version"]}
        place = repeats.place("leads", visitor.address, key)
        new.append(repeats.record(place, body, facts, {"token": token}, at))
    if known is not None:
        managed = [*known.facts["manage"], digest(token)]
        again = service.changed(known, visits=known.facts["visits"] + 1, manage=managed)
        return (again, token) if store.write(new, again) else None
    rules = assessment.rules(clock.shanghai_day(at))
    fits = assessment.fits(answers, rules)
    facts = {
        "source": "web",
        "line": next(iter(fits), "other"),
        "fits": {line: fit for line, (fit, _) in fits.items()},
        "region": contact["region"],
        "organisation": assignment.place(contact["region"]),
        "partner": visitor.partner,
        "questionnaire": rule["version"],
        "rules": rules["version"],
        "marketing": body["consent"].get("marketing", False),
        "manage": [digest(token)],
        "before": pointer.facts["lead_no"] if pointer else None,
        "hand_backs": 0,
    }
    person = {"name": contact["name"], "phone": contact["phone"]}
    item = service.made(lead_no, facts, person, at)
    new += [item, service.event(item, "received", at, "visitor", partner=visitor.partner)]
    stood = seen.pointers.get(seen.keys[0])
    if not store.write(new, pointer=(pointed(seen.keys[0], lead_no, stood, at), stood)):
        return None
    logger.info("lead received", lead_no=lead_no)
    return item, token


def pointed(key: str, lead_no: str, stood: LeadItem | None, at: datetime) -> LeadItem:
    """The pointer from a telephone to its lead, within the window of now."""
    until = at + timedelta(days=service.clocks(at)["window_days"])
    return LeadItem(
        key,
        "lead",
        facts={"lead_no": lead_no, "until": clock.stored(until)},
        revision=1 if stood is None else int(stood.revision or 0) + 1,
        expires_at=int((at + POINTER_KEPT).timestamp()),
    )


def _standing(pointer: LeadItem | None, at: datetime) -> LeadItem | None:
    """The lead that another visit within the window belongs to."""
    if pointer is None or pointer.facts["until"] <= clock.stored(at):
        return None
    found = service.find(pointer.facts["lead_no"])
    return found if found is not None and found.facts["status"] in service.OPEN else None


def _visit(
    lead_no: str,
    body: dict[str, Any],
    rule: dict[str, Any],
    answers: dict[str, Any],
    visitor: Visitor,
    at: datetime,
) -> LeadItem:
    """What was said, with the evidence of consent: which words, when, in which language."""
    item = LeadItem(f"lead/{lead_no}", f"visit/{clock.stored(at)}/{secrets.token_hex(4)}")
    consent = rule["consent"]
    words = consent["contact"].get(visitor.language, consent["contact"]["zh-CN"])
    item.facts = {
        "at": clock.stored(at),
        "questionnaire": rule["version"],
        "partner": visitor.partner,
        "language": visitor.language,
        "consent": {
            "contact": True,
            "marketing": body["consent"].get("marketing", False),
            "text_version": consent["text_version"],
            "text_sha256": hashlib.sha256(words.encode()).hexdigest(),
            "caller": sealing.keyed_hash("caller", visitor.address),
        },
    }
    item.sealed = service.seal(item, {"answers": answers, "contact": body["contact"]})
    return item


def _assigned(lead: LeadItem, held: Sequence[assignment.Held], at: datetime) -> LeadItem:
    """The lead with its agent; a failure is logged and left to the schedule, it is accepted."""
    try:
        return assignment.assign(lead, at, held=held)
    # A defect or an outage of the directory must not turn a visitor away whose lead is stored.
    except Exception:  # noqa: BLE001 - see above; it is logged, counted and tried again
        logger.exception("lead not assigned", lead_no=lead.facts["lead_no"])
        return lead


def _answer(
    lead: LeadItem,
    token: str,
    rule: dict[str, Any],
    answers: dict[str, Any],
    language: str,
    at: datetime,
) -> dict[str, Any]:
    rules = assessment.rules(clock.shanghai_day(at))
    return {
        "lead_no": lead.facts["lead_no"],
        "manage_token": token,
        **assessment.told(answers, rule, rules, language),
        "agent": service.agent(lead.facts.get("agent")),
        "contact_by": _due(lead),
    }


def _due(lead: LeadItem) -> str | None:
    due = lead.facts.get("first_contact_due_at")
    return due and clock.shown(clock.parse(due))


def _again(found: LeadItem, visitor: Visitor, body: dict[str, Any]) -> dict[str, Any]:
    """The answer that this key got before; KeyReusedError if that was for another body."""
    repeats.check(found, body)
    kept = service.unseal(found)
    rule = questionnaires.of_version(found.facts["questionnaire"])
    lead = service.find(found.facts["lead_no"])
    return _answer(
        lead or LeadItem(found.pk, found.sk, facts={"lead_no": found.facts["lead_no"]}),
        kept["token"],
        rule,
        questionnaires.check(rule, body["answers"], visitor.language),
        visitor.language,
        clock.parse(found.facts["at"]),
    )


def digest(token: str) -> str:
    """What is kept of a manage token: 192 bits of chance need no key."""
    return hashlib.sha256(token.encode()).hexdigest()


def _broken(pointer: str, language: str) -> InvalidInputError:
    detail = texts.text("field.invalid", language)
    return InvalidInputError([FieldError(pointer, "invalid", detail)])
