"""The clock: instants as people and programs outside read them."""

from datetime import UTC, datetime

import pytest

from chalicelib import clock


def test_letters_of_an_instant_may_be_small() -> None:
    assert clock.parse("2026-10-01t00:30:00z") == datetime(2026, 10, 1, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-10-01T00:30:00", "2026-02-30T00:00:00Z", "0999-01-01T00Z"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        clock.parse(text)


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (datetime(2026, 11, 21, 16, tzinfo=UTC), "2026-11-22T00:00:00+08:00"),
        (datetime(1800, 1, 1, tzinfo=UTC), "1800-01-01T08:00:00+08:00"),
        (datetime(1945, 6, 1, tzinfo=UTC), "1945-06-01T09:00:00+09:00"),
    ],
)
def test_an_offset_never_has_seconds(instant: datetime, shown: str) -> None:
    assert clock.shown(instant) == shown
