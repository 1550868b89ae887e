"""Periods of cover (保险期间) spread around a day so that every status has policies."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

_STATUSES = (
    *("in_force",) * 62,
    *("expired",) * 18,
    *("pending",) * 6,
    *("suspended",) * 3,
    *("cancelled",) * 6,
    *("terminated",) * 5,
)


@dataclass(frozen=True, slots=True)
class Length:
    """How long a product covers: whole months or, for journeys, days."""

    months: int = 0
    days: int = 0

    def after(self, start: date) -> date:
        """The last day of a cover that starts on that day; its end is 24:00."""
        return later(start, self.months) + timedelta(days=self.days - 1)

    def before(self, end: date) -> date:
        """The first day of a cover whose last day that is."""
        return later(end + timedelta(days=1), -self.months) - timedelta(days=self.days)

    def shortest(self) -> int:
        """Days that the cover lasts at least, whatever the months: 30.1 a month is always there."""
        return self.days + self.months * 301 // 10


@dataclass(frozen=True, slots=True)
class Term:
    """Status and days of a policy."""

    status: str
    issued_on: date
    starts_on: date
    ends_on: date


def term(chance: Random, length: Length, today: date, status: str = "") -> Term:
    """A term whose status is true on that day; drawn where none is asked for."""
    status = status or _STATUSES[int(chance.random() * len(_STATUSES))]
    if status == "pending":
        starts_on = today + timedelta(days=1 + int(chance.random() * 45))
    else:
        starts_on = length.before(today + timedelta(days=_days_left(chance, length, status)))
    return _issued(chance, status, length, starts_on, today)


def year_before(chance: Random, current: Term, today: date) -> Term:
    """The term that this one renews (续保): it ends the day before."""
    ends_on = current.starts_on - timedelta(days=1)
    status = "expired" if ends_on < today else "in_force"
    length = Length(months=12)
    before = _issued(chance, status, length, length.before(ends_on), today)
    return replace(before, ends_on=ends_on)


def later(day: date, months: int) -> date:
    """The same day so many months later, or the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1] if day.day > 28 else day.day
    return date(year, month + 1, min(day.day, last))


def _days_left(chance: Random, length: Length, status: str) -> int:
    if status in ("in_force", "suspended"):
        return int(chance.random() * length.shortest())
    if status == "expired":
        return -1 - int(chance.random() * 700)
    return int(chance.random() * length.shortest()) - int(chance.random() * 500)


def _issued(chance: Random, status: str, length: Length, starts_on: date, today: date) -> Term:
    issued_on = min(today, starts_on - timedelta(days=int(chance.random() * 20)))
    return Term(status, issued_on, starts_on, length.after(starts_on))
