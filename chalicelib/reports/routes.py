"""HTTP of quarterly reports."""

import re
from datetime import datetime
from itertools import islice
from typing import Any

from chalicelib import clock, pages, texts
from chalicelib.errors import (
    AlreadyDecidedError,
    FieldError,
    InvalidInputError,
    MoveNotAllowedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
)
from chalicelib.figures.service import Day
from chalicelib.http import Answer, Call, Routes
from chalicelib.reports import periods, register, store, tracing
from chalicelib.reports.register import Standing

routes = Routes(__name__)

_NUMBER = re.compile(r"[1-9][0-9]{0,3}")

_REFUSALS = (
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    InvalidInputError,
)


@routes.get(
    "/v1/staff/reports",
    access="staff",
    answer="reports/list",
    problems=(InvalidInputError, NotFoundError),
    query=("period", "organisation", "purpose", *pages.QUERY),
)
def overview(call: Call) -> dict[str, Any]:
    """Quarterly reports within reach, the newest quarter first, with signatures and submissions."""
    page = pages.asked(call.query, call.language)
    wanted = call.query.get("period"), call.query.get("organisation")
    found = register.listed(call.staff, call.scope, *wanted)
    after = page.after
    rest = (one for one in found if after is None or _later(one, after))
    # One more than asked for tells whether there is another page.
    shown = list(islice(rest, page.limit + 1))
    more = _place(shown[page.limit - 1]) if len(shown) > page.limit else None
    shown = shown[: page.limit]
    call.trace.touch(
        *(f"reports/{_place(one)}" for one in shown), purpose=call.query.get("purpose")
    )
    return pages.answer([_shown(one) for one in shown], more)


@routes.get(
    "/v1/staff/reports/{period}/{organisation}",
    access="staff",
    answer="reports/file",
    problems=(InvalidInputError, NotFoundError),
    query=("version", "purpose"),
)
def look(call: Call) -> Answer:
    """A report as it was filed, its newest version or another: what is signed is read here."""
    found = register.reached(call.staff, call.scope, _named(call))
    version = _version(call, found)
    place = _place(found) if version == found.version else f"{_place(found)}/{version:04d}"
    call.trace.touch(f"reports/{place}", fields=["forms"], purpose=call.query.get("purpose"))
    report = register.read(found.period, found.organisation, version)
    # Only the newest is signed: an older one has nothing for If-Match.
    return Answer(200, report, {"ETag": found.etag} if version == found.version else {})


@routes.get(
    "/v1/staff/reports/{period}/{organisation}/versions",
    access="staff",
    answer="reports/list",
    problems=(InvalidInputError, NotFoundError),
    query=("purpose", *pages.QUERY),
)
def versions(call: Call) -> dict[str, Any]:
    """Every version of a report, the newest first, each with its signatures and submissions."""
    page = pages.asked(call.query, call.language, form=_NUMBER)
    found = register.reached(call.staff, call.scope, _named(call))
    call.trace.touch(
        f"reports/{_place(found)}", fields=["versions"], purpose=call.query.get("purpose")
    )
    before = int(page.after) if page.after else found.version + 1
    rest = [one for one in register.versions(found) if one.version < before]
    more = str(rest[page.limit - 1].version) if len(rest) > page.limit else None
    return pages.answer([_shown(one) for one in rest[: page.limit]], more)


@routes.get(
    "/v1/staff/reports/{period}/{organisation}/days/{day}",
    access="staff",
    answer="reports/day",
    problems=(InvalidInputError, NotFoundError),
    query=("purpose", *tracing.FILTERS, *pages.QUERY),
)
def day(call: Call) -> dict[str, Any]:
    """What a day adds to a report: rows of queries, events of objections; losses reported."""
    page = pages.asked(call.query, call.language, form=tracing.PLACE)
    found, unit, wanted = _traced(call)
    rows, more = tracing.rows(found, unit, wanted, page)
    told = {"day": found.day, "rollup": found.name, "events": found.events}
    return {
        **pages.answer(rows, more),
        **told,
        "objections": tracing.objections(found, unit),
        "claims": tracing.claims(found, unit, wanted),
    }


@routes.get(
    "/v1/staff/reports/{period}/{organisation}/days/{day}/events",
    access="staff",
    answer="reports/events",
    problems=(InvalidInputError, NotFoundError),
    query=("purpose", *tracing.FILTERS, *pages.QUERY),
)
def behind(call: Call) -> dict[str, Any]:
    """The attempts behind a day's rows, one by one; nothing personal is known of them."""
    page = pages.asked(call.query, call.language, form=tracing.EVENT)
    found, unit, wanted = _traced(call)
    return pages.answer(*tracing.events(found, unit, wanted, page))


@routes.post(
    "/v1/staff/reports/{period}/{organisation}/signatures",
    access="staff",
    body="reports/signature",
    answer="reports/report",
    success=201,
    problems=(*_REFUSALS, SamePersonError, AlreadyDecidedError),
)
def sign(call: Call) -> Answer:
    """Signs the newest version of a report; the second signature is another person's (If-Match)."""
    return _changed(call, register.sign, call.body)


@routes.post(
    "/v1/staff/reports/{period}/{organisation}/submissions",
    access="staff",
    body="reports/submission",
    answer="reports/report",
    success=201,
    problems=(*_REFUSALS, MoveNotAllowedError),
)
def submit(call: Call) -> Answer:
    """Puts on record when and to whom a signed report was submitted, and the receipt (If-Match)."""
    at = _past(call)
    return _changed(call, register.submit, {**call.body, "submitted_at": at})


def _traced(call: Call) -> tuple[Day, str, dict[str, str]]:
    """The roll-up of the day that was asked for, whose figures, and by what they are narrowed."""
    register.reached(call.staff, call.scope, _named(call))
    period, unit = _named(call)
    found = tracing.rollup(period, unit, call.path["day"])
    call.trace.touch(f"reports/{period}/{unit}/{found.day}", purpose=call.query.get("purpose"))
    return found, unit, {n: call.query[n] for n in tracing.FILTERS if n in call.query}


def _named(call: Call) -> tuple[str, str]:
    return call.path["period"], call.path["organisation"]


def _version(call: Call, found: Standing) -> int:
    """The version that is asked for, the newest where none is; NotFoundError for one to come."""
    named = call.query.get("version")
    if named is None:
        return found.version
    if not _NUMBER.fullmatch(named):
        detail = texts.text("field.invalid", call.language)
        raise InvalidInputError([FieldError("/version", "invalid", detail)])
    if int(named) > found.version:
        raise NotFoundError
    return int(named)


def _past(call: Call) -> datetime:
    """When it was submitted; InvalidInputError for no instant, one to come, or one before there was
    such a report."""
    try:
        at = clock.parse(call.body["submitted_at"])
    except ValueError:
        at = None
    code = "invalid" if at is None or at > clock.now() else None
    made = register.reached(call.staff, call.scope, _named(call)).facts["made_at"]
    # People tell the minute.
    if at is not None and at < clock.parse(made).replace(second=0, microsecond=0):
        code = "before-report"
    if at is None or code is not None:
        detail = texts.text(f"field.{code}", call.language)
        raise InvalidInputError([FieldError("/submitted_at", str(code), detail)])
    return at


def _changed(call: Call, change: Any, given: dict[str, Any]) -> Answer:
    expected = call.headers.get("if-match")
    found = change(call.staff, call.scope, _named(call), given, expected, clock.now())
    call.trace.touch(f"reports/{_place(found)}", fields=[found.state])
    return Answer(201, _shown(found), {"ETag": found.etag})


def _later(found: Standing, after: str) -> bool:
    """Whether a report comes after a place: older quarters come later."""
    period, _, unit = after.partition("/")
    return found.period < period or (found.period == period and found.organisation > unit)


def _place(found: Standing) -> str:
    return f"{found.period}/{found.organisation}"


def _shown(found: Standing) -> dict[str, Any]:
    return {
        "period": found.period,
        "organisation": found.organisation,
        "name": found.facts["name"],
        "version": found.version,
        "made_at": _instant(found.facts["made_at"]),
        "due_on": periods.parse(found.period).due_on.isoformat(),
        "state": found.state,
        "etag": found.etag,
        "figures_sha256": found.facts["figures_sha256"],
        "totals": found.facts["totals"],
        "missing_days": found.facts["missing_days"],
        "files": [
            {"key": store.key(found.period, found.organisation, found.version, form), **file}
            for form, file in sorted(found.files.items())
        ],
        "signatures": [
            {"signed_by": one["signed_by"], "signed_at": _instant(one["signed_at"])}
            for one in found.signatures
        ],
        "submissions": [
            {
                "version": one["version"],
                "submitted_at": _instant(one["submitted_at"]),
                "recipient": one["recipient"],
                "receipt": one["receipt"],
                "recorded_by": one["recorded_by"],
            }
            for one in found.submissions
        ],
    }


def _instant(stored: str) -> str:
    return clock.shown(clock.parse(stored))
