"""Calendar quarters in Asia/Shanghai, and when their reports are due."""

import re
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, dated
from chalicelib.errors import NotFoundError

_KEY = re.compile(r"(20[0-9]{2})Q([1-4])")


class Quarter(NamedTuple):
    """A calendar quarter."""

    year: int
    number: int

    @property
    def key(self) -> str:
        """`2026Q4`."""
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The quarter after."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        """The quarter before."""
        return last_ended(clock.start_of_day(self.first))

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def rules(self) -> dict[str, Any]:
        """What held for its report on its last day (schemas/data/quarterly_report.json)."""
        return dated.in_force("data/quarterly_report", self.last)

    @property
    def due_on(self) -> date:
        """The last day on which it may be submitted."""
        return self.last + timedelta(days=self.rules["due_days"])


def last_ended(at: datetime) -> Quarter:
    """The last quarter that was over at the moment."""
    today = clock.shanghai_day(at)
    running = (today.month - 1) // 3
    return Quarter(today.year, running) if running else Quarter(today.year - 1, 4)


def parse(key: str) -> Quarter:
    """The quarter of a key; NotFoundError for what is none."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise NotFoundError
    return Quarter(int(found[1]), int(found[2]))
