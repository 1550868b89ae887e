"""Complaints that objections turned into (转投诉): each register names the other's entry."""

import secrets
from datetime import datetime
from typing import NamedTuple

from chalicelib import clock, sealing
from chalicelib.enquiries import moves, store
from chalicelib.enquiries.store import EnquiryItem

COMPLAINT = "complaint"


class Complaint(NamedTuple):
    """A complaint that an objection may name."""

    number: str
    """As we write it."""
    policy_no: str | None
    """The policy that it names, as it was typed."""
    item: EnquiryItem


def complaint(typed: str) -> Complaint | None:
    """The complaint of that number; None for a consultation and for what is in no register."""
    item = moves.found("complaints", typed)
    if item is None or item.facts["kind"] != COMPLAINT:
        return None
    written = sealing.unseal("enquiries", f"{item.pk}/{item.sk}", item.sealed)
    return Complaint(item.facts["complaint_no"], written.get("policy_no"), item)


def link(found: Complaint, objection_no: str, by: str, at: datetime) -> store.Also:
    """Notes at the complaint which objection turned into it, in the transaction of its reply."""
    item, known = found.item, found.item.facts.get("objections", [])
    if objection_no in known:
        return lambda _: None
    revision = int(item.revision or 0)
    after = EnquiryItem(item.pk, item.sk, sealed=item.sealed, revision=revision + 1)
    after.facts = {**item.facts, "objections": sorted([*known, objection_no])}
    told = {"action": "turned", "objection_no": objection_no, "at": clock.stored(at), "by": by}
    key = (f"event/{found.number}", f"{clock.stored(at)}/{secrets.token_hex(4)}")
    event = EnquiryItem(*key, facts=told)
    return lambda transaction: store.moving(transaction, after, revision, event)
