"""Days and deadlines as people read them, in letters and messages; programs get the instant."""

from datetime import date, datetime

from chalicelib import clock, languages

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""Not strftime's, which follow the machine's locale."""


def day(found: date, language: str = languages.BASE) -> str:
    """2026年1月31日, in English 31 January 2026."""
    if language == languages.BASE:
        return f"{found.year}年{found.month}月{found.day}日"
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def deadline(due: datetime, language: str = languages.BASE) -> str:
    """By when something is due: the end of a day as that day (24:00, GB/T 7408.1), not as the next.

    2026年11月20日24:00 or end of 20 November 2026; at another time of day with that time.
    """
    last = clock.last_day(due)
    ends, said = due == clock.end_of_day(last), day(last, language)
    at = "24:00" if ends else f"{due.astimezone(clock.SHANGHAI):%H:%M}"
    if language == languages.BASE:
        return f"{said}{at}"
    return f"end of {said}" if ends else f"{said} {at}"
