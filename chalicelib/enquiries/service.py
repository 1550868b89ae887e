"""The registers of appointments, complaints and consultations (L5), apart from objections.

An entry is stored with its confirmation in one transaction, once, whoever sends and however often.
Nothing that is answered tells whether a policy or an objection that it names exists.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, codes, days, identifiers, masking, sealing, texts
from chalicelib.claims import numbers
from chalicelib.enquiries import deadlines, moves, repeats, store
from chalicelib.errors import FieldError, InvalidInputError, OvertakenError
from chalicelib.limits import service as limits
from chalicelib.notifications import service as notifications
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record

APPOINTMENTS, COMPLAINTS = "appointments", "complaints"
SIGNS = {APPOINTMENTS: "YY", COMPLAINTS: "TS"}
"""What numbers of a register begin with: 预约, 投诉."""
AHEAD = timedelta(days=90)
"""How far ahead an appointment may lie."""
ROUNDS = 4
_OPEN = ("kind", "wanted_at")
"""What of a body may stand open; whatever people typed is sealed, into the wrong field too."""
_NAMED = ("policy_no", "objection_no", "respondent")

Sees = Callable[[str | None], str | None]
"""How much of an organisation's things the reader sees; None for nothing."""


class Sender(NamedTuple):
    """Who writes: the address (hashed only), the language, the Idempotency-Key if one came."""

    address: str
    language: str
    key: str | None


def appoint(given: dict[str, Any], sender: Sender, at: datetime) -> dict[str, Any]:
    """Takes an appointment for a call or a visit; InvalidInputError for a time that cannot be."""
    try:
        wanted = clock.parse(given["wanted_at"])
    except ValueError as error:
        raise InvalidInputError(
            [_broken("/wanted_at", "not-an-instant", sender.language)]
        ) from error
    if repeated := _repeated(APPOINTMENTS, given, sender):
        return repeated
    if not at < wanted <= at + AHEAD:
        raise InvalidInputError([_broken("/wanted_at", "invalid", sender.language)])
    if given["kind"] == "visit" and "branch" not in given:
        raise InvalidInputError([_broken("/branch", "required", sender.language)])
    made = {"kind": given["kind"], "wanted_at": clock.shown(wanted)}
    return _enter(APPOINTMENTS, "appointment_no", given, made, sender, at)


def complain(given: dict[str, Any], sender: Sender, at: datetime) -> dict[str, Any]:
    """Takes a complaint (`kind` left out) or a consultation, due by its rule."""
    if repeated := _repeated(COMPLAINTS, given, sender):
        return repeated
    kind = given.get("kind", "complaint")
    made = {"kind": kind, "due_at": clock.shown(deadlines.due_at(kind, at))}
    return _enter(COMPLAINTS, "complaint_no", given, made, sender, at)


def listed(
    register: str, year: int, page: Page, sees: Sees, language: str, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the year's entries that the reader may see, the newest first."""
    items = store.page(f"{register}/{year}", page.after, page.limit)
    after = items[-1].sk if len(items) == page.limit else None
    seen = [(item, sees(item.facts["organisation"])) for item in items]
    return [_shown(register, item, detail, language, at) for item, detail in seen if detail], after


def reseal(key: str, sort_key: str) -> bool:
    """Seals one entry anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    sealed: bytes | None = item.sealed if item else None
    if item is None or sealed is None or sealing.is_current("enquiries", sealed):
        return False
    written = sealing.unseal("enquiries", f"{key}/{sort_key}", sealed)
    return item.renew(sealing.seal("enquiries", f"{key}/{sort_key}", written))


def _repeated(register: str, given: dict[str, Any], sender: Sender) -> dict[str, Any] | None:
    if sender.key is None:
        return None
    return repeats.answered(register, sender.address, sender.key, _body(given))


def _enter(
    register: str,
    name: str,
    given: dict[str, Any],
    made: dict[str, Any],
    sender: Sender,
    at: datetime,
) -> dict[str, Any]:
    """The answer; the entry, its key and the confirmation are stored when it comes."""
    body = _body(given)
    record = policies.find(body.get("policy_no", policies.NOBODYS))
    organisation = _organisation(body, record, sender.language)
    phone = sealing.keyed_hash("phone", identifiers.phone(body["contact"]["phone"]))
    limits.count_report(sender.address, f"enquiry/{phone}", given.get("challenge"), at)
    for _ in range(ROUNDS):
        number = numbers.make(SIGNS[register], at)
        answer = {name: number, **made}
        day = clock.shanghai_day(at)
        partition, sort_key = f"{register}/{day.year}", f"{clock.stored(at)}/{number}"
        facts = {**answer, "organisation": organisation, "received_at": clock.stored(at)}
        entry = store.EnquiryItem(partition, sort_key, facts=facts)
        written = {field: value for field, value in body.items() if field not in _OPEN}
        entry.sealed = sealing.seal("enquiries", f"{partition}/{sort_key}", written)
        remembered = (
            [repeats.remembered(register, sender.address, sender.key, body, answer, at)]
            if sender.key
            else []
        )
        message = notifications.outbox_item(_message(register, answer, body, sender, number), at)
        if store.write([entry, *remembered], [message]):
            notifications.wake([message], at)
            logger.info("enquiry taken", register=register, number=number, kind=made["kind"])
            return answer
        # Somebody else with the same key came first, or chance gave a number twice.
        if repeated := _repeated(register, given, sender):
            return repeated
    raise OvertakenError


def _message(
    register: str, answer: dict[str, Any], body: dict[str, Any], sender: Sender, number: str
) -> notifications.Message:
    values = {"number": number}
    kind = "appointment_made"
    if register == COMPLAINTS:
        kind = f"{answer['kind']}_received"
        values["due_on"] = days.deadline(clock.parse(answer["due_at"]), sender.language)
    return notifications.Message(kind, number, body["contact"]["phone"], sender.language, values)


def _organisation(body: dict[str, Any], record: Record | None, language: str) -> str | None:
    """Whose list the entry stands in: the branch named, the policy's, else the head office's."""
    if "branch" in body:
        if not organisations.known("organisations", [body["branch"]]):
            raise InvalidInputError([_broken("/branch", "invalid", language)])
        return str(body["branch"])
    if record is not None:
        return record.organisation
    tops = sorted(code for code, above in organisations.parents().items() if above is None)
    return tops[0] if tops else None


def _shown(
    register: str, item: store.EnquiryItem, detail: str, language: str, at: datetime
) -> dict[str, Any]:
    facts, status = dict(item.facts), moves.status(register, item)
    facts.pop("moved_at", None)
    written = sealing.unseal("enquiries", f"{item.pk}/{item.sk}", item.sealed)
    contact = written["contact"]
    whole = detail == "transactions"
    due_at = facts.get("due_at")
    return {
        **facts,
        "kind_name": codes.name("enquiry_kind", facts["kind"], language),
        "received_at": clock.shown(clock.parse(facts["received_at"])),
        "status": status,
        "status_name": moves.status_name(status, language),
        "etag": moves.etag(item),
        **({} if due_at is None else {"overdue": _overdue(status, due_at, at)}),
        **{name: written[name] for name in _NAMED if whole and name in written},
        "contact": {
            "name": contact["name"] if whole else masking.name(contact["name"]),
            "phone": contact["phone"] if whole else None,
        },
        "text": (written.get("description") or written.get("subject")) if whole else None,
    }


def _overdue(status: str, due_at: str, at: datetime) -> bool:
    """Whether it should have been answered; what is answered or taken back is late no more."""
    return status in ("received", "accepted") and at >= clock.parse(due_at)


def _body(given: dict[str, Any]) -> dict[str, Any]:
    """What is said; a solved challenge is no part of it, the same comes again with one."""
    return {name: value for name, value in given.items() if name != "challenge"}


def _broken(pointer: str, code: str, language: str) -> FieldError:
    return FieldError(pointer, code, texts.text(f"field.{code}", language))
