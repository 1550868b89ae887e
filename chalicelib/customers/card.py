"""What a customer's card (客户资料) shows beside his policies: numbers, and every contact."""

from collections.abc import Sequence
from typing import Any

from chalicelib import clock, codes, masking, sealing
from chalicelib.contacts import service as contacts
from chalicelib.leads import customers
from chalicelib.policies.service import Record


def shown(
    identity: tuple[str, str], records: Sequence[Record], agent: str | None, language: str
) -> dict[str, Any]:
    """Numbers with their sources, in clear for the agent whose customer it is; the log, and what
    the last contact left."""
    own = {record.policy_no for record in records if agent and record.facts.get("agent") == agent}
    marks = sealing.hashes(*identity)
    head = customers.head(marks)
    return {
        "contacts": _numbers(records, own, language),
        "do_not_call": head.get("do_not_call", False),
        "marketing_consent": _consent(records),
        "next_on": head.get("next_on"),
        "log": [_event(event, language) for event in customers.history(marks)],
    }


def _numbers(records: Sequence[Record], own: set[str], language: str) -> list[dict[str, Any]]:
    """Every number of every policy, the good ones first; once, by its newest record."""
    known = {
        record.policy_no: list(contacts.from_policy(dict(record.open()))) for record in records
    }
    found: dict[str, dict[str, Any]] = {}
    for policy_no, numbers in contacts.of_policies(known).items():
        for one in numbers:
            entry = {
                "phone": one.phone if policy_no in own else masking.phone(one.phone),
                "kind": one.kind,
                "kind_name": codes.name("phone_kind", one.kind, language),
                "source": one.source,
                "source_name": codes.name("contact_source", one.source, language),
                "recorded_on": one.recorded_on,
                "wrong_since": one.wrong_since,
                "policy_no": policy_no,
            }
            before = found.get(one.phone)
            if before is None or before["recorded_on"] < one.recorded_on:
                found[one.phone] = entry
    listed = sorted(found.values(), key=lambda one: str(one["recorded_on"]), reverse=True)
    return sorted(listed, key=lambda one: one["wrong_since"] is not None)


def _consent(records: Sequence[Record]) -> bool | None:
    """What the customer last said about being called for sales: with the newest of his policies."""
    said = [
        (record.facts["issued_on"], consent)
        for record in records
        if (consent := record.open().get("marketing_consent")) is not None
    ]
    return max(said)[1] if said else None


def _event(event: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "at": clock.shown(clock.parse(event["at"])),
        "by": event["by"],
        "outcome": event["outcome"],
        "outcome_name": codes.name("lead_outcome", event["outcome"], language),
        "channel": event.get("channel"),
        "next_on": event.get("next_on"),
        "policy_no": event.get("policy_no"),
        "note": event["note"],
    }
