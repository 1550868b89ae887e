"""What is known of a policy's claims, from the stops that files or reports brought (C4).

A stop is a part of its policy under `claim/<claim>/<seq>`: the query of the policy brings them all.
Stops are added, each with a number of its own; a row that comes again corrects its stop.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from chalicelib import clock, codes, identifiers, languages
from chalicelib.claims import cases, entries, folding, gathering, promises, stages
from chalicelib.claims.entries import Entry
from chalicelib.claims.folding import Case
from chalicelib.claims.promises import Terms
from chalicelib.claims.stages import CLOSING
from chalicelib.policies import parts
from chalicelib.policies.service import Record

KIND = entries.KIND


def take(rows: Sequence[tuple[dict[str, Any], str]], at: datetime) -> list[str]:
    """Stores stops given as (row of the import kind `claims`, source); an outcome each.

    What they make of each claim follows; a replay after a failure between the two makes it up.
    """
    outcomes = parts.take(
        [
            parts.Row(
                "claims",
                row["policy_no"],
                key(row).partition("/")[2],
                row,
                source,
            )
            for row, source in rows
        ],
        at,
    )
    gathering.settle((row for row, _ in rows), at)
    return outcomes


def key(row: dict[str, Any]) -> str:
    """The place of a stop: comparable policy number, `claim`, claim, number of the stop."""
    policy_no, claim_no = (identifiers.policy_no(row[name]) for name in ("policy_no", "claim_no"))
    return f"{policy_no}/{KIND}/{claim_no}/{row['seq']:06d}"


def shown(
    stops: Iterable[Entry], record: Record | None, assurance: str, language: str, at: datetime
) -> list[dict[str, Any]]:
    """The `claims` of an answer, the latest reported first; the weak rule shows stages alone."""
    by_id = assurance == "id"
    terms = Terms.of(record)
    claims = [
        _claim(name, entries.folded(group, opened=by_id), terms, by_id, language, at)
        for name, group in joined(stops).items()
    ]
    return sorted(claims, key=lambda claim: claim["timeline"][0]["arrived_at"], reverse=True)


def reported_and_paid(stops: Iterable[parts.Part]) -> tuple[int, int]:
    """How many claims the stops belong to, withdrawn ones too, and what was paid in all, in fen."""
    reported = paid = 0
    for _, group in groupby(stops, lambda stop: stop.key.rpartition("/")[0]):
        amounts = [amount for stop in group if (amount := stop.facts.get("paid_amount"))]
        reported += 1
        paid += amounts[-1] if amounts else 0
    return reported, paid


def view(claim: cases.Claim, *, by_id: bool, language: str, at: datetime) -> dict[str, Any]:
    """One claim as its customer is shown it."""
    case = claim.fold(opened=by_id)
    # The policy that an unverified report names may be anybody's: its line says something of it.
    terms = claim.terms if claim.verified else Terms()
    return _claim(claim.claim_no, case, terms, by_id, language, at)


def joined(stops: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Stops by claim; a report of ours and the core system's claim, any of whose rows names it
    (`report_no`), are one."""
    log = list(stops)
    reports = entries.names(log)
    claims: dict[str, list[Entry]] = {}
    for stop in log:
        own = str(stop.facts["claim_no"])
        claims.setdefault(reports.get(entries.number(own), own), []).append(stop)
    return claims


def last_closed_on(stops: Iterable[parts.Part]) -> date | None:
    """The Shanghai day of the latest closure; `date.max` while a claim is open, None without any.

    Reads open facts only, so that it may run before anybody is verified.
    """
    newest: date | None = None
    for _, group in groupby(stops, lambda stop: stop.key.rpartition("/")[0]):
        *_, last = group
        if last.facts["stage"] not in CLOSING:
            return date.max
        day = clock.shanghai_day(clock.parse(last.facts["at"]))
        newest = day if newest is None else max(newest, day)
    return newest


def _claim(
    claim_no: str, case: Case, terms: Terms, by_id: bool, language: str, at: datetime
) -> dict[str, Any]:
    known, last = case.known, case.stops[-1]
    machine = stages.machine(terms.line, case.began_on)
    promised = promises.due(case, terms)
    words, wanted = stages.words(case.status, language, case.began_on)
    papers = case.documents(machine)
    required, received, missing = (
        [str(codes.name("claim_document", code, language)) for code in found] for found in papers
    )
    needs = [wanted] if wanted else []
    if case.status == "docs_pending":
        # What exactly is missing stands in the words for the customer, or in our own list.
        needs = [last.message] if last.message and not missing else missing
    return {
        "claim_no": claim_no,
        "status": case.status,
        "status_name": codes.name("claim_stage", case.status, language),
        "status_text": words,
        "needs": needs if by_id else [],
        "expected_by": _time(expected(case, machine)),
        "promised_by": _time(promised),
        "overdue": promised is not None and at >= promised,
        "timeline": [_stop(stop, by_id, language) for stop in case.stops],
        "documents": {
            "required": required,
            "received": received,
            "missing": missing,
            "wanted": [
                {"code": code, "name": name} for code, name in zip(papers[2], missing, strict=True)
            ],
        },
        "reported_at": _time(_instant(known.get("reported_at"))),
        "occurred_at": _time(_instant(known.get("occurred_at"))) if by_id else None,
        "cause": known.get("cause") if by_id else None,
        "cause_name": _cause(known.get("cause"), language) if by_id else None,
        "assessed_amount": _money(known.get("assessed_amount")) if by_id else None,
        "paid_amount": _money(known.get("paid_amount")) if by_id else None,
        "paid_at": _time(case.reached({"paid"})) if by_id else None,
        "closed_at": None if case.open else _time(case.reached(CLOSING)),
        "refusal_reason": case.refusal_reason if by_id else None,
    }


def expected(case: Case, machine: stages.Machine) -> datetime | None:
    """By when the stage is usually over; None where it is the customer's turn, or the end."""
    days = machine.stage(case.status)["expected_days"]
    if days is None:
        return None
    arrived = clock.shanghai_day(case.stops[-1].arrived_at)
    return clock.end_of_day(arrived + timedelta(days=days))


def department_name(department: str | None, language: str) -> str | None:
    """A department of ours by its name; the core system's words as they are."""
    known = codes.names("claim_department")
    if department not in known:
        return department
    return str(languages.label(known[department], language))


def _cause(cause: str | None, language: str) -> str | None:
    """A cause that was reported here by its name; the core system's words as they are."""
    known = cause is not None and cause in codes.names("loss_cause")
    return codes.name("loss_cause", cause, language) if known else cause


def _stop(stop: folding.Stop, by_id: bool, language: str) -> dict[str, Any]:
    return {
        "stage": stop.stage,
        "stage_name": codes.name("claim_stage", stop.stage, language),
        "department": department_name(stop.department, language),
        "handler": stop.handler if by_id else None,
        "arrived_at": _time(stop.arrived_at),
        "accepted_at": _time(stop.accepted_at),
        "left_at": _time(stop.left_at),
        "message": stop.message if by_id else None,
    }


def _instant(stored: str | None) -> datetime | None:
    return None if stored is None else clock.parse(stored)


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else clock.shown(instant)


def _money(fen: int | None) -> dict[str, Any] | None:
    return None if fen is None else {"amount": fen, "currency": "CNY"}
