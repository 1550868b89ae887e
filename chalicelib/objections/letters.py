"""The letter of a decision (异议处理结果告知书): what was decided per item, why, and where to turn.

Set from what was reviewed, by render_document alone, and kept where nothing overwrites it.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, codes, storage, texts
from chalicelib.documents import service as documents
from chalicelib.errors import NotFoundError, OvertakenError, RenderError
from chalicelib.objections import cases, posts, store, tracking, wording
from chalicelib.objections.cases import Case
from chalicelib.observability import logger
from chalicelib.policies import service as policies

KIND = "objection"
LINK = timedelta(seconds=60)
LANGUAGE = texts.BASE
"""Chinese is authoritative; the words on the tracking page are in the reader's language."""


def ask(objection_no: str) -> None:
    """Has the letter made. Only quickens: the watch over deadlines asks again."""
    try:
        documents.request_letter(KIND, objection_no)
    # The reply is stored and its answer must not fail.
    except Exception:  # noqa: BLE001 - see above; it is logged
        logger.exception("letter was not queued", objection_no=objection_no)


def render(reference: str) -> None:
    """Sets and keeps the letter of a reply; once it is there, nothing changes again."""
    for _ in range(cases.ROUNDS):
        case = cases.load(reference)
        found = case.objection
        if found.replied_at is None or found.letter or case.item.facts.get("erased"):
            return
        try:
            content = _set(case)
        except RenderError as error:
            logger.error("letter not made", objection_no=case.number, reason=error.detail)
            return
        key = f"objections/letters/{case.number}/{clock.stored(found.replied_at)}.pdf"
        store.keep_letter(key, content)
        digest = hashlib.sha256(content).hexdigest()
        at = clock.now()
        facts = {"letter": key, "sha256": digest}
        after = case.then([case.event("letter", facts, {}, by=None, at=at)], at)
        if store.change(after.item, after.entries, [], []):
            logger.info("letter made", objection_no=case.number, sha256=digest)
            return
    raise OvertakenError


def link(case: Case, at: datetime) -> dict[str, str]:
    """The address of the letter for a minute; NotFoundError before there is one."""
    if case.objection.letter is None or case.item.facts.get("erased"):
        raise NotFoundError
    url = storage.link(case.objection.letter, int(LINK.total_seconds()))
    return {"url": url, "expires_at": clock.shown(at + LINK)}


def _set(case: Case) -> bytes:
    found = case.objection
    record = policies.find(case.policy_no) if case.policy_no else None
    if record is None or found.proposal is None or found.replied_at is None:
        raise RenderError(f"{case.number}: nothing to decide on")
    told, decided = case.told(), case.words(found.proposal)
    result = found.proposal["result"]
    data = {
        "name": record.open()["insured_name"],
        "objection_no": case.number,
        "policy_no": case.policy_no,
        "claim_no": told.get("claim_no"),
        "filed_on": clock.shanghai_day(found.filed_at).isoformat(),
        "subject_name": codes.name("objection_subject", found.filed["subject"], LANGUAGE),
        "result_name": codes.name("objection_result", result, LANGUAGE),
        "items": [_row(one, found.filed["item"], told) for one in decided.get("items", [])],
        "reasons": decided.get("reasons") or "",
        "corrected": result == "corrected",
        "complaint_no": found.proposal.get("complaint_no"),
        "next_instance": tracking.next_instance(LANGUAGE),
        # Who held the post when it was answered: the same letter whenever it is set.
        "officer": posts.serving(found.handled_at, found.replied_at),
    }
    return documents.letter(
        __package__,
        "decision.html",
        data,
        title=texts.text("objections.letter.title", LANGUAGE),
        number=case.number,
        day=clock.shanghai_day(found.replied_at).isoformat(),
        language=LANGUAGE,
    )


def _row(one: dict[str, Any], filed: str, told: dict[str, Any]) -> dict[str, str]:
    """What an item said, what was claimed of it and what was decided, in words."""
    known = {"old": told.get("shown"), "claimed": told.get("claimed")}
    known = known if one["item"] == filed else {}
    row = {
        name: wording.value(one.get(name, known.get(name)), LANGUAGE)
        for name in ("old", "claimed", "decided")
    }
    return {"name": wording.item_name(one["item"], LANGUAGE), **row}
