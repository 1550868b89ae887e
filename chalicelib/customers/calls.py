"""Calls to customers (电话联系): logged with outcome and next date in one request (L3, L4).

What a call taught is put where everybody finds it: a wrong number in the contacts, a person who
wants no calls with the messages too.
"""

from datetime import date, datetime
from typing import Any

from chalicelib import clock, codes, identifiers, sealing, texts
from chalicelib.contacts import service as contacts
from chalicelib.contacts.service import Contact
from chalicelib.customers import service
from chalicelib.errors import FieldError, InvalidInputError, OvertakenError
from chalicelib.leads import customers
from chalicelib.notifications import service as notifications
from chalicelib.policies.service import Record
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

ROUNDS = 4


def log(
    staff: Staff,
    scope: Scope,
    customer_id: str,
    told: dict[str, Any],
    language: str,
    at: datetime,
) -> tuple[dict[str, Any], Record]:
    """Adds a call; what is known of the customer then, and the policy that was spoken of.

    NotFoundError out of reach. Without a policy it is the one whose cover ends last. A call told
    twice within two minutes is one.
    """
    person, seen = service.reached(staff, scope, customer_id, at)
    record = _spoken_of(seen, told, language)
    marks = sealing.hashes(*person.identity)
    told = {**told, "policy_no": record.policy_no}
    before = customers.head(marks)
    silent = before.get("do_not_call", False) or told["outcome"] == "do_not_call"
    next_on = told.get("next_on")
    if next_on is not None and (silent or not _coming(next_on, at)):
        # Nobody plans to call somebody who does not want to be called.
        raise _broken("/next_on", "invalid", language)
    numbers = contacts.of_policy(record.policy_no, contacts.from_policy(dict(record.open())))
    if told["outcome"] == "wrong_number":
        phone = _wrong(numbers, told, language)
        row = {"policy_no": record.policy_no, "phone": phone}
        row["reported_on"] = clock.shanghai_day(at).isoformat()
        contacts.take([(row, f"staff:{staff.sub}")])
    if told["outcome"] == "do_not_call":
        for number in numbers:
            notifications.opt_out(number.phone, at)
    contact = customers.Told(staff.sub, told, record.phones, at)
    for _ in range(ROUNDS):
        facts = customers.log(marks, person.identity, contact)
        if facts is not None:
            return shown(facts, language), record
    raise OvertakenError


def shown(facts: dict[str, Any], language: str) -> dict[str, Any]:
    """What the last contact left, as staff see it."""
    return {
        "last_contact_at": clock.shown(clock.parse(facts["last_contact_at"])),
        "outcome": facts["last_outcome"],
        "outcome_name": codes.name("lead_outcome", facts["last_outcome"], language),
        "next_on": None if facts["do_not_call"] else facts.get("next_on"),
        "do_not_call": facts["do_not_call"],
    }


def _spoken_of(seen: list[Record], told: dict[str, Any], language: str) -> Record:
    if "policy_no" not in told:
        return seen[0]
    number = identifiers.policy_no(told["policy_no"])
    found = next((record for record in seen if record.policy_no == number), None)
    if found is None:
        raise _broken("/policy_no", "not-listed", language)
    return found


def _wrong(numbers: list[Contact], told: dict[str, Any], language: str) -> str:
    """The number that was found wrong: the one named, else the newest good one."""
    known = [number.phone for number in numbers]
    if "phone" in told:
        phone = identifiers.phone(told["phone"])
        if phone not in known:
            raise _broken("/phone", "not-listed", language)
        return phone
    good = [number.phone for number in numbers if number.wrong_since is None]
    if not good:
        raise _broken("/phone", "required", language)
    return good[0]


def _coming(day: str, at: datetime) -> bool:
    try:
        return date.fromisoformat(day) >= clock.shanghai_day(at)
    except ValueError:
        return False


def _broken(pointer: str, code: str, language: str) -> InvalidInputError:
    return InvalidInputError([FieldError(pointer, code, texts.text(f"field.{code}", language))])
