"""HTTP of leads."""

from datetime import date, timedelta
from typing import Any

from chalicelib import clock, pages, texts
from chalicelib.errors import (
    ChallengeRequiredError,
    FieldError,
    InvalidInputError,
    KeyReusedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    TokenError,
    TooManyRequestsError,
)
from chalicelib.http import Answer, Call, Routes

# `erasure` registers how contacts with customers go.
from chalicelib.leads import (  # noqa: F401 - see above
    erasure,
    funnel,
    intake,
    questionnaires,
    withdrawal,
    work,
)
from chalicelib.leads.assignment import Held
from chalicelib.partners import service as partners
from chalicelib.policies import service as policies

routes = Routes(__name__)

_HELD = 20
"""Policies of a customer that are looked at for his agent."""


@routes.get("/v1/questionnaires/current", access="public", answer="leads/questionnaire")
def questionnaire(call: Call) -> dict[str, Any]:
    """The questionnaire of the needs assessment: a JSON Schema, and the words of consent."""
    return questionnaires.current(clock.shanghai_day(clock.now()), call.language)


@routes.post(
    "/v1/leads",
    access="public",
    body="leads/lead",
    answer="leads/taken",
    success=201,
    problems=(
        TokenError,
        KeyReusedError,
        OvertakenError,
        ChallengeRequiredError,
        TooManyRequestsError,
    ),
)
def take(call: Call) -> Answer:
    """Takes a visitor's answers and consent: which lines fit and why, and who will call."""
    at = clock.now()
    visitor = intake.Visitor(
        call.caller,
        call.language,
        partners.attributed(call.body.get("partner"), at),
        _held(call),
    )
    answer = intake.take(call.body, visitor, call.idempotency_key(), at)
    return Answer(201, answer)


@routes.post(
    "/v1/leads/{lead_no}/withdrawal",
    access="public",
    body=None,
    success=204,
    problems=(TokenError, NotFoundError, OvertakenError),
)
def withdraw(call: Call) -> Answer:
    """Takes consent back, by the manage token as Bearer: the person's data are emptied at once."""
    withdrawal.withdraw(call.path["lead_no"], call.manage_bearer(), clock.now())
    return Answer(204)


@routes.get(
    "/v1/staff/leads",
    access="staff",
    answer="leads/list",
    problems=(InvalidInputError,),
    query=("status", "purpose", *pages.QUERY),
)
def listed(call: Call) -> dict[str, Any]:
    """The leads within reach, the newest first: an agent's own, an assessor's organisation's."""
    page = pages.asked(call.query, call.language)
    found, after = work.listed(call.scope, page, call.query.get("status"), call.language)
    call.trace.touch(
        *(f"leads/{entry['lead_no']}" for entry in found),
        fields=["name", "phone"],
        purpose=call.query.get("purpose"),
    )
    return pages.answer(found, after)


@routes.get(
    "/v1/staff/leads/{lead_no}", access="staff", answer="leads/record", problems=(NotFoundError,)
)
def shown(call: Call) -> Answer:
    """One lead: what was answered, what the rules made of it, what happened."""
    found = work.shown(call.path["lead_no"], call.scope, call.language)
    call.trace.touch(f"leads/{found['lead_no']}", fields=["name", "phone", "answers"])
    return Answer(200, found, {"ETag": found["etag"]})


@routes.post(
    "/v1/staff/leads",
    access="staff",
    body="leads/prospect",
    answer="leads/entered",
    success=201,
    problems=(OvertakenError, KeyReusedError),
)
def enter(call: Call) -> Answer:
    """Enters a prospect or referral of the agent's own, with source and consent."""
    made = work.enter(call.staff, call.body, call.idempotency_key(), clock.now())
    call.trace.touch(f"leads/{made['lead_no']}", fields=["name", "phone"])
    return Answer(201, made)


@routes.post(
    "/v1/staff/leads/{lead_no}/contacts",
    access="staff",
    body="leads/contact",
    answer="leads/entry",
    success=201,
    problems=(NotFoundError, OvertakenError, PreconditionFailedError),
)
def log(call: Call) -> Answer:
    """Logs a contact with its outcome and the next date."""
    return _changed(call, 201, work.log)


@routes.post(
    "/v1/staff/leads/{lead_no}/assignments",
    access="staff",
    body="leads/assignment",
    answer="leads/entry",
    success=201,
    problems=(NotFoundError, OvertakenError, PreconditionFailedError),
)
def pass_on(call: Call) -> Answer:
    """Assigns a lead, entrusts it to a stand-in, returns it, hands it back, classifies it anew.

    An assessor may write the plan that is proposed to the customer; the lead's agent reads it.
    """
    return _changed(call, 201, work.pass_on)


@routes.get(
    "/v1/staff/lead-figures",
    access="staff",
    answer="leads/figures",
    problems=(InvalidInputError,),
    query=("from", "until", "by"),
)
def figures(call: Call) -> dict[str, Any]:
    """How far leads got that came in a span of days, by source, partner, line and so on."""
    yesterday = clock.shanghai_day(clock.now()) - timedelta(days=1)
    until = _day(call, "until", yesterday)
    first = _day(call, "from", until - timedelta(days=min(29, until.toordinal() - 1)))
    by = call.query.get("by", "source")
    for name, fits in (
        ("by", by in funnel.BY),
        ("from", 0 <= (until - first).days < funnel.LONGEST),
    ):
        if not fits:
            raise _broken(call, name)
    return funnel.told(call.scope.organisations, first, until, by)


def _day(call: Call, name: str, otherwise: date) -> date:
    given = call.query.get(name)
    try:
        return otherwise if given is None else date.fromisoformat(given)
    except ValueError as error:
        raise _broken(call, name) from error


def _broken(call: Call, name: str) -> InvalidInputError:
    detail = texts.text("field.invalid", call.language)
    return InvalidInputError([FieldError(f"/{name}", "invalid", detail)])


def _changed(call: Call, status: int, act: Any) -> Answer:
    number, expected = call.path["lead_no"], call.headers.get("if-match")
    entry = act(number, call.body, call.staff, call.scope, expected, call.language, clock.now())
    call.trace.touch(f"leads/{number}", fields=sorted(call.body), purpose=call.body.get("purpose"))
    return Answer(status, entry, {"ETag": entry["etag"]} if "etag" in entry else {})


def _held(call: Call) -> tuple[Held, ...]:
    """The policies of a customer who asks with the token of a query.

    By his identity alone: who opened a policy with a name or a serial number may be anybody.
    """
    token = call.optional_bearer()
    if token is None or token.assurance != "id":
        return ()
    marks = policies.live_marks(token.policy_no, token.person)
    found = policies.of_marks(marks, _HELD)
    return tuple(
        Held(record.line, record.facts["agent"]) for record in found if "agent" in record.facts
    )
