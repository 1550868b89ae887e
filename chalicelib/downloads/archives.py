"""Many documents at once: packed in storage, handed out as one when enough people agree.

The same selection asked for again on the same day is the same archive, whoever asks.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from chalicelib import clock, links, sealing
from chalicelib.approvals import exports
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.downloads import kinds, service, store
from chalicelib.downloads.service import Selection
from chalicelib.errors import TooLargeError
from chalicelib.links import Standing
from chalicelib.observability import logger
from chalicelib.parameters import service as parameters
from chalicelib.staff.model import Staff

MOST = 20_000
"""Documents in one archive: what the function packs in its time. More is asked for in parts."""
LOST_AFTER = timedelta(minutes=20)
KEPT = timedelta(days=2)
"""How long an archive is remembered; storage deletes it after a day."""


@dataclass(frozen=True)
class Archive:
    """How an archive stands: `file` is there once it is made and may leave the house."""

    archive_id: str
    documents: int | None = None
    waiting: Approval | None = None
    file: Standing | None = None


def ask(staff: Staff, selection: Selection, purpose: str, at: datetime) -> Archive:
    """The archive as far as it is; TooLargeError for more than MOST documents."""
    day = clock.shanghai_day(at).isoformat()
    what = {
        "kind": selection.kind.name,
        "period": selection.period,
        "organisation": selection.organisation,
        "company": selection.company,
    }
    same = json.dumps([*what.values(), day])
    archive_id = sealing.keyed_hash("archive", same).partition(":")[2][:24]
    standing = store.archive(archive_id)
    if standing is None or standing.result is None:
        if standing is None or at - clock.parse(standing.queued_at) >= LOST_AFTER:
            store.enqueue({"archive_id": archive_id, **what})
            store.note_queued(archive_id, clock.stored(at), int((at + KEPT).timestamp()))
        return Archive(archive_id)
    count, rows = standing.result["documents"], standing.result["rows"]
    if count > MOST:
        raise TooLargeError
    waiting = _needed(staff, selection, {**what, "purpose": purpose}, count, rows, at)
    if waiting is not None or count == 0:
        return Archive(archive_id, count, waiting)
    return Archive(archive_id, count, file=links.standing(_key(archive_id)))


def make(message: dict[str, Any]) -> None:
    """Packs an archive that was asked for; again, it is the same or a newer one."""
    selection = Selection(
        kinds.KINDS[message["kind"]],
        message["period"],
        message["organisation"],
        message["company"],
    )
    archive_id = message["archive_id"]
    # Counted before anything is packed: what would never be done in time is not begun.
    count = sum(1 for _ in islice(service.whole(selection), MOST + 1))
    rows = 0
    if 0 < count <= MOST:
        keys = (document.key for document in service.whole(selection))
        count, rows = store.pack(_key(archive_id), keys)
    store.note_made(archive_id, {"documents": count, "rows": rows})
    logger.info("archive made", archive_id=archive_id, documents=count)


def _needed(
    staff: Staff,
    selection: Selection,
    export: dict[str, Any],
    count: int,
    rows: int,
    at: datetime,
) -> Approval | None:
    """Many documents need another person as many rows do."""
    export = {**export, "documents": count}
    if count <= parameters.value("export_documents", clock.shanghai_day(at)):
        return exports.needed(staff, selection.organisation, export, rows, at)
    return approvals.needed(
        staff, exports.ACTION, selection.organisation, {**export, "rows": rows}, at
    )


def _key(archive_id: str) -> str:
    return f"archives/{archive_id}.zip"
