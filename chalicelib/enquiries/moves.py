"""What staff do with appointments, complaints and consultations: moved on by dated data (L5).

A move changes the entry's status under its revision and adds an event; events stay, and what was
written in them is sealed. An answer is told by message that there is one, not what it says.
"""

import secrets
from datetime import date, datetime
from typing import Any

from chalicelib import clock, codes, dated, sealing, texts
from chalicelib.claims import numbers
from chalicelib.enquiries import store
from chalicelib.enquiries.store import EnquiryItem
from chalicelib.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
)
from chalicelib.notifications import service as notifications
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

_SEALED = ("note", "reply")


def move(
    register: str,
    number: str,
    told: dict[str, Any],
    staff: Staff,
    scope: Scope,
    expected: str | None,
    language: str,
    at: datetime,
) -> dict[str, Any]:
    """Moves an entry on; NotFoundError out of reach, OvertakenError for a move from elsewhere."""
    item = found(register, number)
    if item is None or scope.detail(item.facts["organisation"]) != "transactions":
        raise NotFoundError
    if expected is not None and expected not in ("*", etag(item)):
        raise PreconditionFailedError
    rule = _rule(register, at).get(told["action"])
    if rule is None:
        raise InvalidInputError([_broken("/action", "not-listed", language)])
    if status(register, item) not in rule["of"]:
        raise OvertakenError
    if rule.get("reply") and "reply" not in told:
        raise InvalidInputError([_broken("/reply", "required", language)])
    after = EnquiryItem(item.pk, item.sk, sealed=item.sealed, revision=_revision(item) + 1)
    after.facts = {**item.facts, "status": rule["to"], "moved_at": clock.stored(at)}
    event = _event(item, told, staff, at)
    messages = [_message(item, at)] if rule.get("reply") else []
    if not store.move(after, _revision(item), event, messages):
        raise PreconditionFailedError
    notifications.wake(messages, at)
    return {
        "status": rule["to"],
        "status_name": status_name(rule["to"], language),
        "etag": etag(after),
    }


def status(register: str, item: EnquiryItem) -> str:
    """Where the entry stands; one that nobody has moved is as it came."""
    first = "requested" if register == "appointments" else "received"
    return str(item.facts.get("status", first))


def status_name(code: str, language: str) -> str | None:
    """The status in words."""
    return codes.name("enquiry_status", code, language)


def history(number: str) -> list[dict[str, Any]]:
    """Everything that was done with an entry, the newest first, with what was written."""
    return [{**event.facts, **_unsealed(event)} for event in store.events(f"event/{number}")]


def found(register: str, number: str) -> EnquiryItem | None:
    """An entry by its number, which names its day; the day is read until the number comes."""
    known = numbers.read(number)
    if known is None:
        return None
    _, day, *_ = known.split("-")
    try:
        came = date.fromisoformat(f"20{day[:2]}-{day[2:4]}-{day[4:]}")
    except ValueError:
        return None
    first, last = clock.stored(clock.start_of_day(came)), clock.stored(clock.end_of_day(came))
    return store.of_day(f"{register}/{came.year}", first, last, known)


def etag(item: EnquiryItem) -> str:
    """What a move names in If-Match."""
    return f'"{_revision(item)}"'


def _rule(register: str, at: datetime) -> dict[str, Any]:
    held = dated.in_force("data/enquiry_moves", clock.shanghai_day(at))
    moves: dict[str, Any] = held["registers"][register]
    return moves


def _event(item: EnquiryItem, told: dict[str, Any], staff: Staff, at: datetime) -> EnquiryItem:
    number = item.sk.rpartition("/")[2]
    key = (f"event/{number}", f"{clock.stored(at)}/{secrets.token_hex(4)}")
    facts = {"action": told["action"], "at": clock.stored(at), "by": staff.sub}
    written = {name: told[name] for name in _SEALED if name in told}
    sealed = sealing.seal("enquiries", "/".join(key), written) if written else None
    return EnquiryItem(*key, facts=facts, sealed=sealed)


def _message(item: EnquiryItem, at: datetime) -> Any:
    written = sealing.unseal("enquiries", f"{item.pk}/{item.sk}", item.sealed)
    number = item.sk.rpartition("/")[2]
    phone, values = written["contact"]["phone"], {"number": number}
    message = notifications.Message("enquiry_answered", number, phone, texts.BASE, values)
    return notifications.outbox_item(message, at)


def _unsealed(item: EnquiryItem) -> dict[str, Any]:
    sealed: bytes | None = item.sealed
    return sealing.unseal("enquiries", f"{item.pk}/{item.sk}", sealed) if sealed else {}


def _revision(item: EnquiryItem) -> int:
    return int(item.revision or 0)


def _broken(pointer: str, code: str, language: str) -> FieldError:
    return FieldError(pointer, code, texts.text(f"field.{code}", language))
