"""The register of what was done for good: destruction (销毁记录) and legal holds, sealed every day.

Entries are only ever added, under Shanghai's day, in the form that the ledger seals and the
verifier reads: who asked, who agreed, what, when, why. No personal data; what somebody wrote of it
stands sealed beside.
"""

import hashlib
from typing import Any

from chalicelib import clock, sealing
from chalicelib.approvals.service import Approval
from chalicelib.privacy.store import PrivacyItem

SHARDS = 16


def entry(what: str, facts: dict[str, Any], approval: Approval) -> PrivacyItem:
    """An entry of the moment in which its approval was given: the same however often it is made."""
    at = clock.parse(str(approval.decided_at))
    shard = int(hashlib.sha256(approval.approval_id.encode()).hexdigest(), 16) % SHARDS
    key = f"{clock.shanghai_day(at).isoformat()}/{shard:02d}"
    sort_key = f"{clock.stored(at)}/{approval.approval_id}"
    told = {
        "what": what,
        "at": clock.stored(at),
        "asked_by": approval.asked_by,
        "reviewed_by": approval.decided_by,
        "approval_id": approval.approval_id,
        **facts,
    }
    return PrivacyItem(
        key, sort_key, facts=told, sealed=_seal(key, sort_key, approval.content.get("reason"))
    )


def copy(item: PrivacyItem, partition: str, sort_key: str, approval: Approval) -> PrivacyItem:
    """The same entry where a list of its kind finds it."""
    reason = approval.content.get("reason")
    return PrivacyItem(
        partition, sort_key, facts=item.facts, sealed=_seal(partition, sort_key, reason)
    )


def shown(item: PrivacyItem) -> dict[str, Any]:
    """An entry as the API shows it."""
    written = sealing.unseal("privacy", f"{item.pk}/{item.sk}", item.sealed)
    at = clock.shown(clock.parse(item.facts["at"]))
    return {**item.facts, "at": at, "reason": written["reason"]}


def _seal(key: str, sort_key: str, reason: str | None) -> bytes:
    return sealing.seal("privacy", f"{key}/{sort_key}", {"reason": reason})
