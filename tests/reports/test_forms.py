"""What a form says at the edges of what it tells apart."""

from datetime import timedelta
from typing import Any

from chalicelib.reports import forms, periods
from chalicelib.reports.tallies import Entry, Tally
from tests.reports.recount import RULES

QUARTER = periods.parse("2026Q4")


def open_for(days: int) -> Entry:
    """An objection that is so many days old when the quarter ends."""
    filed_on = QUARTER.last - timedelta(days=days)
    return {
        "kind": "received",
        "objection_no": f"Y{days}",
        "line": "motor",
        "channel": "online",
        "subject": "payment",
        "partner": None,
        "filed_on": filed_on.isoformat(),
    }


def test_an_age_holds_its_last_day_and_not_the_next() -> None:
    limits: list[dict[str, Any]] = RULES["ages"]
    for place, one in enumerate(limits[:-1]):
        tally = Tally(closing=[open_for(one["up_to"]), open_for(one["up_to"] + 1)])
        ages = forms.objections(QUARTER, tally)["ages"]
        assert {row["age"] for row in ages if row["open"]} == {
            one["code"],
            limits[place + 1]["code"],
        }
