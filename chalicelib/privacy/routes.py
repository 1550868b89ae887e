"""HTTP of privacy requests and of the register of incidents."""

from collections.abc import Callable
from typing import Any

from chalicelib import clock, pages
from chalicelib.errors import NotFoundError
from chalicelib.http import Answer, Call, Routes
from chalicelib.privacy import incidents, service

routes = Routes(__name__)


@routes.post(
    "/v1/privacy-requests",
    access="query",
    body="privacy/request",
    answer="privacy/receipt",
)
def receive(call: Call) -> Answer:
    """Asks for access to, correction, withdrawal or deletion of one's own data."""
    return Answer(202, service.receive(call.bearer(), call.body, clock.now()))


@routes.get("/v1/staff/privacy-requests", access="staff", answer="privacy/requests")
def requests(call: Call) -> dict[str, Any]:
    """The requests of a `year` (this one), of the own organisation and those below."""
    at = clock.now()
    asked = call.query.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() else clock.shanghai_day(at).year
    page = pages.asked(call.query, call.language)
    found, after = service.listed(year, page, _sees(call), at)
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
)
def act(call: Call) -> dict[str, Any]:
    """Accepts, restricts, fulfils or refuses a request, with a message for the customer."""
    number = call.path["request_no"]
    moved = service.act(number, call.body, call.staff.sub, _sees(call), call.language, clock.now())
    call.trace.touch(f"privacy-request/{number}", fields=["status"])
    return moved


@routes.get("/v1/staff/incidents", access="staff", answer="incidents/incidents")
def incident_list(call: Call) -> dict[str, Any]:
    """The incidents of a `year` (this one) with who is to be told by when."""
    at = clock.now()
    asked = call.query.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() else clock.shanghai_day(at).year
    page = pages.asked(call.query, call.language)
    found, after = incidents.listed(year, page, call.language, at)
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


def _sees(call: Call) -> Callable[[str | None], bool]:
    return lambda organisation: call.scope.detail(organisation) is not None
