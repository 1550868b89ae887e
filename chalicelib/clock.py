"""The one clock: instants in UTC, days in Asia/Shanghai, RFC 3339 at the edges."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOCAL_MEAN_TIME = timedelta(hours=8, minutes=5, seconds=43)


def now() -> datetime:
    """This instant, aware, in UTC. Everything else that needs a time takes it as an argument."""
    return datetime.now(UTC)


def parse(text: str) -> datetime:
    """An RFC 3339 instant; ValueError without an offset, or in a year without four digits.

    Earlier years are written with fewer digits in storage; the last one may end beyond the calendar
    in Shanghai.
    """
    # RFC 3339 has `t` and `z` in lower case too.
    instant = datetime.fromisoformat(text.upper())
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    if not 1000 < instant.year < 9999:
        raise ValueError("an instant needs a year of four digits")
    return instant


def stored(instant: datetime) -> str:
    """The form in storage: UTC, microseconds, sortable as text."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def shown(instant: datetime) -> str:
    """The form for people and programs outside: RFC 3339 with Shanghai's offset."""
    local = instant.astimezone(SHANGHAI)
    # Until 1901 Shanghai kept its own time, and an offset with seconds is none of RFC 3339.
    if local.utcoffset() == LOCAL_MEAN_TIME:
        local = instant.astimezone(timezone(timedelta(hours=8)))
    return local.isoformat(timespec="seconds")


def shanghai_day(instant: datetime) -> date:
    """The calendar day in Asia/Shanghai on which the instant falls."""
    return instant.astimezone(SHANGHAI).date()


def start_of_day(day: date) -> datetime:
    """00:00 in Asia/Shanghai."""
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def last_day(due: datetime) -> date:
    """The day on which something due at the instant may still be done: before a midnight ends."""
    return shanghai_day(due - timedelta(microseconds=1))


def end_of_day(day: date) -> datetime:
    """24:00 of the day, the next midnight: where cover that ends on the day ends (contract)."""
    return start_of_day(day + timedelta(days=1))
