"""HTTP of parameters."""

from typing import Any

from chalicelib import clock, languages, pages
from chalicelib.http import Answer, Call, Routes
from chalicelib.parameters import service

routes = Routes(__name__)


@routes.get("/v1/staff/parameters", access="staff", answer="parameters/parameters")
def every(call: Call) -> dict[str, Any]:
    """Every parameter: what holds today and what is to come."""
    found = service.every(clock.shanghai_day(clock.now()))
    shown = [
        {**entry, "description": languages.label(entry["description"], call.language)}
        for entry in found
    ]
    return pages.answer(shown, None)


@routes.put(
    "/v1/staff/parameters/{name}",
    access="staff",
    body="parameters/change",
    answer="approvals/asked",
    success=202,
)
def change(call: Call) -> Answer:
    """Asks for a change; it holds once another person has approved it."""
    call.trace.touch(purpose=call.body["reason"])
    approval = service.ask(call.staff, call.path["name"], call.body, call.language, clock.now())
    call.trace.touch(f"parameters/{call.path['name']}", f"approvals/{approval.approval_id}")
    return Answer(202, {"approval_id": approval.approval_id, "state": approval.state})
