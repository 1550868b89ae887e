"""HTTP of downloads."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, links, pages, texts
from chalicelib.approvals.service import Approval
from chalicelib.downloads import archives, service
from chalicelib.downloads.kinds import KINDS
from chalicelib.downloads.service import Selection
from chalicelib.errors import (
    ApprovalRefusedError,
    FieldError,
    InvalidInputError,
    NotFoundError,
    TooLargeError,
)
from chalicelib.http import Answer, Call, Routes
from chalicelib.links import Standing

routes = Routes(__name__)


@routes.get(
    "/v1/staff/documents",
    access="staff",
    answer="downloads/documents",
    problems=(InvalidInputError, NotFoundError),
    query=("kind", "period", "organisation", "purpose", *pages.QUERY),
)
def listed(call: Call) -> dict[str, Any]:
    """Documents of a `kind` and `period`, of one's `organisation` and below; never with links."""
    purpose = call.query.get("purpose", "")
    if len(purpose.strip()) < 2:
        raise _broken("purpose", call)
    selection = _selection(call, call.query)
    found, after = service.found(selection, pages.asked(call.query, call.language))
    call.trace.touch(f"documents/{_named(selection)}", purpose=purpose)
    call.trace.touch(*(f"documents/{document.key}" for document in found))
    return pages.answer(
        [
            {
                "document": document.identity,
                "key": document.key,
                "kind": selection.kind.name,
                "organisation": document.organisation,
                "size": document.size,
                "stored_at": document.stored_at and clock.shown(document.stored_at),
            }
            for document in found
        ],
        after,
    )


@routes.post(
    "/v1/staff/documents/{key}/downloads",
    access="staff",
    body="downloads/download",
    answer="downloads/link",
    success=201,
    also=202,
    problems=(ApprovalRefusedError, NotFoundError),
)
def download(call: Call) -> Answer:
    """A link to one document (its key in base64url) that works for a minute; first on record."""
    at, purpose = clock.now(), call.body["purpose"]
    found, waiting = service.open_one(call.staff, call.scope, call.path["key"], purpose, at)
    call.trace.touch(f"documents/{found.key}", f"versions/{found.version_id}", purpose=purpose)
    return _handed_out(found, waiting, {"key": found.key, "documents": 1}, 201, at)


@routes.post(
    "/v1/staff/documents/archives",
    access="staff",
    body="downloads/archive",
    answer="downloads/link",
    also=202,
    problems=(ApprovalRefusedError, InvalidInputError, NotFoundError, TooLargeError),
)
def pack(call: Call) -> Answer:
    """Many documents as one archive.

    202 while it is packed or waits for a second person: the same request again says how it stands.
    """
    at, purpose = clock.now(), call.body["purpose"]
    selection = _selection(call, call.body)
    archive = archives.ask(call.staff, selection, purpose, at)
    call.trace.touch(f"documents/{_named(selection)}", purpose=purpose)
    call.trace.touch(f"archives/{archive.archive_id}")
    shown = {"key": f"archives/{archive.archive_id}.zip", "documents": archive.documents}
    return _handed_out(archive.file, archive.waiting, shown, 200, at)


def _handed_out(
    found: Standing | None,
    waiting: Approval | None,
    shown: dict[str, Any],
    status: int,
    at: datetime,
) -> Answer:
    """The link where there is something that may leave; else how it stands."""
    answer = {
        **shown,
        "state": "waiting" if waiting else "ready" if found else "making",
        "approval_id": waiting and waiting.approval_id,
        "version_id": found and found.version_id,
        "size": found and found.size,
        "sha256": found and found.metadata.get("sha256"),
        "url": None,
        "expires_at": None,
    }
    if shown["documents"] == 0:
        return Answer(200, {**answer, "state": "empty"})
    if found is None or waiting:
        return Answer(202, answer, {"Retry-After": "3"})
    expires_at = clock.shown(at + timedelta(seconds=links.LINK_SECONDS))
    # The link is made when its giving is on record, not before.
    return Answer(status, lambda: {**answer, "url": links.signed(found), "expires_at": expires_at})


def _selection(call: Call, asked: Any) -> Selection:
    kind, period = KINDS.get(asked.get("kind", "")), asked.get("period", "")
    if kind is None:
        raise _broken("kind", call)
    if not kind.period.fullmatch(period):
        raise _broken("period", call)
    return service.select(call.staff, call.scope, kind, period, asked.get("organisation"))


def _named(selection: Selection) -> str:
    return f"{selection.kind.name}/{selection.period}/{selection.organisation}"


def _broken(name: str, call: Call) -> InvalidInputError:
    return InvalidInputError(
        [FieldError(f"/{name}", "invalid", texts.text("field.invalid", call.language))]
    )
