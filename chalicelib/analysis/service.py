"""What other rooms may ask of figures, and what staff are shown of them."""

from datetime import date, datetime
from typing import Any

from chalicelib import clock, sealing, texts
from chalicelib.analysis import blocks, clients, daily, scorecards, showing, store
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.staff.access import Scope

__all__ = ["note", "note_person", "report_service", "reseal", "roll_up_day", "score", "tables"]

OF_A_PERSON = 1000
"""Policies of one person that are looked at when he is restricted."""

note = daily.note
reseal = blocks.reseal


def roll_up_day(at: datetime) -> dict[str, int]:
    """Makes the tables of Shanghai's day before the moment; again: the same."""
    return daily.run(at)


def report_service(at: datetime) -> int:
    """Asks for the service reports of the last quarter that ended before the moment; how many."""
    return clients.begin(at)


def score(at: datetime) -> int:
    """Makes the scorecards of the year that ended before the moment, once; how many."""
    return scorecards.begin(at)


def note_person(record: Record) -> None:
    """Notes that the next tables must look again at whether this person may count at all."""
    mine = policies.of_marks(sealing.hashes(*record.identity()), OF_A_PERSON)
    note([one.policy_no for one in mine])


def tables(
    scope: Scope, organisation: str, day: str | None, language: str, at: datetime
) -> dict[str, Any]:
    """The newest tables of an organisation, of that day (ISO) or before; NotFoundError for none."""
    scope.require(organisation)
    until = _day(day, language) if day else clock.shanghai_day(at)
    found = store.tables(organisation, until.isoformat())
    if found is None:
        raise NotFoundError
    return {
        "organisation": organisation,
        "day": found.sk,
        "scorecard": scorecards.newest(organisation, until, language),
        "populations": showing.populations(found.facts, language),
    }


def _day(text: str, language: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        wrong = FieldError("/day", "invalid", texts.text("field.invalid", language))
        raise InvalidInputError([wrong]) from error
