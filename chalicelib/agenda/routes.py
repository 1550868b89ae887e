"""HTTP of the agent's day."""

import re
from typing import Any

from chalicelib import clock, pages, texts
from chalicelib.agenda import service
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.http import Call, Routes

routes = Routes(__name__)

SHOWN = 15
"""Entries of a page unless told: what one batch of DynamoDB opens, and a telephone shows."""
_PLACE = re.compile(r"[0-9]/[0-9TZ:.-]{10,32}/[^\0]{1,512}")


@routes.get(
    "/v1/staff/today",
    access="staff",
    answer="agenda/today",
    problems=(InvalidInputError, NotFoundError),
    query=("kind", *pages.QUERY),
)
def today(call: Call) -> dict[str, Any]:
    """What the agent has to do today: leads, contacts, wrong numbers, premiums, birthdays, ends."""
    kind = call.query.get("kind")
    if kind is not None and kind not in service.KINDS:
        detail = texts.text("field.not-listed", call.language)
        raise InvalidInputError([FieldError("/kind", "not-listed", detail)])
    if call.scope.own is None:
        raise NotFoundError
    page = pages.asked(call.query, call.language, default=SHOWN, form=_PLACE)
    now = clock.now()
    day = service.of(call.scope.own, kind, page, call.language, now)
    call.trace.touch(
        *sorted({thing for item in day.items for thing in _things(item)}),
        fields=["name", "phone", "plate_no"] if day.items else [],
    )
    shown = pages.answer(day.items, day.after)
    return {"day": clock.shanghai_day(now).isoformat(), "counts": day.counts, **shown}


def _things(item: dict[str, Any]) -> list[str]:
    if item["lead_no"]:
        return [f"leads/{item['lead_no']}"]
    return [f"customers/{item['customer_id']}", f"policies/{item['policy_no']}"]
