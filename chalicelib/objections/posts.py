"""Named officers (专岗): whom the objections of an organisation reach, by dated data.

Absences stand with the data, or were recorded at the desk (`absences.py`, decision 0072).

The first of those named who is there is the officer; where an organisation names nobody, or nobody
of them is there, the next one above answers. Who leaves, is away or gives the post up hands over
what he has open (`successor`). Why somebody got an objection stands in its event: codes of
`objection_assignment`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from chalicelib import clock, dated, texts
from chalicelib.notifications import service as notifications
from chalicelib.objections import officers
from chalicelib.objections.folding import Objection
from chalicelib.staff import absences

_DATA = "data/objection_officers"
OFFICER, STAND_IN, HIGHER_POST = "officer", "stand_in", "higher_post"
"""The first one named; who serves while he is not there; the one above, as nobody is."""
NOBODY, LEFT, ABSENT, POST_GIVEN_UP = "nobody", "handler_left", "handler_absent", "post_given_up"
"""What became of the handler before: there was none, he left, is away, or has no post now."""


class Officer(NamedTuple):
    """Who holds the post; name and telephone are given to customers."""

    organisation: str
    subject: str
    name: str
    phone: str
    mobile: str | None
    """Of the post, where short messages about its work go."""
    cause: str
    """Why it is he: OFFICER, STAND_IN or HIGHER_POST; of a successor, what became of the other."""


def serving(organisation: str, at: datetime) -> Officer | None:
    """Who answers for an organisation now; None if nobody is named up to the head office."""
    day = clock.shanghai_day(at)
    posts = dated.in_force(_DATA, day)["officers"]
    for code in officers.upwards(organisation):
        found = _first(posts.get(code, []), at, day)
        if found is not None:
            first = found["subject"] == posts[code][0]["subject"]
            cause = HIGHER_POST if code != organisation else OFFICER if first else STAND_IN
            facts = (found["subject"], found["name"], found["phone"], found.get("mobile"))
            return Officer(code, *facts, cause)
    return None


def named(day: date) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every post on a day: whose, and who holds it, as the data say."""
    for code, people in dated.in_force(_DATA, day)["officers"].items():
        for person in people:
            yield code, person


def _first(people: list[dict[str, Any]], at: datetime, day: date) -> dict[str, Any] | None:
    """Who of a post's people serves: the first who is there, or who stands in for him."""
    by_subject = {person["subject"]: person for person in people}
    known = absences.presences(by_subject, at)

    def there(subject: str | None) -> bool:
        person = by_subject.get(subject or "")
        return person is not None and known[person["subject"]].there and not _away(person, day)

    for subject, presence in known.items():
        for serves in (subject, presence.stand_in):
            if there(serves):
                return by_subject[str(serves)]
    return None


def successor(found: Objection, at: datetime) -> Officer | None:
    """Who takes an open objection over from a handler who is not there; None if nobody has to."""
    why = released([found.handler], at).get(found.handler) if found.open else None
    officer = serving(found.handled_at, at) if why else None
    if why is None or officer is None or officer.subject == found.handler:
        return None
    return officer._replace(cause=why)


def released(handlers: Sequence[str | None], at: datetime) -> dict[str | None, str]:
    """Those who have left, are away today, or held a post that is another's now, with which of
    these it is; nobody is, too."""
    subjects = [handler for handler in handlers if handler is not None]
    known = absences.presences(subjects, at)
    day = clock.shanghai_day(at)
    why = {handler: _why(handler, known, day) for handler in handlers}
    return {handler: cause for handler, cause in why.items() if cause is not None}


def messages(
    kind: str, objection_no: str, seq: int, officer: Officer | None, at: datetime
) -> list[Any]:
    """The items of the outbox that tell the post of an event; none without a mobile."""
    if officer is None or officer.mobile is None:
        return []
    fact, values = f"{objection_no}/{seq}", {"objection_no": objection_no}
    told = notifications.Message(kind, fact, officer.mobile, texts.BASE, values)
    return [notifications.outbox_item(told, at)]


def _why(subject: str | None, known: dict[str, absences.Presence], day: date) -> str | None:
    """Why somebody works on nothing on a day; None if he does."""
    if subject is None:
        return NOBODY
    if not known[subject].there:
        return LEFT if known[subject].left else ABSENT
    held = _of(dated.in_force(_DATA, day), subject)
    if held:
        return ABSENT if all(_away(person, day) for person in held) else None
    had = any(_of(version, subject) for version in dated.every(_DATA))
    return POST_GIVEN_UP if had else None


def _of(version: dict[str, Any], subject: str) -> list[dict[str, Any]]:
    return [
        person
        for people in version["officers"].values()
        for person in people
        if person["subject"] == subject
    ]


def _away(person: dict[str, Any], day: date) -> bool:
    return any(one["from"] <= day.isoformat() <= one["until"] for one in person.get("away", []))
