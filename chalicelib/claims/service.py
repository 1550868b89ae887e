"""What is known of a policy's claims, from the stops that files or reports brought (C4).

A stop is a part of its policy under `claim/<claim>/<seq>`: the query of the policy brings them all.
Stops are added, each with a number of its own; a row that comes again corrects its stop.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol

from chalicelib import clock, codes, identifiers
from chalicelib.claims import numbers, promises
from chalicelib.policies import parts

KIND = "claim"
CLOSING = frozenset({"closed", "cancelled", "refused", "withdrawn"})
"""Stages after which nothing is awaited, unless the case is opened again."""

_FACTS = ("reported_at", "occurred_at", "cause", "assessed_amount", "paid_amount")


class Stop(Protocol):
    """A stop, be it the core system's or a report's of ours."""

    @property
    def facts(self) -> dict[str, Any]:
        """What is open."""

    def open(self) -> dict[str, Any]:
        """All that is known of it, unsealed."""


def take(rows: Sequence[tuple[dict[str, Any], str]], at: datetime) -> list[str]:
    """Stores stops given as (row of the import kind `claims`, source); an outcome each."""
    return parts.take(
        [
            parts.Row(
                "claims",
                row["policy_no"],
                f"{KIND}/{identifiers.policy_no(row['claim_no'])}/{row['seq']:06d}",
                row,
                source,
            )
            for row, source in rows
        ],
        at,
    )


def shown(
    stops: Iterable[Stop], motor_kind: str | None, assurance: str, language: str, at: datetime
) -> list[dict[str, Any]]:
    """The `claims` of an answer, the latest reported first; the weak rule shows stages alone."""
    by_id = assurance == "id"
    claims = []
    for name, group in _joined(stops).items():
        found = [stop.open() if by_id else stop.facts for stop in group]
        claim = _claim(found, motor_kind, by_id, language, at)
        claims.append({**claim, "claim_no": name})
    return sorted(claims, key=lambda claim: claim["timeline"][0]["arrived_at"], reverse=True)


def reported_and_paid(stops: Iterable[parts.Part]) -> tuple[int, int]:
    """How many claims the stops belong to, withdrawn ones too, and what was paid in all, in fen."""
    reported = paid = 0
    for _, group in groupby(stops, lambda stop: stop.key.rpartition("/")[0]):
        amounts = [amount for stop in group if (amount := stop.facts.get("paid_amount"))]
        reported += 1
        paid += amounts[-1] if amounts else 0
    return reported, paid


def _joined(stops: Iterable[Stop]) -> dict[str, list[Stop]]:
    """Stops by claim, in the order of their own time; a report of ours and the core system's claim
    that names it (`report_no`) are one."""
    claims: dict[str, list[Stop]] = {}
    for stop in stops:
        reported = stop.facts.get("report_no")
        name = (numbers.read(reported) or reported) if reported else stop.facts["claim_no"]
        claims.setdefault(name, []).append(stop)
    for group in claims.values():
        group.sort(key=lambda stop: (clock.parse(stop.facts["at"]), stop.facts["seq"]))
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
    stops: list[dict[str, Any]], motor_kind: str | None, by_id: bool, language: str, at: datetime
) -> dict[str, Any]:
    last = stops[-1]
    known: dict[str, Any] = {}
    for stop in stops:
        known.update({name: stop[name] for name in _FACTS if name in stop})
    promised = promises.due(stops, motor_kind)
    refusals = [stop["refusal_reason"] for stop in stops if "refusal_reason" in stop]
    pending = last["stage"] == "docs_pending"
    return {
        "claim_no": last["claim_no"],
        "status": last["stage"],
        "status_name": codes.name("claim_stage", last["stage"], language),
        # What exactly is missing stands in the words for the customer.
        "needs": [last["message"]] if by_id and pending and "message" in last else [],
        "expected_by": None,
        "promised_by": _time(promised),
        "overdue": promised is not None and at >= promised,
        "timeline": [
            _stop(stop, following, by_id, language)
            for stop, following in zip(stops, [*stops[1:], None], strict=True)
        ],
        "documents": {"required": [], "received": [], "missing": []},
        "reported_at": _time(_instant(known.get("reported_at"))),
        "occurred_at": _time(_instant(known.get("occurred_at"))) if by_id else None,
        "cause": known.get("cause") if by_id else None,
        "assessed_amount": _money(known.get("assessed_amount")) if by_id else None,
        "paid_amount": _money(known.get("paid_amount")) if by_id else None,
        "paid_at": _time(_reached(stops, {"paid"})) if by_id else None,
        "closed_at": _time(_reached(stops, CLOSING)) if last["stage"] in CLOSING else None,
        "refusal_reason": refusals[-1] if refusals and by_id else None,
    }


def _stop(
    stop: dict[str, Any], following: dict[str, Any] | None, by_id: bool, language: str
) -> dict[str, Any]:
    return {
        "stage": stop["stage"],
        "stage_name": codes.name("claim_stage", stop["stage"], language),
        "department": stop.get("department"),
        "handler": stop.get("handler") if by_id else None,
        "arrived_at": _time(_instant(stop["at"])),
        "accepted_at": _time(_instant(stop.get("accepted_at"))),
        "left_at": _time(_instant(following["at"])) if following else None,
        "message": stop.get("message") if by_id else None,
    }


def _reached(stops: list[dict[str, Any]], stages: Iterable[str]) -> datetime | None:
    """When the claim last arrived at one of the stages."""
    wanted = frozenset(stages)
    times = [clock.parse(stop["at"]) for stop in stops if stop["stage"] in wanted]
    return times[-1] if times else None


def _instant(stored: str | None) -> datetime | None:
    return None if stored is None else clock.parse(stored)


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else clock.shown(instant)


def _money(fen: int | None) -> dict[str, Any] | None:
    return None if fen is None else {"amount": fen, "currency": "CNY"}
