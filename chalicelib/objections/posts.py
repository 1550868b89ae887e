"""Named officers (专岗): whom the objections of an organisation reach, by dated data.

The first of those named who is there is the officer; where an organisation names nobody, or nobody
of them is there, the next one above answers. Who leaves, is away or gives the post up hands over
what he has open (`successor`).
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from chalicelib import clock, dated, texts
from chalicelib.notifications import service as notifications
from chalicelib.objections import officers
from chalicelib.objections.folding import Objection
from chalicelib.staff import service as staff

_DATA = "data/objection_officers"


class Officer(NamedTuple):
    """Who holds the post; name and telephone are given to customers."""

    organisation: str
    subject: str
    name: str
    phone: str
    mobile: str | None
    """Of the post, where short messages about its work go."""


def serving(organisation: str, at: datetime) -> Officer | None:
    """Who answers for an organisation now; None if nobody is named up to the head office."""
    day = clock.shanghai_day(at)
    named = dated.in_force(_DATA, day)["officers"]
    for code in officers.upwards(organisation):
        there = [person for person in named.get(code, []) if not _away(person, day)]
        gone = staff.left((person["subject"] for person in there), at) if there else set()
        for person in there:
            if person["subject"] not in gone:
                mobile = person.get("mobile")
                return Officer(code, person["subject"], person["name"], person["phone"], mobile)
    return None


def successor(found: Objection, at: datetime) -> Officer | None:
    """Who takes an open objection over from a handler who is not there; None if nobody has to."""
    if not found.open or not released([found.handler], at):
        return None
    officer = serving(found.handled_at, at)
    return None if officer is None or officer.subject == found.handler else officer


def released(handlers: Sequence[str | None], at: datetime) -> set[str | None]:
    """Those who have left, are away today, or held a post that is another's now; nobody is, too."""
    subjects = [handler for handler in handlers if handler is not None]
    gone = staff.left(subjects, at) if subjects else set()
    day = clock.shanghai_day(at)
    return {
        handler
        for handler in handlers
        if handler is None or handler in gone or _without_post(handler, day)
    }


def messages(
    kind: str, objection_no: str, seq: int, officer: Officer | None, at: datetime
) -> list[Any]:
    """The items of the outbox that tell the post of an event; none without a mobile."""
    if officer is None or officer.mobile is None:
        return []
    fact, values = f"{objection_no}/{seq}", {"objection_no": objection_no}
    told = notifications.Message(kind, fact, officer.mobile, texts.BASE, values)
    return [notifications.outbox_item(told, at)]


def _without_post(subject: str, day: date) -> bool:
    held = _of(dated.in_force(_DATA, day), subject)
    if held:
        return all(_away(person, day) for person in held)
    return any(_of(version, subject) for version in dated.every(_DATA))


def _of(version: dict[str, Any], subject: str) -> list[dict[str, Any]]:
    return [
        person
        for people in version["officers"].values()
        for person in people
        if person["subject"] == subject
    ]


def _away(person: dict[str, Any], day: date) -> bool:
    return any(one["from"] <= day.isoformat() <= one["until"] for one in person.get("away", []))
