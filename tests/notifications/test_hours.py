"""Quiet hours and China's working days."""

from datetime import date

import pytest

from chalicelib import clock
from chalicelib.notifications import hours


@pytest.mark.parametrize(
    ("at", "kind", "allowed"),
    [
        ("2026-11-20T14:00:00+08:00", "service", "2026-11-20T14:00:00+08:00"),
        ("2026-11-20T20:59:59+08:00", "service", "2026-11-20T20:59:59+08:00"),
        ("2026-11-20T21:00:00+08:00", "service", "2026-11-21T08:00:00+08:00"),
        ("2026-11-21T03:00:00+08:00", "service", "2026-11-21T08:00:00+08:00"),
        ("2026-11-20T20:00:00+08:00", "marketing", "2026-11-23T09:00:00+08:00"),
        ("2026-09-30T20:30:00+08:00", "marketing", "2026-10-08T09:00:00+08:00"),
        ("2026-02-14T10:00:00+08:00", "marketing", "2026-02-14T10:00:00+08:00"),
    ],
)
def test_a_message_waits_for_the_next_hour_at_which_it_may_be_sent(
    at: str, kind: str, allowed: str
) -> None:
    found = hours.allowed(clock.parse(at), kind, at_once=False)
    assert clock.shown(found) == allowed


def test_an_answer_that_somebody_waits_for_is_sent_at_night() -> None:
    night = clock.parse("2026-11-21T03:00:00+08:00")
    assert hours.allowed(night, "service", at_once=True) == night


def test_make_up_days_are_working_days_and_coming_years_are_reckoned() -> None:
    assert hours.is_working_day(date(2026, 2, 14))
    assert not hours.is_working_day(date(2026, 10, 1))
    assert not hours.is_working_day(date(2027, 2, 8)), "the Spring Festival of 2027"
