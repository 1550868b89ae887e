"""Which policies end when, and which of them have been renewed (续保): what expiry lists read."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from chalicelib import identifiers
from chalicelib.policies import service, store
from chalicelib.policies.items import CURRENT
from chalicelib.policies.model import Policy

COVERED = service.COVERED
CONTINUES = service.CONTINUES


class Expiring(NamedTuple):
    """An index entry: sortable, without personal data (`person` is a keyed hash)."""

    ends_on: str
    person: str
    policy_no: str
    """In its comparable form."""


def between(organisation: str, first: date, last: date) -> Iterator[Expiring]:
    """Policies of this very organisation whose last day lies in the days given, in no order."""
    for month, start, end in _months(first, last):
        for entry in store.expiring(organisation, month, start, end):
            ends_on, person, policy_no = entry
            # A month has few days and a list many entries: they share the text of a day.
            yield Expiring(sys.intern(ends_on), person, policy_no)


def of_agent(agent: str, first: date, last: date) -> Iterator[Expiring]:
    """An agent's policies (工号) likewise, whoever holds them, in the order of days."""
    for entry in store.coming(agent, first.isoformat(), last.isoformat()):
        if entry.sort_key == CURRENT and entry.person:
            yield Expiring(sys.intern(entry.on), entry.person, entry.policy_no)


def exist(organisation: str, first: date, last: date) -> bool:
    """Whether `between` would give any."""
    return any(
        store.any_expiring(organisation, month, start, end)
        for month, start, end in _months(first, last)
    )


def record(entry: Expiring) -> service.Record | None:
    """The current version with its parts, None in the moment in which the index lags behind."""
    return service.find(entry.policy_no)


def renewed(entries: Iterable[Expiring], policies: Mapping[str, Policy]) -> set[str]:
    """Those of the policies that go on in another one.

    A renewal names the policy as the one before it, or covers the same customer's same vehicle for
    the same kind of insurance from a later day on.
    """
    candidates = {
        entry: {
            *store.continuing(entry.policy_no),
            *(store.outlasting(entry.person, entry.ends_on) if _vehicle(entry, policies) else ()),
        }
        - {entry.policy_no}
        for entry in entries
    }
    numbers = {number for found in candidates.values() for number in found}
    items = store.currents(numbers, consistent=False).items() if numbers else ()
    later = {number: service.Record(item).open() for number, item in items}
    return {
        entry.policy_no
        for entry, numbers in candidates.items()
        if any(
            _continues(policies[entry.policy_no], later[number])
            for number in numbers
            if number in later
        )
    }


def _continues(policy: Policy, later: Policy) -> bool:
    if later["status"] not in CONTINUES:
        return False
    before = later.get("previous_policy_no")
    if before and identifiers.policy_no(before) == identifiers.policy_no(policy["policy_no"]):
        return True
    return (
        _same_insured(policy, later)
        and _same_vehicle(policy, later)
        and policy["line"] == later["line"]
        and policy.get("motor_kind") == later.get("motor_kind")
        and policy["starts_on"] < later["starts_on"]
        and policy["ends_on"] < later["ends_on"]
    )


def _same_insured(one: Policy, other: Policy) -> bool:
    mine, theirs = (
        identifiers.person(policy["insured_id_type"], policy["insured_id_no"])
        for policy in (one, other)
    )
    return mine == theirs


def _same_vehicle(one: Policy, other: Policy) -> bool:
    """By VIN where both policies have it, else by plate, which a new car may have inherited."""
    for mine, theirs in (
        (one.get("vin"), other.get("vin")),
        (one.get("plate_no"), other.get("plate_no")),
    ):
        if mine and theirs:
            return identifiers.serial_no(mine) == identifiers.serial_no(theirs)
    return False


def _vehicle(entry: Expiring, policies: Mapping[str, Policy]) -> bool:
    policy = policies[entry.policy_no]
    return bool(policy.get("vin") or policy.get("plate_no"))


def _months(first: date, last: date) -> Iterator[tuple[str, str, str]]:
    """`yyyy-mm` with the days of it that lie between first and last, as the index wants them."""
    month = first.replace(day=1)
    while month <= last:
        after = date(month.year + month.month // 12, month.month % 12 + 1, 1)
        day_31 = month.isoformat()[:8] + "31"  # text order: no day of the month comes after it
        yield (
            month.isoformat()[:7],
            max(first.isoformat(), month.isoformat()),
            min(last.isoformat(), day_31),
        )
        month = after
