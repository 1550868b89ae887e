"""Everything kept of a person, as JSON and as PDF, for the copy that he asked for (PIPL art. 45).

Other people in his policies are masked, staff and what they note for each other left out. For the
function that renders; `printing` makes the PDF.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from chalicelib import clock, codes, identifiers, masking, retention, sealing, texts
from chalicelib.attachments import service as attachments
from chalicelib.claims import events as web_reports
from chalicelib.claims.entries import Entry
from chalicelib.contacts import service as contacts
from chalicelib.errors import RenderError
from chalicelib.leads import customers
from chalicelib.objections import copies as objections
from chalicelib.observability import logger
from chalicelib.policies import parts
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.privacy import copies, printing, store
from chalicelib.privacy.copies import FAILED, READY

LISTED = 100
REPLACED = 1000
"""Of one policy: what was replaced of its instalments, endorsements and stops of claims."""
OBJECTIONS = 1000
_INTERNAL = frozenset({"note"})
_KEPT = (
    *("policy", "claim", "identity", "objection", "customer_contact"),
    *("lead", "audit", "privacy_request"),
)
_OTHERS = {"name": "name", "id_no": "id_no", "phone": "phone", "address": "address"}


def render(reference: str) -> None:
    """Makes the copy that a request waits for and notes it; a message may come twice."""
    item = store.get(f"requests/{reference[2:6]}", reference)
    wanted = item.facts.get("copy") if item else None
    if item is None or wanted is None or wanted["status"] == READY:
        return
    at = clock.parse(wanted["at"])
    policy_no, language = item.facts["policy_no"], item.facts.get("language", texts.BASE)
    content = collect(policy_no, reference, at)
    made: dict[str, Any] = {**wanted, "status": READY, "sha256": {}}
    try:
        files = {copies.JSON: _json(content), copies.PDF: printing.pdf(content, reference, at)}
        if language != texts.BASE:
            translated = collect(policy_no, reference, at, language)
            printed = printing.pdf(translated, reference, at, language)
            files[copies.translation(language)] = printed
    except RenderError as error:
        logger.error("copy not made", request_no=reference, reason=error.detail)
        made, files = {**wanted, "status": FAILED}, {}
    for name, body in files.items():
        store.put_copy(copies.key(reference, name), body, copies.form(name)[1])
        made["sha256"][name] = hashlib.sha256(body).hexdigest()
    while not store.note(item, {**item.facts, "copy": made}):
        item = store.get(item.pk, item.sk) or item
    logger.info("copy noted", request_no=reference, status=made["status"])


def collect(
    policy_no: str, request_no: str, at: datetime, language: str = texts.BASE
) -> dict[str, Any]:
    """Everything that is kept of the insured of a policy, under the core system's field names.

    Codes are named in the language.
    """
    record = policies.find(policy_no)
    person = record.open() if record else None
    identity = record.identity() if record else None
    marks = sealing.hashes(*identity) if identity else []
    mine = policies.of_marks(marks, LISTED) if marks else []
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
        "policies": [
            _policy(found, at, language) for number in numbers if (found := policies.find(number))
        ],
        "objections": objections.of(identity, language, at, OBJECTIONS) if identity else [],
        "contacts": [_call(event, language) for event in customers.history(marks)] if marks else [],
        "kept": [{"kind": kind, **_rule(kind, at)} for kind in _KEPT],
    }


def _policy(record: Record, at: datetime, language: str) -> dict[str, Any]:
    content = record.open()
    own = {
        name: value
        for name, value in content.items()
        if name not in ("document", "imported_at") and value not in (None, "")
    }
    known = contacts.from_policy(dict(content))
    reported = web_reports.of_policy(record.policy_no)
    stops: list[Entry] = [*record.parts("claim"), *reported]
    return {
        "policy": _others_masked(own, record.identity()),
        "payments": [part.open() for part in record.parts("payment")],
        "endorsements": [part.open() for part in record.parts("endorsement")],
        "claims": [
            {name: value for name, value in stop.open().items() if name not in _INTERNAL}
            for stop in stops
        ],
        "uploads": [
            {"claim_no": claim_no, **file}
            for claim_no in sorted({stop.facts["claim_no"] for stop in reported})
            for file in attachments.listed(claim_no, language, at)
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


def _call(event: dict[str, Any], language: str) -> dict[str, Any]:
    """A contact with the customer as he may read it: who spoke with him for us is left out."""
    return {
        "at": clock.shown(clock.parse(event["at"])),
        "channel": event.get("channel"),
        "outcome": event["outcome"],
        "outcome_name": codes.name("lead_outcome", event["outcome"], language),
        "next_on": event.get("next_on"),
        "policy_no": event.get("policy_no"),
        "note": event["note"],
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


def _rule(kind: str, at: datetime) -> dict[str, Any]:
    rule = retention.period(kind, clock.shanghai_day(at))
    return {name: rule[name] for name in ("years", "days", "after", "reason") if name in rule}


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=2).encode()
