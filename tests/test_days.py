"""Days and deadlines as people read them: what ends with a day is due on that day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib import clock, days

END = clock.end_of_day(date(2026, 11, 20))


@pytest.mark.parametrize(
    ("due", "chinese", "english"),
    [
        (END, "2026年11月20日24:00", "end of 20 November 2026"),
        (END.astimezone(UTC), "2026年11月20日24:00", "end of 20 November 2026"),
        (END + timedelta(minutes=1), "2026年11月21日00:01", "21 November 2026 00:01"),
        (END + timedelta(seconds=30), "2026年11月21日00:00", "21 November 2026 00:00"),
        (END - timedelta(seconds=1), "2026年11月20日23:59", "20 November 2026 23:59"),
        (clock.end_of_day(date(2026, 12, 31)), "2026年12月31日24:00", "end of 31 December 2026"),
        (datetime(2026, 11, 20, 10, tzinfo=UTC), "2026年11月20日18:00", "20 November 2026 18:00"),
    ],
)
def test_a_deadline_at_midnight_is_the_end_of_the_day_before(
    due: datetime, chinese: str, english: str
) -> None:
    assert days.deadline(due) == chinese
    assert days.deadline(due, "en") == english
