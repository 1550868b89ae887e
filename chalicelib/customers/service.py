"""Looking for one customer by exact ID number and name, within reach or, for a few roles, beyond.

A customer is the insured identity that policies share. His id is the keyed hash under which they
are found, so it changes when hash keys are exchanged; nothing of him can be read from it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, codes, identifiers, masking, sealing
from chalicelib.claims import events as reports
from chalicelib.claims import service as claims
from chalicelib.claims.entries import Entry
from chalicelib.errors import NotFoundError
from chalicelib.policies import grouping
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

LISTED = 100
"""Policies of one customer, those that end last first."""


_CLAIM = (
    *("claim_no", "status", "status_name", "reported_at", "occurred_at"),
    *("assessed_amount", "paid_amount", "closed_at"),
)


class Look(NamedTuple):
    """What was found: the answer, and the keys and fields that go on record."""

    answer: dict[str, Any]
    objects: list[str]
    fields: list[str]


def search(staff: Staff, scope: Scope, typed: dict[str, str], language: str, at: datetime) -> Look:
    """The one customer of exactly this ID number and name; NotFoundError if none is in reach."""
    marks = _marks(identifiers.id_keys(typed["id_no"]))
    names = set(sealing.hashes("name", identifiers.name(typed["name"])))
    found = [
        record
        for record in _of(_persons(typed["id_no"]))
        if not record.id_marks.isdisjoint(marks) and record.name_mark in names
    ]
    # Complete credentials open whatever they fit, for who may look beyond his organisation.
    return _look(staff, scope, found, scope.exact_detail(), language, at)


def get(staff: Staff, scope: Scope, customer_id: str, language: str, at: datetime) -> Look:
    """A customer by the id that a search gave; NotFoundError if nothing of him is in reach.

    Beyond one's organisation the id alone opens nothing: it carries proof of the person's own
    search on the same day.
    """
    mark, _, proof = customer_id.partition(".")
    found = policies.of_person(mark.replace("-", ":", 1), LISTED) if mark else []
    proven = bool(proof) and proof in _proofs(staff, mark, at)
    return _look(staff, scope, found, scope.exact_detail() if proven else None, language, at)


def _look(
    staff: Staff,
    scope: Scope,
    found: list[Record],
    beyond: str | None,
    language: str,
    at: datetime,
) -> Look:
    seen = [
        (record, detail)
        for record in restrictions.unrestricted(found)
        if (detail := scope.detail(record.organisation, record.facts.get("agent")) or beyond)
    ]
    if not seen:
        raise NotFoundError
    newest = seen[0][0].open()
    main = grouping.main([record for record, _ in seen])
    mark = str(seen[0][0].person).replace(":", "-", 1)
    answer = {
        "customer_id": f"{mark}.{_proofs(staff, mark, at)[0]}" if beyond else mark,
        "name": masking.name(newest["insured_name"]),
        "id_no": masking.id_no(newest["insured_id_no"]),
        "policies": [
            {**_listed(record, detail, language, at), "main": record.policy_no == main}
            for record, detail in seen
        ],
    }
    fields = sorted({name for policy in answer["policies"] for name in policy} | {"name", "id_no"})
    return Look(
        answer, [f"customers/{mark}", *(f"policies/{r.policy_no}" for r, _ in seen)], fields
    )


def _listed(record: Record, detail: str, language: str, at: datetime) -> dict[str, Any]:
    """A policy of the customer; with transactions also what was paid and what happened to it."""
    facts = record.facts
    summary = {
        "policy_no": facts["policy_no"],
        "detail": detail,
        "line": record.line,
        "line_name": codes.name("line", record.line, language),
        "product": facts.get("product"),
        "status": facts["status"],
        "status_name": codes.name("policy_status", facts["status"], language),
        "ends_on": facts["ends_on"],
        "organisation": record.organisation,
    }
    if detail != "transactions":
        return summary
    return {
        **summary,
        "issued_on": facts["issued_on"],
        "starts_on": facts["starts_on"],
        "agent": facts.get("agent"),
        "channel_type": facts.get("channel_type"),
        "premium": {"amount": facts["premium"], "currency": "CNY"},
        "paid_on": facts.get("paid_on"),
        **_transactions(record, language, at),
    }


def _transactions(record: Record, language: str, at: datetime) -> dict[str, Any]:
    """Instalments and claims: amounts and dates, nothing that names a person or a place."""
    # What was found by the person's mark comes without what stands beside the policy.
    whole = policies.find(record.policy_no) or record
    stops: list[Entry] = [*whole.parts("claim"), *reports.of_policy(record.policy_no)]
    told = claims.shown(stops, whole, "id", language, at)
    return {
        "payments": [
            {
                "instalment": part.facts.get("instalment"),
                **{name: part.facts.get(name) for name in ("due_on", "paid_on")},
                **{name: _money(part.facts.get(name)) for name in ("due_amount", "paid_amount")},
            }
            for part in whole.parts("payment")
        ],
        "claims": [{name: claim[name] for name in _CLAIM} for claim in told],
    }


def _money(fen: int | None) -> dict[str, Any] | None:
    return None if fen is None else {"amount": fen, "currency": "CNY"}


def _persons(id_no: str) -> set[tuple[str, str]]:
    """The identities under which policies with this ID number may be listed."""
    bare = identifiers.id_no(id_no)
    persons = {
        ("organisation" if kind == "organisation-within" else kind, value)
        for kind, value in identifiers.id_keys(id_no)
    }
    return persons | ({("organisation", bare[8:17])} if len(bare) == 18 else set())


def _of(persons: Iterable[tuple[str, str]]) -> list[Record]:
    found = [record for mark in _marks(persons) for record in policies.of_person(mark, LISTED)]
    return sorted(found, key=lambda record: str(record.facts["ends_on"]), reverse=True)


def _marks(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return sorted(mark for pair in pairs for mark in sealing.hashes(*pair))


def _proofs(staff: Staff, mark: str, at: datetime) -> list[str]:
    """What shows that this person searched for this customer on this day of Shanghai."""
    day = clock.shanghai_day(at).isoformat()
    made = sealing.hashes("customer-look", f"{staff.sub}/{day}/{mark}")
    return [proof.partition(":")[2] for proof in made]
