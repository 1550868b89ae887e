"""Answers: what a verified person sees of a policy, masked, in his language (Q5, Q6; contract)."""

import re
from datetime import date
from typing import Any

from chalicelib import clock, codes, languages, masking
from chalicelib.organisations import service as organisations
from chalicelib.policies.model import Policy
from chalicelib.policies.service import Record


def policy(found: Policy, record: Record, assurance: str, language: str) -> dict[str, Any]:
    """The `policy` block of the contract. The weak rule shows names masked and no ID number."""
    by_id = assurance == "id"
    return {
        "policy_no": found["policy_no"],
        "line": found["line"],
        "line_name": codes.name("line", found["line"], language),
        "motor_kind": found.get("motor_kind"),
        "motor_kind_name": codes.name("motor_kind", found.get("motor_kind"), language),
        "product": found.get("product"),
        "status": found["status"],
        "status_name": codes.name("policy_status", found["status"], language),
        "starts_at": clock.shown(clock.start_of_day(date.fromisoformat(found["starts_on"]))),
        "ends_at": clock.shown(clock.end_of_day(date.fromisoformat(found["ends_on"]))),
        "starts_on": found["starts_on"],
        "ends_on": found["ends_on"],
        "issued_on": found["issued_on"],
        "organisation": _organisation(found["organisation"]),
        "policyholder": {"name": _masked_name(found.get("policyholder_name"))},
        "insured": {
            "name": masking.name(found["insured_name"]),
            "id_no": masking.id_no(found["insured_id_no"]) if by_id else None,
        },
        "sum_insured": money(found.get("sum_insured")),
        "premium": money(found["premium"]),
        "covers": [
            {
                "name": cover["name"],
                "sum_insured": money(cover["sum_insured"]),
                "premium": money(cover["premium"]),
                "deductible": cover["deductible"],
            }
            for cover in found.get("covers", [])
        ],
        "payments": _payments(found, record) if by_id else [],
        "endorsements": _endorsements(record) if by_id else [],
        "subject": _subject(found, language) if by_id else {},
        "subject_names": _subject_names(found["line"], language),
        "channel": {
            "type": found.get("channel_type"),
            "type_name": codes.name("channel_type", found.get("channel_type"), language),
            "name": found.get("channel_name"),
            "code": found.get("channel_code"),
            "payment_method": found.get("payment_method"),
        },
        "handler": _handler(found.get("agent")),
        "special_agreements": _agreements(found.get("special_agreements")) if by_id else [],
        "document": {
            "available": found["document"]["status"] == "ready",
            "version": found["version"],
        },
    }


def unmasked(found: Policy) -> dict[str, str]:
    """The values that `policy` masks, by JSON pointer, as far as there are any."""
    own: dict[str, Any] = {**found, **found.get("subject", {})}
    masked = {
        "/policy/policyholder/name": found.get("policyholder_name"),
        "/policy/insured/name": found["insured_name"],
        "/policy/insured/id_no": found["insured_id_no"],
        **{
            f"/policy/subject/{rule['field']}": own.get(rule["field"])
            for rule in codes.line(found["line"])["subject"]
            if rule["masked"]
        },
    }
    return {pointer: str(value) for pointer, value in masked.items() if value is not None}


def listed(record: Record, language: str) -> dict[str, Any]:
    """A policy in the list of a person's own; nothing of it needs unsealing."""
    facts = record.facts
    return {
        "policy_no": facts["policy_no"],
        "line": facts["line"],
        "line_name": codes.name("line", facts["line"], language),
        "motor_kind": facts.get("motor_kind"),
        "motor_kind_name": codes.name("motor_kind", facts.get("motor_kind"), language),
        "product": facts.get("product"),
        "status": facts["status"],
        "status_name": codes.name("policy_status", facts["status"], language),
        "ends_on": facts["ends_on"],
        "handler": _handler(facts.get("agent")),
    }


def money(fen: int | None) -> dict[str, Any] | None:
    """An amount as the API shows it, None where there is none."""
    return None if fen is None else {"amount": fen, "currency": "CNY"}


def _organisation(code: str) -> dict[str, Any]:
    entry = organisations.entry("organisations", code)
    return {"code": code, "name": entry["name"] if entry else None}


def _handler(agent: str | None) -> dict[str, Any] | None:
    """The person to turn to (经手人) with a business telephone, there to be called."""
    entry = organisations.entry("agents", agent)
    return None if entry is None else {"name": entry["name"], "phone": entry.get("phone")}


def _payments(found: Policy, record: Record) -> list[dict[str, Any]]:
    """Instalments by their own file; without one the payment that the policy row tells of."""
    told = [part.open() for part in record.parts("payment")]
    if not told and "paid_on" in found:
        once = {"due_amount": found["premium"], "paid_amount": found["premium"]}
        told = [
            {
                **once,
                "instalment": 1,
                "paid_on": found["paid_on"],
                "method": found.get("payment_method"),
            }
        ]
    return [
        {
            "instalment": one["instalment"],
            "due_on": one.get("due_on"),
            "due_amount": money(one["due_amount"]),
            "paid_amount": money(one.get("paid_amount")),
            "paid_on": one.get("paid_on"),
            "method": one.get("method"),
            "receipt_no": one.get("receipt_no"),
        }
        for one in told
    ]


def _endorsements(record: Record) -> list[dict[str, Any]]:
    """Endorsements (批单) in the order of their effect."""
    told = [part.open() for part in record.parts("endorsement")]
    return [
        {
            "endorsement_no": one["endorsement_no"],
            "kind": one["kind"],
            "applied_on": one.get("applied_on"),
            "effective_on": one["effective_on"],
            "reason": one.get("reason"),
            "premium_change": money(one.get("premium_change")),
            "summary": one.get("summary"),
        }
        for one in sorted(told, key=lambda one: str(one["effective_on"]))
    ]


def _subject_names(line: str, language: str) -> dict[str, str]:
    """The label of every subject field of the line, in the order in which they are shown."""
    fields = codes.line(line)["subject"]
    return {rule["field"]: languages.label(rule["label"], language) for rule in fields}


def _subject(found: Policy, language: str) -> dict[str, Any]:
    """The subject of insurance by the line's own fields, masked where its file says so."""
    own: dict[str, Any] = {**found, **found.get("subject", {})}
    shown: dict[str, Any] = {}
    for rule in codes.line(found["line"])["subject"]:
        value = own.get(rule["field"])
        if value is None:
            continue
        shown[rule["field"]] = masking.number(str(value)) if rule["masked"] else value
        if value in rule.get("codes", {}):
            shown[f"{rule['field']}_name"] = languages.label(rule["codes"][value], language)
    return shown


def _agreements(text: str | None) -> list[str]:
    return [part.strip() for part in re.split(r"[\n;；]", text or "") if part.strip()]


def _masked_name(name: str | None) -> str | None:
    return None if name is None else masking.name(name)
