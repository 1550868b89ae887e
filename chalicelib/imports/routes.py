"""HTTP of imports: what staff see of them and may do about them."""

from typing import Any

from chalicelib import clock, pages
from chalicelib.errors import ForbiddenError, InvalidInputError, NotFoundError
from chalicelib.http import Answer, Call, Routes
from chalicelib.imports import overview

routes = Routes(__name__)


@routes.get(
    "/v1/staff/imports",
    access="staff",
    answer="imports/list/imports",
    query=(*pages.QUERY, "kind", "state"),
    problems=(InvalidInputError,),
)
def every(call: Call) -> dict[str, Any]:
    """The imports of the last 90 days, the newest first, with their progress."""
    page = pages.asked(call.query, call.language)
    kind, state = call.query.get("kind"), call.query.get("state")
    items, after = overview.listed(page, kind, state, call.language, clock.now())
    return pages.answer(items, after)


@routes.get("/v1/staff/imports/{import_no}", access="staff", answer="imports/list/import")
def one(call: Call) -> dict[str, Any]:
    """An import with its report."""
    detail = call.scope.company_detail()
    found, import_id = overview.shown(call.path["import_no"], detail, call.language)
    call.trace.touch(f"imports/{import_id}")
    return found


@routes.post(
    "/v1/staff/imports/{import_no}/rejected-rows",
    access="staff",
    body="imports/list/look",
    answer="imports/list/link",
    problems=(NotFoundError,),
)
def rejected_rows(call: Call) -> dict[str, Any]:
    """A link to the rejected rows that works for a minute, for a purpose that goes on record."""
    call.trace.touch(purpose=call.body["purpose"])
    link, import_id = overview.rejected_rows(call.path["import_no"], clock.now())
    call.trace.touch(f"imports/{import_id}", fields=["rejected_rows"])
    return link


@routes.post(
    "/v1/staff/imports/{import_no}/retries",
    access="staff",
    body="imports/list/retry",
    answer="imports/list/retried",
    success=202,
    problems=(NotFoundError, ForbiddenError),
)
def retry(call: Call) -> Answer:
    """Queues what is left of an import; `force` lets in one that was stopped for its errors."""
    call.trace.touch(purpose=call.body["reason"])
    found, import_id, queued = overview.retry(
        call.path["import_no"],
        call.scope.company_detail(),
        force=call.body.get("force", False),
        language=call.language,
    )
    call.trace.touch(f"imports/{import_id}", fields=["state"])
    return Answer(202, {**found, "queued": queued})
