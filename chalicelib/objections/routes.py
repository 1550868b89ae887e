"""HTTP of objections."""

import re
from typing import Any

from chalicelib import clock, pages, texts
from chalicelib.errors import (
    AssuranceTooLowError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    KeyReusedError,
    MoveNotAllowedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
)
from chalicelib.http import Answer, Call, Routes

# `erasure` registers how what is personal goes.
from chalicelib.objections import (  # noqa: F401 - see above
    cases,
    desks,
    erasure,
    filing,
    letters,
    moves,
    tracking,
)

routes = Routes(__name__)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@routes.post(
    "/v1/objections",
    access="query",
    body="objections/objection",
    answer="objections/filed",
    success=201,
    problems=(NotFoundError, KeyReusedError, OvertakenError),
)
def file(call: Call) -> Answer:
    """Takes an objection to an item of the answer just seen."""
    key = call.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        detail = texts.text("field.idempotency-key", call.language)
        raise InvalidInputError([FieldError("", "idempotency-key", detail)])
    answer = filing.file(call.body, call.bearer(), key, call.language, clock.now())
    return Answer(201, answer, {"Location": f"/v1/objections/{answer['objection_no']}"})


@routes.get(
    "/v1/objections/{objection_no}",
    access="query",
    answer="objections/followed",
    problems=(NotFoundError,),
)
def follow(call: Call) -> dict[str, Any]:
    """An objection of one's own: status, timeline, reply."""
    number = call.path["objection_no"]
    return tracking.follow(number, call.bearer(), call.language, clock.now())


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


def _whole(call: Call, case: cases.Case, fields: list[str]) -> Answer:
    call.trace.touch(f"objections/{case.number}", fields=fields, purpose=call.query.get("purpose"))
    shown = desks.whole(case, call.staff, call.language, clock.now())
    return Answer(200, shown, {"ETag": case.etag})
