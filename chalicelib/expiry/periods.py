"""The days that a list is about: a month, or one day so many days ahead, in Asia/Shanghai."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import NamedTuple

from chalicelib import clock
from chalicelib.errors import FieldError, InvalidInputError

MONTHS = 3
"""The month of the run and the next two (contract, scheduled functions)."""
DAYS_AHEAD = (60, 30, 7)

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_DAY = re.compile(r"days/([0-9]{4}-[0-9]{2}-[0-9]{2})/(60|30|7)")


class Period(NamedTuple):
    """First and last day of cover that a list names, and its place under `expiry/`."""

    key: str
    """`2027-03`, or `days/2027-01-30/60`."""
    first: date
    last: date

    @property
    def days(self) -> tuple[date, date]:
        """First and last."""
        return self.first, self.last

    def within(self, other: "Period") -> bool:
        """Whether the other period has all days of this one, and more."""
        return self != other and other.first <= self.first and self.last <= other.last


def scheduled(at: datetime) -> list[Period]:
    """What the run of that moment makes: three months and the lists of Shanghai's day."""
    today = clock.shanghai_day(at)
    months = []
    for ahead in range(MONTHS):
        years, place = divmod(today.month - 1 + ahead, 12)
        months.append(_month(today.year + years, place + 1))
    return [*months, *(_day(today, ahead) for ahead in DAYS_AHEAD)]


def parse(key: str) -> Period:
    """The period by its key; InvalidInputError if it is none."""
    if month := _MONTH.fullmatch(key):
        return _month(int(month[1]), int(month[2]))
    if day := _DAY.fullmatch(key):
        return _day(date.fromisoformat(day[1]), int(day[2]))
    raise InvalidInputError([FieldError("/month", "pattern", "yyyy-mm")])


def month(key: str) -> Period:
    """The same for a month alone."""
    return parse(key if _MONTH.fullmatch(key) else "")


def _month(year: int, month: int) -> Period:
    first = date(year, month, 1)
    return Period(f"{year:04d}-{month:02d}", first, first.replace(day=monthrange(year, month)[1]))


def _day(today: date, ahead: int) -> Period:
    """Cover ends at 24:00 of the last day: days are counted to that day, not to the next."""
    day = today + timedelta(days=ahead)
    return Period(f"days/{today.isoformat()}/{ahead}", day, day)
