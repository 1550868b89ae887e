"""What a form says at the edges of what it tells apart."""

import re
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.reports import chart, filed, forms, periods
from chalicelib.reports.tables import Column, Table
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


def test_what_is_not_printed_is_counted_and_a_total_is_always_printed() -> None:
    columns = [Column("机构", "text"), Column("查询次数")]
    long = Table("", columns, [[f"{n}", n] for n in range(150)] + [["合计", 11_175]])
    printed = long.shortened(filed.ROWS, "合计")
    assert (len(printed.rows), printed.left_out) == (filed.ROWS + 1, 150 - filed.ROWS)
    assert printed.rows[-1] == ["合计", 11_175]


def test_every_day_of_the_longest_quarter_is_printed() -> None:
    rows: list[list[Any]] = [[day.isoformat(), 1] for day in QUARTER.days]
    days = Table("", [Column("日期", "text"), Column("查询次数")], [*rows, ["合计", len(rows)]])
    assert len(rows) == 92
    assert days.shortened(filed.ROWS, "合计") == days


@pytest.mark.parametrize("most", [0, 1, 2, 5, 6, 23, 1_234_567])
def test_numbers_that_are_counted_have_whole_ones_at_their_axis(most: int) -> None:
    svg = chart.bars("n", ["a", "b"], {"x": [most, 0]}, width=400, height=200)
    told = [
        float(text.replace(",", ""))
        for text in re.findall(r'<text[^>]*class="(?:major)?"[^>]*>([0-9,.]+)</text>', svg)
    ]
    assert told, svg
    assert all(one == int(one) for one in told)
    assert max(told) >= most
    assert len(told) <= 6
