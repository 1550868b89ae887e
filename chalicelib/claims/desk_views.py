"""A claim as staff see it: what the customer is shown, and everything behind it."""

from datetime import datetime
from typing import Any

from chalicelib import clock, languages, sealing
from chalicelib.attachments import service as attachments
from chalicelib.claims import cases, desks, events, moves, service
from chalicelib.claims.cases import Claim
from chalicelib.claims.entries import Entry
from chalicelib.staff.model import Staff

WHOLE = "transactions"
"""The detail at which reports, messages and internal notes are shown."""


def shown(claim: Claim, staff: Staff, detail: str, language: str, at: datetime) -> dict[str, Any]:
    """The claim for a member of staff; a summary leaves out what people wrote."""
    whole = detail == WHOLE
    opened = [(one, one.open() if whole else one.facts) for one in claim.log]
    opened.sort(key=lambda pair: (clock.parse(pair[1]["at"]), pair[1].get("seq", 0), pair[0].key))
    report = claim.report
    return {
        "desk": desks.shown(claim.item or cases.item_of(claim, at), language, at),
        "claim": service.view(claim, by_id=whole, language=language, at=at),
        "clocks": [
            {
                "code": one.code,
                "name": languages.label(one.name, language),
                "started_at": clock.shown(one.started_at),
                "due_at": clock.shown(one.due_at),
                "warn_at": clock.shown(one.warn_at),
                "paused": one.paused,
                "overdue": one.paused is None and one.due_at <= at,
            }
            for one in claim.clocks
        ],
        "moves": moves.allowed(claim, staff),
        "report": sealing.unseal("claims", events.full_key(report), report.sealed)
        if whole and report
        else None,
        "events": [_event(one, content) for one, content in opened],
        "messages": messages(opened) if whole else [],
        "letter": "ready" if claim.case.letter else None,
        "attachments": attachments.listed(claim.claim_no, language, at) if whole else [],
        "candidates": report.facts.get("candidates", []) if report else [],
    }


def messages(opened: list[tuple[Entry, dict[str, Any]]]) -> list[dict[str, Any]]:
    """The message box, oldest first."""
    sides = {"asked": "customer", "answered": "insurer"}
    return [
        {
            "from": sides[content["kind"]],
            "at": clock.shown(clock.parse(content["at"])),
            "text": content["message"],
        }
        for _, content in opened
        if content.get("kind") in sides
    ]


def _event(entry: Entry, content: dict[str, Any]) -> dict[str, Any]:
    received = content.get("received_at") or getattr(entry, "imported_at", None)
    return {
        "at": clock.shown(clock.parse(content["at"])),
        "received_at": clock.shown(clock.parse(received)) if received else None,
        "kind": content.get("kind", "stage"),
        "action": content.get("action"),
        "stage": content.get("stage"),
        "by": content.get("by"),
        "source": _source(content),
        "message": content.get("message"),
        "note": content.get("note"),
    }


def _source(content: dict[str, Any]) -> str:
    if "kind" not in content:
        return "core"
    if "by" in content:
        return "staff"
    return "web" if content["kind"] in ("stage", "asked", "documents") else "service"
