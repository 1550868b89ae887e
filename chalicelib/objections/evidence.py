"""Evidence of an objection (异议证据): its customer's photos and papers, each on record by digest.

What the register names cannot be exchanged unseen, and once the file is gone the digest tells
nothing of it.
"""

from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.attachments import service as attachments
from chalicelib.errors import MoveNotAllowedError, NotFoundError, OvertakenError
from chalicelib.objections import cases, store
from chalicelib.objections.cases import Case
from chalicelib.observability import logger

_OWNER = "objections/"


def owner(objection_no: str) -> str:
    """What the files of an objection are kept under."""
    return _OWNER + objection_no


def invite(case: Case, wanted: dict[str, Any], language: str, at: datetime) -> dict[str, Any]:
    """The signed form for one file; MoveNotAllowedError once the objection is answered."""
    if not case.objection.open:
        raise MoveNotAllowedError
    return attachments.invite(owner(case.number), wanted, language, at)


def of(case: Case, language: str, at: datetime, *, named: bool = False) -> list[dict[str, Any]]:
    """What was sent and what became of it, with the names of files where staff look."""
    if case.item.facts.get("erased"):
        return []
    listed = attachments.listed if named else attachments.of
    return [
        {name: value for name, value in one.items() if name != "document"}
        for one in listed(owner(case.number), language, at)
    ]


def came(key: str) -> None:
    """Notes in the register an object that was found good; once, however often it is told."""
    found = attachments.received(key)
    if found is None or not found.owner.startswith(_OWNER):
        return
    for _ in range(cases.ROUNDS):
        case = cases.load(found.owner.removeprefix(_OWNER))
        if any(facts.get("attachment_id") == found.attachment_id for facts in case.log):
            return
        at = clock.now()
        facts = {
            "attachment_id": found.attachment_id,
            "content_type": found.content_type,
            "sha256": found.sha256,
        }
        after = case.then([case.event("evidence", facts, {}, by=None, at=at)], at)
        if store.change(after.item, after.entries, [], []):
            logger.info("evidence came", objection_no=case.number)
            return
    raise OvertakenError


def own_link(case: Case, attachment_id: str, at: datetime) -> dict[str, str]:
    """The same for the customer; NotFoundError where whoever filed it proved less than the ID
    number and may have been somebody else."""
    if case.objection.filed["assurance"] != "id":
        raise NotFoundError
    return link(case, attachment_id, at, small=False)


def link(case: Case, attachment_id: str, at: datetime, *, small: bool) -> dict[str, str]:
    """The address of a file for a minute; NotFoundError before it was checked, or once erased."""
    if case.item.facts.get("erased"):
        raise NotFoundError
    return attachments.link(owner(case.number), attachment_id, at, small=small)
