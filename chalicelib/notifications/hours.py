"""When a message may go out: quiet hours, and for advertising China's working days only.

Working days with the State Council's make-up days come from `holidays`, which knows the announced
years and reckons the others from the law and the lunar calendar.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from chalicelib import clock, dated


def allowed(at: datetime, kind: str, *, at_once: bool) -> datetime:
    """The first instant from `at` on at which a message of this class may be sent.

    `at_once`: the person has just acted and waits for it (a report's number), whatever the hour.
    """
    if at_once:
        return at
    rule: dict[str, Any] = dated.in_force("notifications/hours", clock.shanghai_day(at))[kind]
    day = clock.shanghai_day(at)
    while True:
        opens = clock.start_of_day(day) + _span(rule["from"])
        closes = clock.start_of_day(day) + _span(rule["until"])
        if at < closes and (not rule["working_days_only"] or is_working_day(day)):
            return max(at, opens)
        day += timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Whether offices work on that day: the holiday calendar with its make-up days."""
    return bool(_calendar().is_working_day(day))


@cache
def _calendar() -> Any:
    # Imported here: 0.3 s that only whoever asks for working days should pay.
    from holidays.countries.china import China

    return China()  # type: ignore[no-untyped-call]  # holidays ships no types here


def _span(text: str) -> timedelta:
    hours, _, minutes = text.partition(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
