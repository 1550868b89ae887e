"""HTTP of the audit."""

import re
from datetime import date
from typing import Any

from chalicelib import clock, pages, texts
from chalicelib.audit import service
from chalicelib.audit.use import figures
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.http import Call, Routes

routes = Routes(__name__)

_KEY = re.compile(r"[\w.:@|/-]{1,200}")
_FORMS = {"day": re.compile(r"\d{4}-\d\d-\d\d"), "subject": _KEY, "object": _KEY}


@routes.get(
    "/v1/staff/audit",
    access="staff",
    answer="audit/events",
    problems=(InvalidInputError,),
    query=(*_FORMS, "purpose", *pages.QUERY),
)
def events(call: Call) -> dict[str, Any]:
    """Events by `subject`, `object` or `day` (today), of the own organisation and those below."""
    day, subject, thing = (_parameter(call, name) for name in _FORMS)
    page = pages.asked(call.query, call.language)
    call.trace.touch(f"audit/{subject or thing or day}", purpose=call.query.get("purpose"))
    found, after = service.events(
        day=day or clock.shanghai_day(clock.now()).isoformat(),
        subject=subject,
        thing=thing,
        page=page,
    )
    seen = [_shown(event, call.language) for event in found if _reached(call, event)]
    return pages.answer(seen, after)


@routes.get(
    "/v1/staff/audit/use",
    access="staff",
    answer="audit/use",
    problems=(InvalidInputError,),
    query=("day", "purpose"),
)
def use(call: Call) -> dict[str, Any]:
    """Use per person on a `day` (today), of the own organisation and those below."""
    asked = _parameter(call, "day")
    try:
        day = date.fromisoformat(asked) if asked else clock.shanghai_day(clock.now())
    except ValueError as error:
        raise InvalidInputError([_broken(call, "day")]) from error
    call.trace.touch(f"audit-use/{day}", purpose=call.query.get("purpose"))
    return {"day": day.isoformat(), "items": figures(day, call.scope), "cursor": None}


def _broken(call: Call, name: str) -> FieldError:
    return FieldError(f"/{name}", "invalid", texts.text("field.invalid", call.language))


def _reached(call: Call, event: dict[str, Any]) -> bool:
    """Refused sign-ins belong to no organisation and are shown to all who may read the audit."""
    organisation = event["organisation"]
    return organisation is None or call.scope.detail(organisation) is not None


def _shown(event: dict[str, Any], language: str) -> dict[str, Any]:
    named = service.purpose_name(event, language)
    return {**event, "at": clock.shown(clock.parse(event["at"])), "purpose_name": named}


def _parameter(call: Call, name: str) -> str | None:
    value = call.query.get(name)
    if value is not None and not _FORMS[name].fullmatch(value):
        raise InvalidInputError([_broken(call, name)])
    return value
