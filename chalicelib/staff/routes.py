"""HTTP of staff."""

from typing import Any

from chalicelib import clock, settings
from chalicelib.errors import NotFoundError
from chalicelib.http import Answer, Call, Routes
from chalicelib.staff import access, people

routes = Routes(__name__)


@routes.get("/v1/sign-in", access="public", answer="people/sign_in")
def sign_in(_call: Call) -> dict[str, Any]:
    """Where staff sign in: the insurer's OpenID provider, and what the pages call themselves."""
    return {
        "issuer": settings.optional("STAFF_ISSUER"),
        "client_id": settings.optional("STAFF_CLIENT_ID"),
    }


@routes.get("/v1/staff/access", access="staff", answer="people/access")
def own_access(call: Call) -> dict[str, Any]:
    """Which staff routes the caller's roles open, and how much each shows: what a page offers."""
    return {"routes": access.granted(call.staff.roles)}


@routes.get("/v1/staff/people/{subject}", access="staff", answer="people/person")
def person(call: Call) -> dict[str, Any]:
    """Undertaking, leaving and exceptions of a colleague, as the service knows them."""
    return people.of(call.path["subject"])


@routes.put(
    "/v1/staff/people/{subject}",
    access="staff",
    body="people/change",
    answer="approvals/asked",
    also=202,
    problems=(NotFoundError,),
)
def change(call: Call) -> Answer:
    """Tells of an undertaking, a return or an exception, which a second person confirms.

    A leaver is out now, and an exception ends now.
    """
    call.trace.touch(f"people/{call.path['subject']}", fields=[call.body["change"]])
    call.trace.touch(purpose=call.body.get("reason"))
    subject = call.path["subject"]
    approval = people.change(call.staff, subject, call.body, call.language, clock.now())
    if approval is None:
        return Answer(200, {"approval_id": None, "state": "done"})
    call.trace.touch(f"approvals/{approval.approval_id}")
    return Answer(202, {"approval_id": approval.approval_id, "state": approval.state})
