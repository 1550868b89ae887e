"""HTTP of claims."""

import hashlib
import json
from typing import Any

from chalicelib import clock, pages, texts, tokens
from chalicelib.claims import (
    box,
    cases,
    desk_views,
    desks,
    forms,
    letters,
    moves,
    reports,
    satisfaction,
    tracking,
)
from chalicelib.claims.reporters import Reporter
from chalicelib.errors import (
    AlreadyTakenError,
    AssuranceTooLowError,
    FieldError,
    ForbiddenError,
    InvalidInputError,
    KeyReusedError,
    MoveNotAllowedError,
    NotAskedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
    TokenError,
    TooManyRequestsError,
)
from chalicelib.http import Answer, Call, Routes
from chalicelib.partners import service as partners
from chalicelib.queries import service as queries

routes = Routes(__name__)


@routes.get(
    "/v1/lines/{line}/report-form",
    access="public",
    answer="claims/form",
    problems=(NotFoundError,),
)
def form(call: Call) -> dict[str, Any]:
    """What the report of a loss asks for a line, step by step."""
    return forms.of_line(call.path["line"], call.language, clock.now())


@routes.post(
    "/v1/claims",
    access="public",
    body="claims/report",
    answer="claims/reported",
    success=201,
    also=200,
    problems=(TokenError, NotFoundError, KeyReusedError, OvertakenError, *queries.REFUSALS),
)
def report(call: Call) -> Answer:
    """Takes the report of a loss: by token, by credentials in the request, or unverified."""
    key = call.idempotency_key()
    partner = partners.attributed(call.body.get("partner"), clock.now())
    token = call.optional_bearer() or _verified(call, partner)
    if token is None and not {"policy_no", "plate_no"} & call.body.keys():
        detail = texts.text("field.required", call.language)
        raise InvalidInputError([FieldError("/policy_no", "required", detail)])
    # Who is asking and through whom is no part of what is reported.
    body = {k: value for k, value in call.body.items() if k not in ("verification", "partner")}
    reporter = Reporter(token, call.caller, call.language, partner)
    status, answer = reports.report(body, reporter, key, clock.now())
    return Answer(status, answer, {"Location": f"/v1/claims/{answer['claim_no']}"})


@routes.post(
    "/v1/claims/track",
    access="public",
    body="claims/track",
    answer="claims/tracking",
    problems=queries.REFUSALS,
)
def track(call: Call) -> dict[str, Any]:
    """Opens a claim by its number and the telephone it was reported with."""
    token, expires_at = tracking.open_by_phone(call.body, call.caller, clock.now())
    return {"token": token, "expires_at": clock.shown(expires_at)}


@routes.get("/v1/claims/{claim_no}", access="claim", answer="claims/claim", also=304)
def follow(call: Call) -> Answer:
    """The claim as a parcel: where it is, who has it, what is needed, by when."""
    token = call.claim_bearer()
    claim, log = tracking.follow(call.path["claim_no"], token, call.language, clock.now())
    content = json.dumps([call.language, log, claim], ensure_ascii=False, sort_keys=True)
    tag = f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'
    known = {part.strip().removeprefix("W/") for part in _if_none_match(call).split(",")}
    if known & {tag, "*"}:
        return Answer(304, None, {"ETag": tag})
    return Answer(200, claim, {"ETag": tag})


@routes.get(
    "/v1/claims/{claim_no}/messages",
    access="claim",
    answer="claims/messages",
    problems=(AssuranceTooLowError,),
)
def read_messages(call: Call) -> dict[str, Any]:
    """The message box of a claim, and by when the next answer comes."""
    return box.read(call.path["claim_no"], call.claim_bearer())


@routes.post(
    "/v1/claims/{claim_no}/messages",
    access="claim",
    body="claims/message",
    answer="claims/message_sent",
    success=201,
    problems=(AssuranceTooLowError, OvertakenError, TooManyRequestsError),
)
def write_message(call: Call) -> Answer:
    """Writes to whoever has the claim; answered within one working day."""
    token = call.claim_bearer()
    sent = box.write(call.path["claim_no"], call.body["text"], token, clock.now())
    return Answer(201, sent)


@routes.post(
    "/v1/claims/{claim_no}/satisfaction",
    access="claim",
    body="claims/satisfaction",
    answer="claims/satisfaction_told",
    success=201,
    problems=(NotAskedError,),
)
def rate(call: Call) -> Answer:
    """How the customer found it; asked once after the claim was closed."""
    claim = tracking.own(call.path["claim_no"], call.claim_bearer())
    return Answer(201, satisfaction.answer(claim, call.body, clock.now()))


@routes.get(
    "/v1/claims/{claim_no}/letter",
    access="claim",
    answer="claims/letter",
    problems=(AssuranceTooLowError,),
)
def letter(call: Call) -> dict[str, Any]:
    """The letter of refusal, by an address that works for a minute."""
    token = call.claim_bearer()
    if isinstance(token, tokens.QueryToken) and token.assurance != "id":
        raise AssuranceTooLowError
    return letters.link(tracking.own(call.path["claim_no"], token), clock.now())


@routes.get(
    "/v1/staff/claims",
    access="staff",
    answer="claims/desk",
    problems=(InvalidInputError,),
    query=("purpose", *desks.FILTERS, *pages.QUERY),
)
def desk(call: Call) -> dict[str, Any]:
    """What waits in the own department and organisations, the oldest promise first."""
    page = pages.asked(call.query, call.language)
    wanted = {name: call.query[name] for name in desks.FILTERS if name in call.query}
    found, after = desks.listed(call.staff, call.scope, wanted, page, call.language, clock.now())
    call.trace.touch(
        *(f"claims/{entry['claim_no']}" for entry in found),
        fields=["policy_no", "status"],
        purpose=call.query.get("purpose"),
    )
    return pages.answer(found, after)


@routes.get("/v1/staff/claims/{claim_no}", access="staff", answer="claims/staff_claim")
def look(call: Call) -> Answer:
    """A claim with all that happened to it, its clocks, and what may be done now."""
    claim = moves.reachable(call.path["claim_no"], call.staff, call.scope)
    return _desk_answer(call, claim, ["report", "events", "messages"])


@routes.post(
    "/v1/staff/claims/{claim_no}/events",
    access="staff",
    body="claims/move",
    answer="claims/staff_claim",
    problems=(
        ForbiddenError,
        SamePersonError,
        MoveNotAllowedError,
        AlreadyTakenError,
        OvertakenError,
        PreconditionFailedError,
    ),
)
def move(call: Call) -> Answer:
    """Takes a claim, moves it on, answers its customer: whatever `moves` allows (If-Match)."""
    claim = moves.act(
        call.path["claim_no"],
        call.body,
        call.staff,
        call.scope,
        call.headers.get("if-match"),
        call.language,
        clock.now(),
    )
    return _desk_answer(call, claim, [call.body["action"]])


def _desk_answer(call: Call, claim: cases.Claim, fields: list[str]) -> Answer:
    call.trace.touch(f"claims/{claim.key}", fields=fields, purpose=call.query.get("purpose"))
    agent = claim.record.facts.get("agent") if claim.record else None
    detail = call.scope.detail(claim.organisation, agent)
    shown = desk_views.shown(
        claim, call.staff, detail or desk_views.WHOLE, call.language, clock.now()
    )
    return Answer(200, shown, {"ETag": claim.etag})


def _if_none_match(call: Call) -> str:
    return str(call.headers.get("if-none-match", ""))


def _verified(call: Call, partner: str | None) -> tokens.QueryToken | None:
    """The token that the credentials of the request open; they count as a query."""
    given = call.body.get("verification")
    if given is None:
        return None
    asked = {"policy_no": call.body.get("policy_no", ""), **given}
    asker = queries.Asker(call.caller, call.language, partner=partner)
    return tokens.read(queries.verify(asked, asker, clock.now())["token"])
