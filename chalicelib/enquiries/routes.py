"""HTTP of enquiries."""

from typing import Any

from chalicelib import clock, codes, pages
from chalicelib.enquiries import moves, service
from chalicelib.enquiries.service import Sender
from chalicelib.errors import (
    ChallengeRequiredError,
    InvalidInputError,
    KeyReusedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    TooManyRequestsError,
)
from chalicelib.http import Answer, Call, Routes

routes = Routes(__name__)

REFUSALS = (ChallengeRequiredError, TooManyRequestsError, KeyReusedError, OvertakenError)


@routes.post(
    "/v1/appointments",
    access="public",
    body="enquiries/appointment",
    answer="enquiries/appointed",
    success=201,
    problems=REFUSALS,
)
def appoint(call: Call) -> Answer:
    """Asks for a call or a visit at a time (业务办理预约)."""
    return _taken(service.appoint(call.body, _sender(call), clock.now()), call)


@routes.post(
    "/v1/complaints",
    access="public",
    body="enquiries/complaint",
    answer="enquiries/complained",
    success=201,
    problems=REFUSALS,
)
def complain(call: Call) -> Answer:
    """Takes a complaint or a consultation (投诉, 咨询) and says by when it is answered."""
    return _taken(service.complain(call.body, _sender(call), clock.now()), call)


@routes.get(
    "/v1/staff/appointments",
    access="staff",
    answer="enquiries/appointments",
    problems=(InvalidInputError,),
    query=("year", "purpose", *pages.QUERY),
)
def appointments(call: Call) -> dict[str, Any]:
    """The appointments of a `year` (this one) within one's reach, the newest first."""
    return _listed(call, service.APPOINTMENTS, "appointment_no")


@routes.get(
    "/v1/staff/complaints",
    access="staff",
    answer="enquiries/complaints",
    problems=(InvalidInputError,),
    query=("year", "purpose", *pages.QUERY),
)
def complaints(call: Call) -> dict[str, Any]:
    """Complaints and consultations of a `year` (this one) within one's reach."""
    return _listed(call, service.COMPLAINTS, "complaint_no")


@routes.post(
    "/v1/staff/appointments/{appointment_no}/events",
    access="staff",
    body="enquiries/appointment_move",
    answer="enquiries/moved",
    success=201,
    problems=(NotFoundError, OvertakenError, PreconditionFailedError),
)
def move_appointment(call: Call) -> Answer:
    """Confirms an appointment, or says what became of it."""
    return _moved(call, service.APPOINTMENTS, call.path["appointment_no"])


@routes.post(
    "/v1/staff/complaints/{complaint_no}/events",
    access="staff",
    body="enquiries/complaint_move",
    answer="enquiries/moved",
    success=201,
    problems=(NotFoundError, OvertakenError, PreconditionFailedError),
)
def move_complaint(call: Call) -> Answer:
    """Accepts, answers, closes a complaint or consultation, or notes that it was taken back."""
    return _moved(call, service.COMPLAINTS, call.path["complaint_no"])


def _taken(answer: dict[str, Any], call: Call) -> Answer:
    """What was taken, with its kind in the caller's language."""
    kind_name = codes.name("enquiry_kind", answer["kind"], call.language)
    return Answer(201, {**answer, "kind_name": kind_name})


def _moved(call: Call, register: str, number: str) -> Answer:
    expected = call.headers.get("if-match")
    staff, scope = call.staff, call.scope
    found = moves.move(
        register, number, call.body, staff, scope, expected, call.language, clock.now()
    )
    call.trace.touch(f"{register}/{number}", fields=sorted(call.body))
    return Answer(201, found, {"ETag": found["etag"]})


def _listed(call: Call, register: str, name: str) -> dict[str, Any]:
    at = clock.now()
    page = pages.asked(call.query, call.language)
    found, after = service.listed(
        register, call.year(at), page, call.scope.detail, call.language, at
    )
    call.trace.touch(
        *(f"{register}/{entry[name]}" for entry in found),
        fields=["contact", "text"],
        purpose=call.query.get("purpose"),
    )
    return pages.answer(found, after)


def _sender(call: Call) -> Sender:
    return Sender(call.caller, call.language, call.idempotency_key())
