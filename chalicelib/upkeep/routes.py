"""HTTP of upkeep, all of it for staff."""

from typing import Any

from chalicelib import clock, pages
from chalicelib.errors import InvalidInputError, NotFoundError, OvertakenError
from chalicelib.http import Answer, Call, Routes
from chalicelib.upkeep import deadlines, quality, service

routes = Routes(__name__)


@routes.post(
    "/v1/staff/upkeep/samples",
    access="staff",
    body="upkeep/draw",
    answer="upkeep/drawn",
    success=201,
    problems=(NotFoundError, InvalidInputError),
)
def draw(call: Call) -> Answer:
    """Draws a random sample of policies to be called back."""
    call.trace.touch(purpose=call.body["purpose"])
    sample_no = service.draw(call.staff, call.scope, call.body, call.language, clock.now())
    call.trace.touch(f"upkeep/{sample_no}")
    return Answer(201, {"sample_no": sample_no})


@routes.get("/v1/staff/upkeep/samples/{sample_no}", access="staff", answer="upkeep/list")
def calls(call: Call) -> dict[str, Any]:
    """The call-back list of a sample, but for what one sold oneself."""
    found = service.listed(call.staff, call.scope, call.path["sample_no"], call.language)
    call.trace.touch(
        f"upkeep/{found['sample_no']}",
        *(f"policies/{item['policy_no']}" for item in found["items"]),
        fields=["policyholder", "phones", "missing"],
    )
    return found


@routes.post(
    "/v1/staff/upkeep/samples/{sample_no}/outcomes",
    access="staff",
    body="upkeep/outcome",
    answer="upkeep/item",
    problems=(NotFoundError, InvalidInputError, OvertakenError),
)
def outcome(call: Call) -> dict[str, Any]:
    """Puts on record what a call-back came to."""
    found = service.note(
        call.staff, call.scope, call.path["sample_no"], call.body, call.language, clock.now()
    )
    call.trace.touch(
        f"policies/{found['policy_no']}", f"upkeep/{call.path['sample_no']}", fields=["calls"]
    )
    return found


@routes.get(
    "/v1/staff/quality/{dimension}",
    access="staff",
    answer="upkeep/quality",
    query=pages.QUERY,
    problems=(InvalidInputError, NotFoundError),
)
def of_files(call: Call) -> dict[str, Any]:
    """Missing items of the 2013 rule over all files by `organisation`, `agent`, `intermediary`."""
    if call.path["dimension"] not in quality.DIMENSIONS:
        raise NotFoundError
    page = pages.asked(call.query, call.language)
    return pages.answer(*quality.listed(call.scope, call.path["dimension"], page))


@routes.get("/v1/staff/upkeep/{organisation}", access="staff", answer="upkeep/figures")
def figures(call: Call) -> dict[str, Any]:
    """Deadlines by seller with the commissions to hold, and the clean-up table by policy state."""
    return deadlines.figures(call.scope, call.path["organisation"], call.language, clock.now())
