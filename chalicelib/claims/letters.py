"""The letter of refusal (拒赔通知书): set within its clock, kept where nothing overwrites it.

保险法 Art. 24: within three days of the decision, in writing, with the reason.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, codes, sealing, storage, texts
from chalicelib.claims import cases, entries, events, gathering, store
from chalicelib.documents import service as documents
from chalicelib.errors import NotFoundError, OvertakenError, RenderError
from chalicelib.notifications import service as notifications
from chalicelib.observability import logger

LINK = timedelta(seconds=60)
LANGUAGE = texts.BASE
"""Chinese is authoritative; the words on the tracking page are in the reader's language."""


def ask(key: str) -> None:
    """Has the letter made. Only quickens: the watch over deadlines asks again."""
    try:
        documents.request_letter("refusal", key)
    # The refusal is stored and its answer must not fail.
    except Exception:  # noqa: BLE001 - see above; it is logged
        logger.exception("letter was not queued", claim_no=key)


def render(reference: str) -> None:
    """Sets and keeps the letter of a refused claim; once it is there, nothing changes again."""
    for _ in range(cases.ROUNDS):
        claim = gathering.load(reference)
        if claim.case.status != "refused" or claim.case.letter:
            return
        at = clock.now()
        refused = claim.case.stops[-1].arrived_at
        key = f"claims/letters/{claim.key}/{clock.stored(refused)}.pdf"
        try:
            content = _set(claim)
        except RenderError as error:
            logger.error("letter not made", claim_no=claim.claim_no, reason=error.detail)
            return
        store.keep_letter(key, content)
        digest = hashlib.sha256(content).hexdigest()
        event = events.happened(
            claim.place,
            claim.claim_no,
            {"kind": "letter", "letter": key, "sha256": digest},
            {},
            max(at, refused + timedelta(microseconds=1)),
            at,
            f"letter-{digest[:16]}",
        )
        messages = _messages(claim, event, at)
        if store.change(cases.item_of(claim.with_event(event), at), [event], messages):
            notifications.wake(messages, at)
            logger.info("letter made", claim_no=claim.claim_no, sha256=digest)
            return
    raise OvertakenError


def link(claim: cases.Claim, at: datetime) -> dict[str, str]:
    """The address of the letter for a minute; NotFoundError before there is one."""
    if claim.case.letter is None:
        raise NotFoundError
    url = storage.link(claim.case.letter, int(LINK.total_seconds()))
    return {"url": url, "expires_at": clock.shown(at + LINK)}


def _set(claim: cases.Claim) -> bytes:
    case = entries.folded(claim.log, opened=True)
    refused = clock.shanghai_day(case.stops[-1].arrived_at)
    occurred = case.known.get("occurred_at")
    data = {
        "name": _addressee(claim),
        "claim_no": claim.claim_no,
        "policy_no": cases.policy_no(claim),
        "line_name": codes.name("line", claim.terms.line, LANGUAGE),
        "reported_on": case.began_on,
        "occurred_on": clock.shanghai_day(clock.parse(occurred)).isoformat() if occurred else None,
        "reason": case.refusal_reason or "",
    }
    return documents.letter(
        __package__,
        "refusal.html",
        data,
        title=texts.text("claims.letter.title", LANGUAGE),
        number=claim.claim_no,
        day=refused.isoformat(),
        language=LANGUAGE,
    )


def _addressee(claim: cases.Claim) -> str:
    """The insured; of an unverified report whoever sent it: the policy may be anybody's."""
    if claim.record is not None and claim.verified:
        return claim.record.open()["insured_name"]
    return str(_report(claim)["reporter"]["name"])


def _report(claim: cases.Claim) -> dict[str, Any]:
    if claim.report is None:
        raise NotFoundError
    return sealing.unseal("claims", events.full_key(claim.report), claim.report.sealed)


def _messages(claim: cases.Claim, event: store.ClaimItem, at: datetime) -> list[Any]:
    if claim.report is None:
        return []
    told = notifications.Message(
        "claim_letter",
        f"{claim.claim_no}/{event.sk}",
        _report(claim)["reporter"]["phone"],
        claim.report.facts.get("language", texts.BASE),
        {"claim_no": claim.claim_no},
    )
    return [notifications.outbox_item(told, at)]
