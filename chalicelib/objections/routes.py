"""HTTP of objections."""

from typing import Any

from chalicelib import clock, codes, pages
from chalicelib.errors import (
    AssuranceTooLowError,
    ForbiddenError,
    InterestedPersonError,
    InvalidInputError,
    KeyReusedError,
    MoveNotAllowedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
    TooLargeError,
    TooManyAttachmentsError,
    TooManyObjectionsError,
)
from chalicelib.http import Answer, Call, Routes

# `erasure` registers how what is personal goes.
from chalicelib.objections import (  # noqa: F401 - see above
    absences,
    answering,
    cases,
    desks,
    erasure,
    evidence,
    filing,
    letters,
    moves,
    tracking,
)

routes = Routes(__name__)


@routes.post(
    "/v1/objections",
    access="query",
    body="objections/objection",
    answer="objections/filed",
    success=201,
    problems=(NotFoundError, KeyReusedError, OvertakenError, TooManyObjectionsError),
)
def file(call: Call) -> Answer:
    """Takes an objection to an item of the answer just seen."""
    answer = filing.file(
        call.body, call.bearer(), call.idempotency_key(), call.language, clock.now()
    )
    named = {
        "status_name": codes.name("objection_status", answer["status"], call.language),
        "subject_name": codes.name("objection_subject", answer["subject"], call.language),
    }
    location = f"/v1/objections/{answer['objection_no']}"
    return Answer(201, {**answer, **named}, {"Location": location})


@routes.get(
    "/v1/objections/{objection_no}",
    access="query",
    answer="objections/followed",
    problems=(NotFoundError,),
)
def follow(call: Call) -> Answer:
    """An objection of one's own: status, timeline, what is asked, reply."""
    number = call.path["objection_no"]
    shown, etag = tracking.follow(number, call.bearer(), call.language, clock.now())
    return Answer(200, shown, {"ETag": etag})


@routes.post(
    "/v1/objections/{objection_no}/answers",
    access="query",
    body="objections/answer",
    answer="objections/answered",
    success=201,
    problems=(
        NotFoundError,
        MoveNotAllowedError,
        KeyReusedError,
        OvertakenError,
        PreconditionFailedError,
    ),
)
def answer(call: Call) -> Answer:
    """Answers what is asked about an objection of one's own: the clock goes on (If-Match)."""
    expected = call.headers.get("if-match")
    number, token, at = call.path["objection_no"], call.bearer(), clock.now()
    return Answer(
        201, answering.answer(number, call.body, token, call.idempotency_key(), expected, at)
    )


@routes.post(
    "/v1/objections/{objection_no}/attachments",
    access="query",
    body="objections/evidence",
    answer="attachments/invitation",
    success=201,
    problems=(
        NotFoundError,
        MoveNotAllowedError,
        OvertakenError,
        TooLargeError,
        TooManyAttachmentsError,
    ),
)
def invite(call: Call) -> Answer:
    """Signs a form by which one photo or document shows what an objection says."""
    case = tracking.own(call.path["objection_no"], call.bearer())
    return Answer(201, evidence.invite(case, call.body, call.language, clock.now()))


@routes.get(
    "/v1/objections/{objection_no}/letter",
    access="query",
    answer="objections/letter",
    problems=(AssuranceTooLowError, NotFoundError),
)
def letter(call: Call) -> dict[str, Any]:
    """The letter of the decision, by an address that works for a minute."""
    if call.bearer().assurance != "id":
        raise AssuranceTooLowError
    case = tracking.own(call.path["objection_no"], call.bearer())
    return letters.link(case, clock.now())


@routes.get(
    "/v1/objections/{objection_no}/attachments/{attachment_id}",
    access="query",
    answer="attachments/link",
    problems=(AssuranceTooLowError, NotFoundError),
)
def own_evidence(call: Call) -> dict[str, Any]:
    """A file of one's own evidence, by an address that works for a minute."""
    if call.bearer().assurance != "id":
        raise AssuranceTooLowError
    case = tracking.own(call.path["objection_no"], call.bearer())
    return evidence.own_link(case, call.path["attachment_id"], clock.now())


@routes.get(
    "/v1/staff/objections",
    access="staff",
    answer="objections/desk",
    problems=(InvalidInputError,),
    query=("purpose", *desks.FILTERS, *pages.QUERY),
)
def desk(call: Call) -> dict[str, Any]:
    """Objections of the own organisations, those due first at the beginning."""
    page = pages.asked(call.query, call.language)
    wanted = {name: call.query[name] for name in desks.FILTERS if name in call.query}
    found, after = desks.listed(call.scope, wanted, page, call.language, clock.now())
    call.trace.touch(
        *(f"objections/{entry['objection_no']}" for entry in found),
        fields=["status"],
        purpose=call.query.get("purpose"),
    )
    return pages.answer(found, after)


@routes.get("/v1/staff/objection-officers", access="staff", answer="objections/officers")
def officer_list(call: Call) -> dict[str, Any]:
    """The named officers of the own organisations, with the absences that are not over."""
    found = absences.listed(call.scope, clock.now())
    call.trace.touch(*(f"people/{one['subject']}" for one in found), fields=["absences"])
    return pages.answer(found, None)


@routes.post(
    "/v1/staff/objection-officers/{subject}/absences",
    access="staff",
    body="objections/absence",
    answer="objections/officers",
    problems=(NotFoundError, OvertakenError),
)
def tell_absence(call: Call) -> dict[str, Any]:
    """Records that an officer is away from day to day, with who stands in, or takes it back."""
    subject = call.path["subject"]
    after = absences.tell(call.scope, subject, call.body, call.language, clock.now())
    # What was told, whole: what is over or taken back stands nowhere else.
    days = f"{call.body['from']}/{call.body.get('until', '')}"
    call.trace.touch(f"people/{subject}", f"absences/{days}", fields=[call.body["action"]])
    if call.body.get("stand_in"):
        call.trace.touch(f"people/{call.body['stand_in']}", fields=["stand_in"])
    return pages.answer(after, None)


@routes.get("/v1/staff/objections/{objection_no}", access="staff", answer="objections/whole")
def look(call: Call) -> Answer:
    """An objection with all that happened, its clocks, and what may be done now."""
    case = moves.reachable(call.path["objection_no"], call.scope)
    return _whole(call, case, ["words"])


@routes.post(
    "/v1/staff/objections/{objection_no}/events",
    access="staff",
    body="objections/step",
    answer="objections/whole",
    problems=(
        ForbiddenError,
        InterestedPersonError,
        SamePersonError,
        MoveNotAllowedError,
        OvertakenError,
        PreconditionFailedError,
    ),
)
def act(call: Call) -> Answer:
    """One step: whatever `actions` of the objection allows (If-Match)."""
    case = moves.act(
        call.path["objection_no"],
        call.body,
        call.staff,
        call.scope,
        call.headers.get("if-match"),
        call.language,
        clock.now(),
    )
    return _whole(call, case, [call.body["action"]])


@routes.post(
    "/v1/staff/objections/{objection_no}/attachments/{attachment_id}/links",
    access="staff",
    body="attachments/look",
    answer="attachments/link",
    problems=(NotFoundError,),
)
def show_evidence(call: Call) -> dict[str, Any]:
    """Evidence that was received, by an address that works for a minute."""
    case = moves.reachable(call.path["objection_no"], call.scope)
    attachment_id = call.path["attachment_id"]
    call.trace.touch(
        f"objections/{case.number}",
        f"attachments/{attachment_id}",
        purpose=call.body.get("purpose"),
    )
    small = call.body.get("small", False)
    return evidence.link(case, attachment_id, clock.now(), small=small)


def _whole(call: Call, case: cases.Case, fields: list[str]) -> Answer:
    call.trace.touch(f"objections/{case.number}", fields=fields, purpose=call.query.get("purpose"))
    shown = desks.whole(case, call.staff, call.scope, call.language, clock.now())
    if shown["items"]:
        call.trace.touch(f"policies/{case.policy_no}", fields=["items"])
    return Answer(200, shown, {"ETag": case.etag})
