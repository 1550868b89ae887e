"""A generated portfolio in the tables, and lists of it computed slowly, by reading every policy."""

from datetime import UTC, date, datetime
from typing import Any

from chalicelib.imports import rows
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from infra.generator import portfolio

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
TODAY = date(2026, 11, 21)
UNITS = ("44010301", "44010401", "44030301")
PROVINCES = ("10", "11", "44")
"""What of the tree is there: the head office, a province without policies, and that of the units.
Every organisation costs queries in every run."""


def load(seed: int, count: int) -> list[dict[str, Any]]:
    """Imports organisations, agents and policies; the policies as the import reads them."""
    drawn = portfolio(seed, count, today=TODAY)
    for kind in ("organisations", "agents"):
        found = [rows.read(kind, dict(row), TODAY).row for row in drawn.rows(kind)]
        place = {"organisations": "code", "agents": "organisation"}[kind]
        kept = [row for row in found if row[place].startswith(PROVINCES)]
        organisations.take(kind, [(row, "generated") for row in kept])
    read = [rows.read("policies", dict(row), TODAY) for row in drawn.policies]
    # Three units only, below two branches: every list costs three files.
    good = [
        {**entry.row, "organisation": UNITS[place % len(UNITS)]}
        for place, entry in enumerate(read)
        if not entry.errors
    ]
    store(good)
    return good


def store(found: list[dict[str, Any]], source: str = "generated") -> list[str]:
    """The outcomes of policies given as rows."""
    named = [policies.Row(row, f"{source}#{place}") for place, row in enumerate(found)]
    return [outcome.outcome for outcome in policies.take(named, AT)]


def within(organisation: str) -> set[str]:
    """The organisation and all below, by asking each one who is above it."""
    parents = organisations.parents()

    def belongs(code: str | None) -> bool:
        return code is not None and (code == organisation or belongs(parents.get(code)))

    return {code for code in parents if belongs(code)}


def slowly(
    everything: list[dict[str, Any]], organisation: str, first: date, last: date
) -> tuple[set[str], int]:
    """Policy numbers that must stand in the list, and how many renewed ones are left out."""
    units = within(organisation)
    ending = [
        policy
        for policy in everything
        if policy["organisation"] in units
        and first <= date.fromisoformat(policy["ends_on"]) <= last
        and policy["status"] in ("in_force", "suspended")
    ]
    gone = [policy for policy in ending if any(_renews(other, policy) for other in everything)]
    listed = {policy["policy_no"] for policy in ending if policy not in gone}
    return listed, len(gone)


def _renews(other: dict[str, Any], policy: dict[str, Any]) -> bool:
    if other["status"] in ("cancelled", "terminated"):
        return False
    if other.get("previous_policy_no") == policy["policy_no"]:
        return True
    vehicle = "vin" if policy.get("vin") and other.get("vin") else "plate_no"
    same = ("line", "motor_kind", "insured_id_no", vehicle)
    return (
        bool(policy.get(vehicle))
        and all(other.get(name) == policy.get(name) for name in same)
        and other["starts_on"] > policy["starts_on"]
        and other["ends_on"] > policy["ends_on"]
    )
