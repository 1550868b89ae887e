"""What a form says at the edges of what it tells apart."""

from datetime import timedelta
from typing import Any

from chalicelib.reports import forms, periods
from chalicelib.reports.tallies import Entry, Tally
from tests.reports.recount import RULES

QUARTER = periods.parse("2026Q4")


def open_for(days: int, partner: str | None = None) -> Entry:
    """An objection that is so many days old when the quarter ends."""
    filed_on = QUARTER.last - timedelta(days=days)
    return {
        "kind": "received",
        "objection_no": f"Y{days}",
        "line": "motor",
        "channel": "online",
        "subject": "payment",
        "partner": partner,
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


def test_partners_stand_in_one_order_whatever_came_first() -> None:
    codes = ["zg", "iac", "gone", "bank", "auto", "mall", "taxi"]
    tally = Tally(entries=[open_for(1, code) for code in [*codes, "iac"]])
    rows = forms.objections(QUARTER, tally)["by_partner"]
    assert [row["partner"] for row in rows] == sorted(codes)
    assert {row["received"] for row in rows if row["partner"] != "iac"} == {1}
