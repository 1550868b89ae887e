"""What a report becomes in the store: the claim, its first stop, its message, its answer."""

from datetime import date, datetime
from typing import Any

from chalicelib import clock, codes, texts
from chalicelib.claims import cases, events, losses, numbers, outgoing, repeats, store
from chalicelib.claims.reporters import Reporter, marks
from chalicelib.notifications import service as notifications
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record

CANDIDATES = 20
_OPEN = ("cause", "injured", "on_scene")
"""What of a report is nobody's business alone and may stand open."""


def filed(
    place: str,
    record: Record | None,
    named: Record | None,
    body: dict[str, Any],
    reporter: Reporter,
    key: str | None,
    known: store.ClaimItem | None,
    occurred_at: datetime,
    at: datetime,
) -> store.Report:
    """Everything that one transaction stores for a report.

    `record` is the policy of a verified one, `named` what the number of any other leads to.
    """
    claim_no = numbers.make(record.organisation if record else numbers.NOBODYS, at)
    verified = record is not None
    outside = record is not None and not _covered(record, occurred_at)
    language = reporter.language
    answer: dict[str, Any] = {
        "claim_no": claim_no,
        "reported_at": clock.shown(at),
        "status": "reported",
        "verified": verified,
        "notices": [
            {"code": code, "text": texts.text(f"claims.notice.{code}", language)}
            for code in (["outside-period"] if outside else [])
        ],
        **words("reported", language),
    }
    whose, told = belonging(body, record, named, occurred_at)
    facts = {
        "claim_no": claim_no,
        "verified": verified,
        "outside_period": outside,
        "reported_at": clock.stored(at),
        "occurred_at": clock.stored(occurred_at),
        "policy_no": record.facts["policy_no"] if record else body.get("policy_no"),
        "line": record.line if record else None,
        **told,
        "motor_kind": record.facts.get("motor_kind") if record else None,
        "partner": reporter.partner,
        "language": language,
        **{name: body[name] for name in _OPEN if name in body},
    }
    report_item = events.sealed(
        store.ClaimItem(
            place,
            f"claim/{claim_no}/report",
            facts=facts,
            reported_on=store.reported_on(clock.shanghai_day(at).isoformat(), claim_no),
        ),
        body,
    )
    event = events.happened(
        place,
        claim_no,
        {
            "kind": "stage",
            "stage": "reported",
            "reported_at": clock.stored(at),
            "occurred_at": clock.stored(occurred_at),
            **{name: body[name] for name in ("cause", "injured") if name in body},
        },
        {},
        at,
        at,
    )
    message = notifications.Message(
        "claim_reported", claim_no, body["reporter"]["phone"], language, {"claim_no": claim_no}
    )
    return store.Report(
        report_item,
        event,
        store.ClaimItem(
            f"claim/{claim_no}",
            "where",
            facts={"place": place, "phone": marks(body, reporter)[0], "answer": answer},
        ),
        losses.with_another(place, known, claim_no, body, reporter, occurred_at),
        None if key is None else repeats.remembered(key, reporter, body, answer, at),
        cases.item_of(_claim(claim_no, place, whose, report_item, event), at),
        outgoing.item(claim_no, place, at),
        [notifications.outbox_item(message, at)],
    )


def belonging(
    body: dict[str, Any], record: Record | None, named: Record | None, occurred_at: datetime
) -> tuple[Record | None, dict[str, Any]]:
    """Whose claim it is: `organisation` and, of a report that nobody verified, `candidates`.

    These are policies of the number or plate that was named, for staff alone: the answer, its time
    and tracking are the same whether there are any or not. The one that covered the loss decides
    which organisation's list the report stands in.
    """
    if record is not None:
        return record, {"organisation": record.organisation}
    if "policy_no" in body:
        found = [named] if named else []
    else:
        found = policies.of_plate(body["plate_no"], CANDIDATES)
    covering = [one for one in found if _covered(one, occurred_at)]
    first = next(iter([*covering, *found]), None)
    return first, {
        "organisation": first.organisation if first else None,
        "candidates": [
            {"policy_no": one.policy_no, "covers": one in covering, "line": one.line}
            for one in found
        ],
    }


def _claim(
    claim_no: str,
    place: str,
    record: Record | None,
    report: store.ClaimItem,
    event: store.ClaimItem,
) -> cases.Claim:
    policy_no = record.policy_no if record else None
    return cases.Claim(claim_no, place, policy_no, record, [events.Stop(event)], None, report)


def words(status: str, language: str) -> dict[str, Any]:
    """What the answer says in the caller's language."""
    steps = ("keep-number", "stay-reachable", "keep-proof")
    return {
        "status_name": codes.name("claim_stage", status, language),
        "next_steps": [
            {"code": code, "text": texts.text(f"claims.next.{code}", language)} for code in steps
        ],
    }


def _covered(record: Record, occurred_at: datetime) -> bool:
    """Whether the loss lies within the policy's period; 24:00 of the last day still counts."""
    starts = clock.start_of_day(date.fromisoformat(record.facts["starts_on"]))
    ends = clock.end_of_day(date.fromisoformat(record.facts["ends_on"]))
    return starts <= occurred_at <= ends
