"""What the reporter of a claim is told by message: of moves of staff, of news of the core system.

Nobody is told of a claim that only the core system knows: its reporter's telephone is not ours.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import codes, sealing, texts
from chalicelib.claims import events, stages, store
from chalicelib.claims.cases import Claim
from chalicelib.notifications import service as notifications

NEWS = timedelta(days=7)
"""How old a stop of the core system may be to be news: files come daily, but holidays last (T+1).
What is older came with a first load or a repair, and its customer knows."""


def of_move(after: Claim, event: store.ClaimItem, at: datetime) -> list[Any]:
    """The outbox items of a move that staff made, saved in its transaction."""
    kind = event.facts["kind"]
    if kind == "answered":
        return _items(after, "claim_answered", event.sk, {}, at)
    if kind == "listed":
        return _items(after, "document_missing", event.sk, _missing(after), at)
    return _of_stage(after, event.sk, at) if kind == "stage" else []


def of_files(after: Claim, at: datetime) -> list[Any]:
    """The outbox items of what rows of the core system have made of a claim.

    One message however many stops came: where the claim stands now, if that is another stage than
    before, and news. Its fact is named by the claim's version, which exists once.
    """
    before, last = after.item, after.case.stops[-1]
    moved = before is not None and before.facts["status"] != after.case.status
    if not moved or last.ours or at - last.arrived_at > NEWS:
        return []
    return _of_stage(after, f"version/{after.version + 1}", at)


def _of_stage(after: Claim, fact: str, at: datetime) -> list[Any]:
    status = after.case.status
    missing = _missing(after)
    # The core system may ask in words of its own: then there is no list to count.
    if status == "docs_pending" and missing["count"] != "0":
        return _items(after, "document_missing", fact, missing, at)
    if status == "closed":
        return _items(after, "thanks", fact, {}, at)
    language = _language(after)
    _, wanted = stages.words(status, language, after.case.began_on)
    values = {
        "stage_name": str(codes.name("claim_stage", status, language)),
        "needs": wanted or texts.text("claims.needs-nothing", language),
    }
    return _items(after, "claim_stage", fact, values, at)


def _items(claim: Claim, name: str, fact: str, values: dict[str, str], at: datetime) -> list[Any]:
    report = claim.report
    if report is None:
        return []
    told = sealing.unseal("claims", events.full_key(report), report.sealed)
    message = notifications.Message(
        name,
        f"{claim.claim_no}/{fact}",
        told["reporter"]["phone"],
        _language(claim),
        {"claim_no": claim.claim_no, **values},
    )
    return [notifications.outbox_item(message, at)]


def _missing(claim: Claim) -> dict[str, str]:
    return {"count": str(len(claim.case.documents(claim.machine)[2]))}


def _language(claim: Claim) -> str:
    known = claim.report.facts.get("language") if claim.report else None
    return str(known or texts.BASE)
