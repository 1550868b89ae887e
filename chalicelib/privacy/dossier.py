"""Everything kept of a person, as JSON and as PDF, for the copy that he asked for (PIPL art. 45).

Other people in his policies are masked, internal notes left out. For the function that renders.
"""

import hashlib
import json
from datetime import datetime
from typing import Any, cast

from chalicelib import clock, codes, identifiers, masking, retention, sealing, texts, validation
from chalicelib.claims import events as web_reports
from chalicelib.claims.entries import Entry
from chalicelib.contacts import service as contacts
from chalicelib.documents import contents, numerals
from chalicelib.documents import service as documents
from chalicelib.errors import RenderError
from chalicelib.observability import logger
from chalicelib.policies import parts
from chalicelib.policies import service as policies
from chalicelib.policies.model import Policy
from chalicelib.policies.service import Record
from chalicelib.privacy import copies, store
from chalicelib.privacy.copies import FAILED, FORMATS, READY

LISTED = 100
REPLACED = 1000
"""Of one policy: what was replaced of its instalments, endorsements and stops of claims."""
LANGUAGE = texts.BASE
_INTERNAL = frozenset({"note"})
_KEPT = ("policy", "claim", "identity", "lead", "audit", "privacy_request")
_OTHERS = {"name": "name", "id_no": "id_no", "phone": "phone", "address": "address"}


def render(reference: str) -> None:
    """Makes the copy that a request waits for and notes it; a message may come twice."""
    item = store.get(f"requests/{reference[2:6]}", reference)
    wanted = item.facts.get("copy") if item else None
    if item is None or wanted is None or wanted["status"] == READY:
        return
    at = clock.parse(wanted["at"])
    content = collect(item.facts["policy_no"], reference, at)
    made: dict[str, Any] = {**wanted, "status": READY, "sha256": {}}
    try:
        files = {"json": _json(content), "pdf": pdf(content, reference, at)}
    except RenderError as error:
        logger.error("copy not made", request_no=reference, reason=error.detail)
        made, files = {**wanted, "status": FAILED}, {}
    for form, body in files.items():
        store.put_copy(copies.key(reference, form), body, FORMATS[form])
        made["sha256"][form] = hashlib.sha256(body).hexdigest()
    while not store.note(item, {**item.facts, "copy": made}):
        item = store.get(item.pk, item.sk) or item
    logger.info("copy noted", request_no=reference, status=made["status"])


def collect(policy_no: str, request_no: str, at: datetime) -> dict[str, Any]:
    """Everything that is kept of the insured of a policy, under the core system's field names."""
    record = policies.find(policy_no)
    person = record.open() if record else None
    mine = policies.of_marks(sealing.hashes(*record.identity()), LISTED) if record else []
    numbers = dict.fromkeys([one.policy_no for one in ([record] if record else []) + mine])
    return {
        "request_no": request_no,
        "made_at": clock.shown(at),
        "person": person
        and {
            "name": person["insured_name"],
            "id_type": person["insured_id_type"],
            "id_no": person["insured_id_no"],
        },
        "policies": [_policy(found) for number in numbers if (found := policies.find(number))],
        "kept": [{"kind": kind, **_rule(kind, at)} for kind in _KEPT],
    }


def pdf(content: dict[str, Any], request_no: str, at: datetime) -> bytes:
    """The same for reading; equal bytes for equal arguments, RenderError as any letter."""
    data = {
        "person": content["person"],
        "policies": [_printed(policy) for policy in content["policies"]],
        "kept": [
            (texts.text(f"privacy.kept.{rule['kind']}", LANGUAGE), _period(rule))
            for rule in content["kept"]
        ],
    }
    return documents.letter(
        __package__,
        "copy.html",
        data,
        title=texts.text("privacy.copy.title", LANGUAGE),
        number=request_no,
        day=clock.shanghai_day(at).isoformat(),
    )


def _policy(record: Record) -> dict[str, Any]:
    content = record.open()
    own = {
        name: value
        for name, value in content.items()
        if name not in ("document", "imported_at") and value not in (None, "")
    }
    known = contacts.from_policy(dict(content))
    stops: list[Entry] = [*record.parts("claim"), *web_reports.of_policy(record.policy_no)]
    return {
        "policy": _others_masked(own, record.identity()),
        "payments": [part.open() for part in record.parts("payment")],
        "endorsements": [part.open() for part in record.parts("endorsement")],
        "claims": [
            {name: value for name, value in stop.open().items() if name not in _INTERNAL}
            for stop in stops
        ],
        "replaced": [
            {
                "part": one.key,
                "until": clock.shown(clock.parse(one.by.stamp)),
                "values": {
                    name: value for name, value in one.values.items() if name not in _INTERNAL
                },
            }
            for one in parts.replaced(record.policy_no, REPLACED)
        ],
        "telephones": [one._asdict() for one in contacts.of_policy(record.policy_no, known)],
    }


def _others_masked(policy: dict[str, Any], person: tuple[str, str]) -> dict[str, Any]:
    """Policyholder, where he is not the insured, and beneficiary as a screen shows them."""
    holder = (policy.get("policyholder_id_type", ""), policy.get("policyholder_id_no", ""))
    same = bool(holder[1]) and identifiers.person(*holder) == person
    shown = dict(policy)
    if not same:
        for field, kind in _OTHERS.items():
            name = f"policyholder_{field}"
            if name in shown:
                shown[name] = masking.mask(kind, shown[name])
        for field in ("sex", "birth_date"):
            shown.pop(f"policyholder_{field}", None)
    if shown.get("beneficiary") not in (None, policy["insured_name"]):
        shown["beneficiary"] = masking.name(shown["beneficiary"])
    return shown


def _printed(found: dict[str, Any]) -> dict[str, Any]:
    """A policy as label and value, field by field in the order of the core system's file."""
    policy = found["policy"]
    label = codes.name("line", policy["line"], LANGUAGE)
    subject = cast(Policy, {"line": policy["line"], "subject": policy.get("subject", {})})
    return {
        "heading": f"{label} {policy['policy_no']}",
        "facts": _rows("policies", policy)
        + [(row.label, row.value) for row in contents.subject_rows(subject, LANGUAGE)],
        "covers": policy.get("covers", []),
        "parts": [
            (
                texts.text(f"privacy.copy.{kind}", LANGUAGE),
                [_rows(kind, one) for one in found[kind]],
            )
            for kind in ("payments", "endorsements", "claims")
            if found[kind]
        ],
        "telephones": [
            (
                one["phone"],
                codes.name("phone_kind", one["kind"], LANGUAGE),
                codes.name("contact_source", one["source"], LANGUAGE),
                one["recorded_on"],
            )
            for one in found["telephones"]
        ],
    }


def _rows(kind: str, content: dict[str, Any]) -> list[tuple[str, str]]:
    rules = validation.load(f"imports/{kind}")["properties"]
    return [
        (rule["x-header"], _value(rule, content[name]))
        for name, rule in rules.items()
        if name in content and name != "policy_no" and rule.get("x-kind") not in (None, "covers")
    ]


def _value(rule: dict[str, Any], value: Any) -> str:
    match rule["x-kind"]:
        case "money":
            return f"{numerals.amount(value)} 元"
        case "boolean":
            return texts.text("privacy.copy.yes" if value else "privacy.copy.no", LANGUAGE)
        case "code":
            return str(codes.name(rule["x-codes"], value, LANGUAGE) or value)
        case "instant":
            return clock.shown(clock.parse(value))[:16].replace("T", " ")
        case _:
            return str(value)


def _rule(kind: str, at: datetime) -> dict[str, Any]:
    rule = retention.period(kind, clock.shanghai_day(at))
    return {name: rule[name] for name in ("years", "days", "after", "reason") if name in rule}


def _period(rule: dict[str, Any]) -> str:
    unit = "years" if "years" in rule else "days"
    return texts.text(f"privacy.copy.{unit}", LANGUAGE, count=rule[unit])


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
