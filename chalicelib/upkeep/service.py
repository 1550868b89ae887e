"""The rules of upkeep after 保监发〔2013〕82号: who calls whom, what follows, and until when.

A policy counts as complete once the core system's data lack none of the items; a call alone does
not make it so.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from chalicelib import clock, dated, identifiers, sealing, texts, validation
from chalicelib.contacts import service as contacts
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError, OvertakenError
from chalicelib.imports import identity
from chalicelib.policies import expiring
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff
from chalicelib.upkeep import store

OPEN, TO_CORRECT, DONE = "open", "to_correct", "done"
CONFIRMED, DATA_WRONG, UNREACHABLE = "confirmed", "data_wrong", "unreachable"
WRONG_NUMBER, NOT_POLICYHOLDER = "wrong_number", "not_policyholder"
_ABOUT_A_NUMBER = frozenset({WRONG_NUMBER, NOT_POLICYHOLDER})
READ = 2000
"""Policies of a month among which a sample is drawn at most; larger months come by days."""


def draw(staff: Staff, scope: Scope, asked: dict[str, Any], language: str, at: datetime) -> str:
    """Draws a sample of an organisation's policies with cover that end in a month; its number.

    The same asked for again by the same person on the same day is the same sample. Who sells cannot
    foresee it: the order is that of keyed hashes.
    """
    organisation = asked["organisation"]
    if scope.detail(organisation) is None:
        raise NotFoundError
    first = _month(asked["month"], language)
    last = date(first.year + first.month // 12, first.month % 12 + 1, 1) - timedelta(days=1)
    today = clock.shanghai_day(at)
    named = f"{organisation}/{first}/{asked['size']}/{today}/{staff.sub}"
    sample_no = sealing.keyed_hash("upkeep", named).partition(":")[2][:20]
    if store.of_sample(sample_no):
        return sample_no
    numbers = {e.policy_no for e in islice(expiring.between(organisation, first, last), READ)}
    order = sorted(numbers, key=lambda number: sealing.keyed_hash("upkeep", sample_no + number))
    records = policies.records(order[: asked["size"]])
    due_on = today + timedelta(days=_rule(today)["correction_days"])
    drawn = [
        store.DrawnItem(
            sample_no,
            record.policy_no,
            organisation=organisation,
            due_on=due_on.isoformat(),
            state=OPEN,
            facts={
                "drawn_on": today.isoformat(),
                "drawn_by": staff.sub,
                "agent": record.facts.get("agent"),
                "calls": [],
            },
        )
        for record in restrictions.unrestricted(records.values())
    ]
    if not drawn:
        raise NotFoundError
    store.add(drawn)
    return sample_no


def listed(staff: Staff, scope: Scope, sample_no: str, language: str) -> dict[str, Any]:
    """The call-back list of a sample, without the policies that the caller sold himself."""
    drawn = _reached(staff, scope, store.of_sample(sample_no))
    if not drawn:
        raise NotFoundError
    records = unrestricted(drawn)
    return {
        "sample_no": sample_no,
        "organisation": drawn[0].organisation,
        "drawn_on": drawn[0].facts["drawn_on"],
        "due_on": drawn[0].due_on,
        "question": texts.text("upkeep.question", language),
        "items": [_call(item, records[item.sk], language) for item in drawn if item.sk in records],
    }


def note(
    staff: Staff, scope: Scope, sample_no: str, told: dict[str, Any], language: str, at: datetime
) -> dict[str, Any]:
    """Puts the outcome of a call on record; a wrong number is marked and kept out of lists."""
    found = store.get(sample_no, identifiers.policy_no(told["policy_no"]))
    drawn = _reached(staff, scope, [found] if found else [])
    record = unrestricted(drawn).get(drawn[0].sk) if drawn else None
    if record is None:
        raise NotFoundError
    item, outcome = drawn[0], told["outcome"]
    if outcome == CONFIRMED and not told.get("is_policyholder"):
        raise _invalid("is_policyholder", language)
    today = clock.shanghai_day(at).isoformat()
    known = {one.phone for one in _numbers(record)}
    if outcome in _ABOUT_A_NUMBER:
        phone = told.get("phone", "")
        if phone not in known:
            raise _invalid("phone", language)
        wrong = {"policy_no": item.sk, "phone": phone, "reported_on": today, "reason": outcome}
        contacts.take([(wrong, f"upkeep:{sample_no}")])
    call = {"on": today, "by": staff.sub, "outcome": outcome}
    calls = item.facts["calls"]
    # Sent twice, it is one call; several wrong numbers of one policy are several facts of contacts.
    if call not in calls:
        missing = identity.missing_items(dict(record.open()))
        state = _state(outcome, missing, item.state)
        if not store.noted(item, state, {**item.facts, "calls": [*calls, call]}):
            raise OvertakenError
    standing = store.get(sample_no, item.sk) or item
    return _call(standing, record, language)


def _reached(staff: Staff, scope: Scope, items: Iterable[store.DrawnItem]) -> list[store.DrawnItem]:
    """What is within reach and was not sold by who asks: a list is never the seller's alone."""
    return [
        item
        for item in items
        if scope.detail(item.organisation) is not None and not staff.is_subject(item.facts["agent"])
    ]


def unrestricted(drawn: Iterable[store.DrawnItem]) -> dict[str, Record]:
    """The drawn policies by number, but for those of persons whose data may not be used."""
    found = policies.records({item.sk for item in drawn})
    return {record.policy_no: record for record in restrictions.unrestricted(found.values())}


def _call(item: store.DrawnItem, record: Record, language: str) -> dict[str, Any]:
    policy = record.open()
    properties = validation.load("imports/policies")["properties"]
    return {
        "policy_no": policy["policy_no"],
        "state": item.state,
        "policyholder": policy.get("policyholder_name") or policy["insured_name"],
        "phones": [
            {"phone": one.phone, "kind": one.kind, "source": one.source}
            for one in _numbers(record)
            if one.wrong_since is None
        ],
        "missing": [
            {
                "field": name,
                "label": properties[name]["x-header"] if language == texts.BASE else name,
            }
            for name in identity.missing_items(dict(policy))
        ],
        "calls": item.facts["calls"],
    }


def _numbers(record: Record) -> list[contacts.Contact]:
    known = contacts.from_policy(dict(record.open()))
    return contacts.of_policy(record.policy_no, known)


def _state(outcome: str, missing: list[str], before: str) -> str:
    if outcome == CONFIRMED:
        return TO_CORRECT if missing else DONE
    if outcome in (DATA_WRONG, NOT_POLICYHOLDER):
        return TO_CORRECT
    return before


def _month(text: str, language: str) -> date:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError as error:
        raise _invalid("month", language) from error


def _rule(day: date) -> dict[str, Any]:
    return dated.in_force("data/upkeep", day)


def _invalid(name: str, language: str) -> InvalidInputError:
    return InvalidInputError(
        [FieldError(f"/{name}", "invalid", texts.text("field.invalid", language))]
    )
