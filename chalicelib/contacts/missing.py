"""Customers whose policies were issued and paid without a number (承保后联系信息录入), per outlet.

A customer stands in the list once, with his first policy, whoever issued the others; once a good
number is known with any of them nobody asks him again.
"""

from collections.abc import Iterator
from typing import Any

from chalicelib import codes, masking, sealing
from chalicelib.contacts import service
from chalicelib.pages import Page
from chalicelib.policies import parts
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.staff.access import Scope

BATCH = 25
PERSONS = 100
"""Policies of a customer that are looked through for a number."""
LOOKED_AT = 200
"""Policies looked at for a page: those that have a number by now leave the index at night."""


def listed(
    scope: Scope, page: Page, organisation: str | None, language: str
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of customers within reach, those whose cover ends first first in each outlet."""
    shown: list[dict[str, Any]] = []
    place: str | None = None
    for looked_at, (place, record) in enumerate(_waiting(scope, page.after, organisation), 1):
        entry = _entry(record, scope, language)
        if entry is not None:
            shown.append(entry)
        if len(shown) == page.limit or looked_at == LOOKED_AT:
            return shown, place
    return shown, None


def _waiting(
    scope: Scope, after: str | None, organisation: str | None
) -> Iterator[tuple[str, Record]]:
    """Policies with their places, organisation after organisation."""
    whose, _, start = (after or "").partition("|")
    for code in sorted(scope.organisations):
        if code < whose or organisation not in (None, code):
            continue
        last = start if code == whose else None
        while found := policies.unreached(code, last or None, BATCH):
            last = policies.place_key(found[-1])
            for record in restrictions.unrestricted(found):
                yield f"{code}|{policies.place_key(record)}", record


def _entry(record: Record, scope: Scope, language: str) -> dict[str, Any] | None:
    """None for who is listed with another policy, or has a number, or has not paid."""
    marks = sealing.hashes(*record.identity())
    own = policies.of_marks(marks, PERSONS)
    listed = [one for one in own if one.unreached in scope.organisations]
    first = min(listed, key=_order, default=None)
    if first is None or first.policy_no != record.policy_no or not _paid(record):
        return None
    known = {one.policy_no: list(service.from_policy(dict(one.open()))) for one in own}
    numbers = service.of_policies(known)
    if any(one.wrong_since is None for found in numbers.values() for one in found):
        return None
    facts = record.facts
    return {
        "policy_no": facts["policy_no"],
        "policies": len(listed),
        "line": record.line,
        "line_name": codes.name("line", record.line, language),
        "issued_on": facts["issued_on"],
        "ends_on": facts["ends_on"],
        "organisation": record.organisation,
        "name": masking.name(record.open()["insured_name"]),
    }


def _order(record: Record) -> tuple[str, str]:
    return str(record.unreached), policies.place_key(record)


def _paid(record: Record) -> bool:
    """Whether the policy says so, or any of its instalments does."""
    if "paid_on" in record.facts:
        return True
    instalments = parts.standing(record.policy_no, "payment")
    return any({"paid_on", "paid_amount"} & part.facts.keys() for part in instalments)
