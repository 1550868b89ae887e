"""Rules of attachments: how many and how large, from the signed form to received or rejected (C3).

Nothing is served before it was checked, and then only what the check made of it. An owner is the
number of a claim, or what another room keeps its things under (`objections/<number>`).
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, codes, dated, observability, queues, sealing, texts
from chalicelib.attachments import checking, store
from chalicelib.attachments.findings import RefusedError
from chalicelib.attachments.store import AttachmentItem
from chalicelib.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    OvertakenError,
    TooLargeError,
    TooManyAttachmentsError,
)
from chalicelib.observability import logger

WAITING, RECEIVED, REJECTED = "waiting", "received", "rejected"
ROUNDS = 8
_OTHER = "other_document"


def invite(owner: str, wanted: dict[str, Any], language: str, at: datetime) -> dict[str, Any]:
    """The signed form for one file of an owner that the caller may see, within the owner's limits.

    An invitation that nobody follows in its time takes no place; how many may be asked for has a
    limit of its own.
    """
    rule = _rule(at)
    types: dict[str, int] = rule["max_bytes"]
    if wanted["content_type"] not in types:
        detail = texts.text("field.not-listed", language, limit=", ".join(types))
        raise InvalidInputError([FieldError("/content_type", "not-listed", detail)])
    if wanted.get("document", _OTHER) not in codes.names("claim_document"):
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError("/document", "invalid", detail)])
    if wanted["size"] > types[wanted["content_type"]]:
        raise TooLargeError
    for _ in range(ROUNDS):
        standing = store.of(owner)
        total = next((item for item in standing if item.sk == store.TOTAL), None)
        taken = [item.facts for item in standing if _takes_place(item, at)]
        asked = int(total.version) if total else 0
        if (
            len(taken) >= rule["max_files"]
            or sum(facts["size"] for facts in taken) + wanted["size"] > rule["max_total_bytes"]
            or asked >= rule["max_invitations"]
        ):
            raise TooManyAttachmentsError
        item = _item(owner, wanted, at, at + timedelta(seconds=rule["upload_seconds"]))
        new = AttachmentItem(owner, store.TOTAL, facts={}, version=asked + 1)
        if store.add(item, new):
            break
    else:
        raise OvertakenError
    attachment_id = item.sk.removeprefix(store.FILE)
    logger.info("attachment invited", owner=owner, attachment_id=attachment_id)
    content_type, size = wanted["content_type"], wanted["size"]
    return {
        "attachment_id": attachment_id,
        "upload": store.form(owner, attachment_id, content_type, size, rule["upload_seconds"]),
        "expires_at": clock.shown(clock.parse(item.facts["expires_at"])),
    }


def take(key: str, version: str | None, at: datetime) -> str | None:
    """Checks an object that arrived; its state, None for what nobody invited. Again: no change."""
    arrived = store.arrival(key, version)
    item = store.get(arrived.owner, store.FILE + arrived.attachment_id) if arrived else None
    if arrived is None or item is None:
        logger.warning("object without an invitation ignored")
        return None
    if item.facts["status"] == WAITING:
        # Storage's event knows nothing of the request that invited the object.
        with observability.going_on(item.facts.get(queues.ORIGIN)):
            _check(arrived, item, at)
    store.mark_checked(arrived)
    return str(item.facts["status"])


class Received(NamedTuple):
    """A file that was found good, by the digest of what is kept of it."""

    owner: str
    attachment_id: str
    content_type: str
    sha256: str


def received(key: str) -> Received | None:
    """What an object turned out to be; None for what was not taken."""
    arrived = store.arrival(key, None)
    item = store.get(arrived.owner, store.FILE + arrived.attachment_id) if arrived else None
    if arrived is None or item is None or "sha256" not in item.facts:
        return None
    facts = item.facts
    return Received(arrived.owner, arrived.attachment_id, facts["kept_type"], facts["sha256"])


class Document(NamedTuple):
    """A document asked for that came by upload and was found good."""

    owner: str
    attachment_id: str
    code: str
    arrived_at: datetime


def document(key: str) -> Document | None:
    """The document that an object turned out to be; None for photos and what was not taken."""
    arrived = store.arrival(key, None)
    item = store.get(arrived.owner, store.FILE + arrived.attachment_id) if arrived else None
    if arrived is None or item is None:
        return None
    facts = item.facts
    if facts["status"] != RECEIVED or facts["document"] not in codes.names("claim_document"):
        return None
    came_at = clock.parse(facts["arrived_at"])
    return Document(arrived.owner, arrived.attachment_id, facts["document"], came_at)


def of(owner: str, language: str, at: datetime) -> list[dict[str, Any]]:
    """An owner's attachments as its customer sees them, in the order in which they were asked for.

    `status` is `waiting`, `received` or `rejected`; invitations that ran out are left out.
    """
    found = [item for item in store.of(owner) if item.sk != store.TOTAL]
    shown = [_shown(item, language) for item in found if not _ran_out(item, at)]
    return sorted(shown, key=lambda attachment: str(attachment["asked_at"]))


def documents(owner: str) -> frozenset[str]:
    """Codes of the documents asked for that came by upload and were found good."""
    return frozenset(
        str(item.facts["document"])
        for item in store.of(owner)
        if item.sk != store.TOTAL
        and item.facts["status"] == RECEIVED
        and item.facts["document"] in codes.names("claim_document")
    )


def listed(owner: str, language: str, at: datetime) -> list[dict[str, Any]]:
    """The same for staff, with the names of the files."""
    names = {
        item.sk.removeprefix(store.FILE): _unsealed(item)["filename"]
        for item in store.of(owner)
        if item.sk != store.TOTAL
    }
    return [
        {**attachment, "filename": names[attachment["attachment_id"]]}
        for attachment in of(owner, language, at)
    ]


def link(owner: str, attachment_id: str, at: datetime, *, small: bool = False) -> dict[str, str]:
    """A signed address for a minute of what was received; NotFoundError before that."""
    item = store.get(owner, store.FILE + attachment_id)
    if item is None or item.facts["status"] != RECEIVED:
        raise NotFoundError
    kind = "image/jpeg" if small else item.facts["kept_type"]
    if small and "width" not in item.facts:
        raise NotFoundError
    place = store.THUMBNAILS if small else store.KEPT
    expires_at = at + timedelta(seconds=store.LINK_SECONDS)
    return {
        "url": store.link(place, owner, attachment_id, kind),
        "expires_at": clock.shown(expires_at),
    }


def forget(owner: str) -> None:
    """Takes the names of an owner's files away, for good; again: no change."""
    for item in store.of(owner):
        if item.sealed is not None and not store.replace(item, sealed=None):
            # A check ended meanwhile: whoever erases comes again.
            raise OvertakenError


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    if item is None or item.sealed is None or sealing.is_current("attachments", item.sealed):
        return False
    return store.replace(item, sealed=_sealed(key, sort_key, _unsealed(item)))


def _check(arrived: store.Arrival, item: AttachmentItem, at: datetime) -> None:
    content = store.read(arrived, item.facts["size"])
    try:
        kept = checking.check(content, item.facts, _rule(at))
    except RefusedError as refused:
        found = {"status": REJECTED, "reason": refused.reason}
    else:
        # First the file, then the word that it is there.
        store.keep(arrived, kept.content, kept.content_type, kept.thumbnail)
        sha256 = hashlib.sha256(kept.content).hexdigest()
        found = {
            "status": RECEIVED,
            "kept_type": kept.content_type,
            "sha256": sha256,
            **kept.facts,
        }
    facts = {**item.facts, **found, "arrived_at": clock.stored(at)}
    if not store.replace(item, facts=facts):
        # The same event was worked on twice at once: the other one's word stands.
        return
    item.facts = facts
    logger.info(
        "attachment checked",
        owner=arrived.owner,
        attachment_id=arrived.attachment_id,
        status=facts["status"],
        reason=facts.get("reason"),
    )


def _item(owner: str, wanted: dict[str, Any], at: datetime, expires_at: datetime) -> AttachmentItem:
    sort_key = store.FILE + secrets.token_hex(12)
    facts = {
        "status": WAITING,
        "content_type": wanted["content_type"],
        "size": wanted["size"],
        "document": wanted.get("document"),
        "keep_location": wanted.get("keep_location", False),
        "asked_at": clock.stored(at),
        "expires_at": clock.stored(expires_at),
        queues.ORIGIN: observability.request_id(),
    }
    name = {"filename": wanted["filename"]}
    sealed = _sealed(owner, sort_key, name)
    return AttachmentItem(owner, sort_key, facts=facts, sealed=sealed, version=1)


def _takes_place(item: AttachmentItem, at: datetime) -> bool:
    """Whether it counts against the owner's limits: it is kept, or may still come."""
    if item.sk == store.TOTAL or item.facts["status"] == REJECTED:
        return False
    return not _ran_out(item, at)


def _ran_out(item: AttachmentItem, at: datetime) -> bool:
    waits = item.facts["status"] == WAITING
    return waits and clock.parse(item.facts["expires_at"]) <= at


def _shown(item: AttachmentItem, language: str) -> dict[str, Any]:
    facts = item.facts
    arrived_at, reason = facts.get("arrived_at"), facts.get("reason")
    status = facts["status"]
    return {
        "attachment_id": item.sk.removeprefix(store.FILE),
        "status": status,
        "status_name": texts.text(f"attachments.status.{status}", language),
        "document": facts["document"],
        "content_type": facts["content_type"],
        "size": facts["size"],
        "asked_at": clock.shown(clock.parse(facts["asked_at"])),
        "arrived_at": clock.shown(clock.parse(arrived_at)) if arrived_at else None,
        "reason": {"code": reason, "text": texts.text(f"attachments.reason.{reason}", language)}
        if reason
        else None,
    }


def _rule(at: datetime) -> dict[str, Any]:
    return dated.in_force("data/attachments", clock.shanghai_day(at))


def _sealed(key: str, sort_key: str, content: dict[str, Any]) -> bytes:
    return sealing.seal("attachments", f"{key}/{sort_key}", content)


def _unsealed(item: AttachmentItem) -> dict[str, Any]:
    return sealing.unseal("attachments", f"{item.pk}/{item.sk}", item.sealed)
