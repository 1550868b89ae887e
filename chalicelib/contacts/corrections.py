"""What staff tell of a policy's telephone numbers: a further one at once, a correction by two (S3).

Adding is single-handed. Overwriting a number, and taking back that one is wrong, wait for another
person; so does adding one that is marked wrong, which would take the mark back by itself.
"""

import re
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, identifiers, texts
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.contacts import service
from chalicelib.contacts.service import Contact
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

OVERWRITE, UNMARK = "overwrite_phone", "unmark_phone"
_PHONE = re.compile(r"\+?[0-9]{6,20}")


class Told(NamedTuple):
    """The policy as it is keyed, and the approval that is waited for, if any."""

    policy_no: str
    approval: Approval | None = None


def tell(
    staff: Staff, scope: Scope, policy_no: str, told: dict[str, Any], language: str, at: datetime
) -> Told:
    """Adds a number or asks for a correction; NotFoundError for a policy out of reach."""
    record = policies.find(policy_no)
    if record is None or not restrictions.unrestricted([record]):
        raise NotFoundError
    scope.require(record.organisation, record.facts.get("agent"))
    numbers = _numbers(record)
    phone = _phone(told, "phone", language)
    action = told.get("action", "add")
    if action == "unmark" or (action == "add" and _wrong(numbers, phone)):
        if not _wrong(numbers, phone):
            raise InvalidInputError([_broken("phone", language)])
        content = {"phone": phone, "wrong_since": numbers[phone].wrong_since}
        return Told(record.policy_no, _ask(staff, record, UNMARK, content, told, at))
    if action == "overwrite":
        old = _phone(told, "replaces", language)
        if old not in numbers or old == phone:
            raise InvalidInputError([_broken("replaces", language)])
        content = {**_row(told, phone, at), "replaces": old}
        return Told(record.policy_no, _ask(staff, record, OVERWRITE, content, told, at))
    row = {"policy_no": record.policy_no, **_row(told, phone, at)}
    service.take([(row, f"staff:{staff.sub}")])
    return Told(record.policy_no)


@approvals.performs(OVERWRITE, masked={"phone": "phone", "replaces": "phone"})
def _overwrite(approval: Approval) -> None:
    """The new number stands beside the old one, which is marked wrong: nothing is forgotten."""
    content = approval.content
    new = {n: content[n] for n in ("policy_no", "phone", "phone_kind", "source", "recorded_on")}
    old = {"policy_no": content["policy_no"], "phone": content["replaces"]}
    old |= {"reported_on": content["recorded_on"]}
    source = f"approval:{approval.approval_id}"
    service.take([(new, source), (old, source)])


@approvals.performs(UNMARK, masked={"phone": "phone"})
def _unmark(approval: Approval) -> None:
    """Takes back the reports that stood when it was asked for; a later one counts again."""
    content = approval.content
    row = {"policy_no": content["policy_no"], "phone": content["phone"]}
    source = f"approval:{approval.approval_id}"
    service.take([({**row, "taken_back": content["wrong_since"]}, source)])


def _ask(
    staff: Staff,
    record: Record,
    action: str,
    content: dict[str, Any],
    told: dict[str, Any],
    at: datetime,
) -> Approval:
    reason = told.get("reason")
    whole = {"policy_no": record.policy_no, **content, "reason": reason}
    return approvals.ask(staff, action, record.organisation, whole, at)


def _row(told: dict[str, Any], phone: str, at: datetime) -> dict[str, Any]:
    """A row of the import kind `contacts`, of today."""
    return {
        "phone": phone,
        "phone_kind": told["phone_kind"],
        "source": told["source"],
        "recorded_on": clock.shanghai_day(at).isoformat(),
    }


def _numbers(record: Record) -> dict[str, Contact]:
    known = service.from_policy(dict(record.open()))
    return {found.phone: found for found in service.of_policy(record.policy_no, known)}


def _wrong(numbers: dict[str, Contact], phone: str) -> bool:
    return phone in numbers and numbers[phone].wrong_since is not None


def _phone(told: dict[str, Any], name: str, language: str) -> str:
    phone = identifiers.phone(told[name])
    if not _PHONE.fullmatch(phone):
        raise InvalidInputError([_broken(name, language)])
    return phone


def _broken(name: str, language: str) -> FieldError:
    return FieldError(f"/{name}", "invalid", texts.text("field.invalid", language))
