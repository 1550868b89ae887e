"""HTTP of privacy requests and of the register of incidents."""

from collections.abc import Callable
from typing import Any

from chalicelib import clock, pages
from chalicelib.errors import InvalidInputError, NotFoundError, PreconditionFailedError
from chalicelib.http import Answer, Call, Routes

# `closed` registers how requests that are over are erased.
from chalicelib.privacy import closed, destruction, holds, incidents, service  # noqa: F401 - see above

routes = Routes(__name__)


@routes.post(
    "/v1/privacy-requests",
    access="query",
    body="privacy/request",
    answer="privacy/receipt",
    success=202,
)
def receive(call: Call) -> Answer:
    """Asks for access to, correction, withdrawal or deletion of one's own data."""
    return Answer(202, service.receive(call.bearer(), call.body, clock.now(), call.language))


@routes.get(
    "/v1/privacy-requests/{request_no}",
    access="query",
    answer="privacy/own",
    problems=(NotFoundError,),
)
def own(call: Call) -> dict[str, Any]:
    """Where one's request stands, with links of a minute to the copy of one's data once made."""
    return service.of_person(call.bearer(), call.path["request_no"], call.language, clock.now())


@routes.get(
    "/v1/staff/privacy-requests",
    access="staff",
    answer="privacy/requests",
    problems=(InvalidInputError,),
    query=("year", "purpose", *pages.QUERY),
)
def requests(call: Call) -> dict[str, Any]:
    """The requests of a `year` (this one), of the own organisation and those below."""
    at = clock.now()
    page = pages.asked(call.query, call.language)
    found, after = service.listed(call.year(at), page, _sees(call), at, call.language)
    call.trace.touch(
        *(f"privacy-request/{entry['request_no']}" for entry in found),
        fields=["description", "phone"],
        purpose=call.query.get("purpose"),
    )
    return pages.answer(found, after)


@routes.post(
    "/v1/staff/privacy-requests/{request_no}/events",
    access="staff",
    body="privacy/event",
    answer="privacy/entry",
    also=202,
    problems=(NotFoundError, PreconditionFailedError),
)
def act(call: Call) -> Answer:
    """Accepts, copies for, restricts, fulfils or refuses a request (If-Match), with words for the
    customer.

    Lifting a restriction waits for another person.
    """
    number, expected = call.path["request_no"], call.headers.get("if-match")
    if call.body["action"] == "lift":
        entry, approval_id = service.ask_to_lift(
            call.staff, number, call.body, _sees(call), call.language, clock.now(), expected
        )
        call.trace.touch(f"privacy-request/{number}", f"approvals/{approval_id}")
        return Answer(202, entry, {"ETag": entry["etag"]})
    moved = service.act(
        number, call.body, call.staff.sub, _sees(call), call.language, clock.now(), expected
    )
    call.trace.touch(f"privacy-request/{number}", fields=["status"])
    return Answer(200, moved, {"ETag": moved["etag"]})


@routes.get(
    "/v1/staff/incidents",
    access="staff",
    answer="incidents/incidents",
    problems=(InvalidInputError,),
    query=("year", *pages.QUERY),
)
def incident_list(call: Call) -> dict[str, Any]:
    """The incidents of a `year` (this one) with who is to be told by when."""
    at = clock.now()
    page = pages.asked(call.query, call.language)
    found, after = incidents.listed(call.year(at), page, call.language, at)
    call.trace.touch(*(f"incidents/{entry['incident_no']}" for entry in found))
    return pages.answer(found, after)


@routes.post(
    "/v1/staff/incidents",
    access="staff",
    body="incidents/report",
    answer="incidents/incident",
    success=201,
)
def report_incident(call: Call) -> Answer:
    """Puts an incident on the register; its clocks run from its discovery."""
    made = incidents.report(call.body, call.staff.sub, call.language, clock.now())
    call.trace.touch(f"incidents/{made['incident_no']}", fields=sorted(call.body))
    return Answer(201, made)


@routes.post(
    "/v1/staff/incidents/{incident_no}/events",
    access="staff",
    body="incidents/event",
    answer="incidents/incident",
    problems=(NotFoundError,),
)
def act_on_incident(call: Call) -> dict[str, Any]:
    """Notes that somebody was told, or closes the incident once all were."""
    number = call.path["incident_no"]
    moved = incidents.act(number, call.body, call.staff.sub, call.language, clock.now())
    call.trace.touch(f"incidents/{number}", fields=[call.body["action"]])
    return moved


@routes.get("/v1/staff/legal-holds", access="staff", answer="privacy/holds")
def hold_list(call: Call) -> dict[str, Any]:
    """The legal holds that stand."""
    found = holds.every()
    call.trace.touch(*(f"holds/{entry['thing']}" for entry in found))
    return pages.answer(found, None)


@routes.post(
    "/v1/staff/legal-holds",
    access="staff",
    body="privacy/hold",
    answer="approvals/asked",
    success=202,
)
def hold(call: Call) -> Answer:
    """Asks for a legal hold on a thing, or for its end; another person decides."""
    approval = holds.ask(call.staff, call.body, call.language, clock.now())
    call.trace.touch(f"holds/{call.body['thing']}", f"approvals/{approval.approval_id}")
    call.trace.touch(purpose=call.body["reason"])
    return Answer(202, {"approval_id": approval.approval_id, "state": approval.state})


@routes.get(
    "/v1/staff/destructions",
    access="staff",
    answer="privacy/destructions",
    problems=(InvalidInputError,),
    query=("year", *pages.QUERY),
)
def destruction_list(call: Call) -> dict[str, Any]:
    """The records of destruction of a `year` (this one)."""
    page = pages.asked(call.query, call.language)
    found, after = destruction.listed(call.year(clock.now()), page)
    call.trace.touch(*(f"approvals/{entry['approval_id']}" for entry in found))
    return pages.answer(found, after)


@routes.post(
    "/v1/staff/destructions",
    access="staff",
    body="privacy/destroy",
    answer="approvals/asked",
    success=202,
)
def destroy(call: Call) -> Answer:
    """Asks for the destruction of what is due of a kind; another person decides."""
    approval = destruction.ask(call.staff, call.body, call.language, clock.now())
    call.trace.touch(f"destructions/{call.body['kind']}", f"approvals/{approval.approval_id}")
    call.trace.touch(purpose=call.body["reason"])
    return Answer(202, {"approval_id": approval.approval_id, "state": approval.state})


def _sees(call: Call) -> Callable[[str | None], bool]:
    return lambda organisation: call.scope.detail(organisation) is not None
