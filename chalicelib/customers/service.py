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
from chalicelib.customers import card
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
    name = identifiers.name(typed["name"])
    names = set(sealing.hashes("name", name))
    persons = _persons(typed["id_no"])
    found = [
        record
        for record in _of(persons)
        if not record.id_marks.isdisjoint(marks) and record.name_mark in names
    ]
    found += [record for record in policies.held(_marks(persons), LISTED) if _held(record, name)]
    # Complete credentials open whatever they fit, for who may look beyond his organisation.
    whose = _Whose(staff, scope, frozenset(_marks(persons)), scope.exact_detail())
    return _look(whose, found, language, at)


def get(staff: Staff, scope: Scope, customer_id: str, language: str, at: datetime) -> Look:
    """A customer by the id that a search gave; NotFoundError if nothing of him is in reach.

    Beyond one's organisation the id alone opens nothing: it carries proof of the person's own
    search on the same day.
    """
    whose, found = _by_id(staff, scope, customer_id, at)
    return _look(whose, found, language, at)


def reached(
    staff: Staff, scope: Scope, customer_id: str, at: datetime
) -> tuple["Person", list[Record]]:
    """The customer, and his policies within reach; NotFoundError for none."""
    whose, found = _by_id(staff, scope, customer_id, at)
    seen = [record for record, _ in _seen(whose, found)]
    return _person(whose, seen), seen


class Person(NamedTuple):
    """Who the customer is, in clear, and the mark that his id is made of."""

    mark: str
    name: str
    id_no: str
    identity: tuple[str, str]


class _Whose(NamedTuple):
    """Who looks, at the person of which marks, and how much he sees beyond his reach."""

    staff: Staff
    scope: Scope
    marks: frozenset[str]
    beyond: str | None


def _by_id(
    staff: Staff, scope: Scope, customer_id: str, at: datetime
) -> tuple[_Whose, list[Record]]:
    mark, _, proof = customer_id.partition(".")
    person = mark.replace("-", ":", 1)
    found = [*policies.of_person(person, LISTED), *policies.held([person], LISTED)] if mark else []
    proven = bool(proof) and proof in _proofs(staff, mark, at)
    beyond = scope.exact_detail() if proven else None
    return _Whose(staff, scope, frozenset({person}), beyond), found


def _seen(whose: _Whose, found: list[Record]) -> list[tuple[Record, str]]:
    detail = whose.scope.detail
    seen = [
        (record, shown)
        for record in restrictions.unrestricted(found)
        if (shown := detail(record.organisation, record.facts.get("agent")) or whose.beyond)
    ]
    if not seen:
        raise NotFoundError
    return seen


def _person(whose: _Whose, seen: list[Record]) -> Person:
    """The customer as the insured of a policy, or where he is none as a policyholder."""
    own = next((record for record in seen if record.person in whose.marks), None)
    record, role = (own, "insured") if own else (seen[0], "policyholder")
    content: dict[str, Any] = dict(record.open())
    id_no = content[f"{role}_id_no"]
    identity = identifiers.person(content[f"{role}_id_type"], id_no)
    mark = str(record.person if own else record.holder)
    return Person(mark, content[f"{role}_name"], id_no, identity)


def _look(whose: _Whose, found: list[Record], language: str, at: datetime) -> Look:
    seen = _seen(whose, found)
    person = _person(whose, [record for record, _ in seen])
    main = grouping.main([record for record, _ in seen])
    mark = person.mark.replace(":", "-", 1)
    proof = f".{_proofs(whose.staff, mark, at)[0]}" if whose.beyond else ""
    answer = {
        "customer_id": f"{mark}{proof}",
        "name": masking.name(person.name),
        "id_no": masking.id_no(person.id_no),
        "policies": [
            {
                **_listed(record, detail, language, at),
                "role": "insured" if record.person in whose.marks else "policyholder",
                "main": record.policy_no == main,
            }
            for record, detail in seen
        ],
    }
    whole = [record for record, detail in seen if detail == "transactions"]
    if whole:
        answer |= card.shown(person.identity, whole, whose.scope.own, language)
    listed = {name for policy in answer["policies"] for name in policy}
    fields = sorted(listed | answer.keys() - {"policies", "customer_id"})
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
        "beneficiary": _masked(record.open().get("beneficiary")),
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


def _held(record: Record, name: str) -> bool:
    return identifiers.name(record.open().get("policyholder_name", "")) == name


def _masked(name: str | None) -> str | None:
    return None if name is None else masking.name(name)


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
