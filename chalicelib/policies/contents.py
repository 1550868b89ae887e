"""What a version of a policy holds: what is sealed, and the marks and days that it is found by."""

from collections.abc import Iterator
from functools import cache
from typing import Any, cast

from chalicelib import identifiers, sealing, validation
from chalicelib.policies import store
from chalicelib.policies.items import PolicyItem
from chalicelib.policies.model import Policy

COVERED = frozenset({"in_force", "suspended"})
"""Statuses of policies that can still expire (contract, Files out)."""
CONTINUES = frozenset({"pending", "in_force", "suspended", "expired"})
"""Statuses in which a later policy counts as a renewal; a cancelled one leaves the gap open."""
PHONES = ("mobile", "home_phone", "office_phone")


def sealed(policy: dict[str, Any]) -> bytes:
    sealed = sealed_fields()
    hidden = {name: value for name, value in policy.items() if name in sealed}
    place = f"{identifiers.policy_no(policy['policy_no'])}/{policy['version']}"
    return sealing.seal("policies", place, hidden)


def marks(policy: dict[str, Any], *, current: bool) -> dict[str, Any]:
    """What the policy is found and opened by; only a current one is listed with its person."""
    marks = identifiers.id_marks(policy["insured_id_type"], policy["insured_id_no"])
    person = identifiers.person(policy["insured_id_type"], policy["insured_id_no"])
    serial, plate = policy.get("serial_no"), policy.get("plate_no")
    phones = {policy[field] for field in PHONES if field in policy} if current else ()
    return {
        "id_marks": {sealing.keyed_hash(*mark) for mark in marks},
        "name_mark": sealing.keyed_hash("name", identifiers.name(policy["insured_name"])),
        "serial_mark": serial and sealing.keyed_hash("serial", identifiers.serial_no(serial)),
        "person": sealing.keyed_hash(*person) if current else None,
        "plate": sealing.keyed_hash("plate", identifiers.plate_no(plate))
        if plate and current
        else None,
        "holder": _holder_mark(policy, person) if current else None,
        "phones": {sealing.keyed_hash("phone", phone) for phone in phones} or None,
        "day": birthday_mark(birthday) if current and (birthday := _birthday(policy)) else None,
    }


def birthday_mark(month_and_day: str) -> str:
    """Under what birthdays of a day (`MM-DD`) stand: whoever reads the table learns no date."""
    return sealing.keyed_hash("birthday", month_and_day)


def _birthday(policy: dict[str, Any]) -> str | None:
    """`MM-DD` of an insured person with cover; organisations have none."""
    born = policy.get("insured_birth_date")
    if policy["insured_id_type"] == "resident_id" and not born:
        found = identifiers.birth_date(identifiers.id_no(policy["insured_id_no"]))
        born = found and found.isoformat()
    return born[5:] if born and policy["status"] in COVERED else None


def _holder_mark(policy: dict[str, Any], insured: tuple[str, str]) -> str | None:
    """The policyholder's mark where somebody else is insured."""
    kind, number = policy.get("policyholder_id_type"), policy.get("policyholder_id_no")
    holder = identifiers.person(kind, number) if kind and number else insured
    return None if holder == insured else sealing.keyed_hash(*holder)


def marks_of(item: PolicyItem) -> Iterator[str]:
    yield from item.id_marks
    yield from item.phones or ()
    one = (item.name_mark, item.serial_mark, item.person, item.plate, item.holder, item.day)
    yield from (mark for mark in one if mark)


def expiry_keys(policy: dict[str, Any]) -> dict[str, Any]:
    """Where expiry lists find a current version: by its last day, and as a renewal."""
    number = identifiers.policy_no(policy["policy_no"])
    before = identifiers.policy_no(policy.get("previous_policy_no", ""))
    covered = policy["status"] in COVERED
    return {
        "expiry": store.expiry(policy["organisation"], policy["ends_on"], number)
        if covered
        else None,
        "renews": before or None,
    }


def agenda_keys(policy: dict[str, Any]) -> dict[str, Any]:
    """Where an agent's day and an outlet's list find a current version with cover."""
    if policy["status"] not in COVERED:
        return {}
    agent = policy.get("agent")
    reached = any(field in policy for field in PHONES)
    return {
        "agenda": agent,
        "agenda_on": agent and policy["ends_on"],
        "whose": f"{agent or ''}/{identifiers.policy_no(policy['policy_no'])}",
        "unreached": None if reached else policy["organisation"],
    }


def content_of(item: PolicyItem) -> dict[str, Any]:
    """What the core system said of the version: facts and personal data together."""
    hidden = sealing.unseal("policies", f"{item.pk}/{int(item.version)}", item.sealed)
    return {**item.facts, **hidden}


def policy_of(item: PolicyItem) -> Policy:
    content = {**content_of(item), "imported_at": item.imported_at, "document": item.document}
    return cast(Policy, content)


@cache
def sealed_fields() -> frozenset[str]:
    """Fields that the schema of the import row marks as personal, and the lines' masked ones."""
    properties = validation.load("imports/policies")["properties"]
    return frozenset(name for name, rule in properties.items() if rule.get("x-sealed")) | {
        "subject"
        # Subject blocks hold addresses, insured lists and accounts: sealed as a whole.
    }
