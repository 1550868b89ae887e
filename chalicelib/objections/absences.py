"""Absences of named officers (专岗请假), told at the desk: who, from when to when, who stands in.

One person tells it or takes it back. It holds at once for what is filed; what is open follows with
the next watch.
"""

from datetime import date, datetime
from typing import Any

from chalicelib import clock, texts
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.objections import posts
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.staff import absences
from chalicelib.staff.access import Scope

LONGEST = 366
"""Days; whoever is away for longer gives up the post, which is a line of the data."""
AHEAD = 366
"""Days from today within which an absence begins."""
MOST = 20
"""Absences of a person that are not over."""


def listed(scope: Scope, at: datetime) -> list[dict[str, Any]]:
    """The officers of the organisations within reach, with the absences that are not over."""
    day = clock.shanghai_day(at)
    found = [(code, one) for code, one in posts.named(day) if code in scope.organisations]
    told = absences.of({person["subject"] for _, person in found}, day)
    return [_shown(code, person, told[person["subject"]], day) for code, person in found]


def tell(
    scope: Scope, subject: str, told: dict[str, Any], language: str, at: datetime
) -> list[dict[str, Any]]:
    """Records an absence or takes it back; the person's posts then. Told again: no change.

    NotFoundError for who is no officer, or one of an organisation out of reach too: an absence is
    a person's, in all his posts.
    """
    day = clock.shanghai_day(at)
    every = list(posts.named(day))
    mine = [(code, one) for code, one in every if one["subject"] == subject]
    if not mine or any(code not in scope.organisations for code, _ in mine):
        raise NotFoundError
    if told["action"] == "end":
        after = absences.end(subject, told["from"], day)
    else:
        after = absences.record(subject, _checked(every, mine, told, language, day), day)
    logger.info("absence told", action=told["action"])
    return [_shown(code, person, after, day) for code, person in mine]


def _checked(
    every: list[tuple[str, dict[str, Any]]],
    mine: list[tuple[str, dict[str, Any]]],
    told: dict[str, Any],
    language: str,
    day: date,
) -> dict[str, Any]:
    """The absence as it is stored; who stands in is named for one of the same posts."""
    first, last = (_day(told, name, language) for name in ("from", "until"))
    if (first - day).days > AHEAD:
        raise _broken("from", language)
    if last < day or not 0 <= (last - first).days < LONGEST:
        raise _broken("until", language)
    stand_in, codes = told.get("stand_in"), {code for code, _ in mine}
    own = {one["subject"] for _, one in mine}
    known = absences.of(own, day)
    if any(len(known[subject]) >= MOST for subject in own):
        raise _broken("from", language)
    others = {one["subject"] for code, one in every if code in codes} - own
    if stand_in is not None and stand_in not in others:
        raise _broken("stand_in", language)
    return {"from": told["from"], "until": told["until"], "stand_in": stand_in}


def _shown(
    code: str, person: dict[str, Any], told: list[dict[str, Any]], day: date
) -> dict[str, Any]:
    data = [
        {"from": one["from"], "until": one["until"], "stand_in": None, "source": "data"}
        for one in person.get("away", [])
        if one["until"] >= day.isoformat()
    ]
    return {
        "organisation": code,
        "organisation_name": organisations.name(code),
        "subject": person["subject"],
        "name": person["name"],
        "phone": person["phone"],
        "absences": [*data, *({**one, "source": "desk"} for one in told)],
    }


def _day(told: dict[str, Any], name: str, language: str) -> date:
    try:
        return date.fromisoformat(told.get(name, ""))
    except ValueError as error:
        raise _broken(name, language) from error


def _broken(name: str, language: str) -> InvalidInputError:
    return InvalidInputError(
        [FieldError(f"/{name}", "invalid", texts.text("field.invalid", language))]
    )
