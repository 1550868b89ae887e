"""Losses, service times and satisfaction (K1, K2): counted again by other code, late news right."""

import secrets
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest

from chalicelib import clock, events
from chalicelib.analysis import daily, losses, profiles, service, store
from chalicelib.analysis.counting import Counts
from chalicelib.analysis.tree import Tree
from chalicelib.claims import store as claim_store
from chalicelib.imports import kinds
from tests.analysis import recount
from tests.analysis.test_tables import AT, DAY, PARENTS, announce, shown, take

CAUSES = ("collision", "fire", "flood")


@pytest.fixture(scope="module")
def portfolio(aws):
    """Forty people with a motor policy each, at three outlets."""
    aws.empty()
    announce()
    rows = [
        {
            "policy_no": f"MOTO{place:04d}",
            "version": 1,
            "line": "motor" if place % 4 else "property",
            "status": "in_force",
            "issued_on": "2026-01-01",
            "starts_on": "2026-01-02",
            "ends_on": "2027-01-01",
            "organisation": ("C1", "C2", "C3")[place % 3],
            "insured_name": f"某{place}",
            "insured_id_type": "passport",
            "insured_id_no": f"E{place:08d}",
            "premium": 100_000,
        }
        for place in range(40)
    ]
    take(rows)
    return rows


@pytest.fixture(scope="module")
def stops(portfolio):
    """Two in three have a loss; every fifth is paid late, every seventh waits."""
    found = []
    for place, row in enumerate(portfolio):
        if place % 3 == 2:
            continue
        reported = clock.start_of_day(date(2026, 3, 1) + timedelta(days=place * 5))
        reached = [("reported", 0), ("surveyed", 6), ("agreed", 48)]
        if place % 7:
            reached += [("paid", 48 + (400 if place % 5 == 0 else 24)), ("closed", 460)]
        for seq, (stage, hours) in enumerate(reached, 1):
            stop = {
                "claim_no": f"CL{place:04d}",
                "seq": seq,
                "policy_no": row["policy_no"],
                "stage": stage,
                "department": "理赔部",
                "at": clock.stored(reported + timedelta(hours=hours)),
            }
            if stage == "reported":
                stop |= {"reported_at": stop["at"], "cause": CAUSES[place % 3]}
            if stage == "paid":
                stop["paid_amount"] = 1_000 * (place + 1)
            found.append(stop)
    told(found)
    return found


def told(rows):
    named = [kinds.Row(row, f"c#{row['claim_no']}{row['seq']}") for row in rows]
    return kinds._take_claims(named, AT)


def roll_up(aws):
    with aws.guard.acting("roll_up_day"):
        event = {"time": clock.stored(AT)}
        return events.roll_up_day(event, SimpleNamespace(aws_request_id="test"))


def counted(portfolio, stops, organisation):
    """Claims and amounts by line and cause; stages left and promises of payment by outcome."""
    units = recount.within(PARENTS, organisation)
    line, cause, stage, payment = Counter(), Counter(), Counter(), Counter()
    paid, hours = Counter(), Counter()
    for row in portfolio:
        mine = [stop for stop in stops if stop["policy_no"] == row["policy_no"]]
        if row["organisation"] not in units or not mine:
            continue
        line[row["line"]] += 1
        cause[mine[0]["cause"]] += 1
        paid[row["line"]] += sum(stop.get("paid_amount", 0) for stop in mine)
        for one, after in pairwise(mine):
            took = clock.parse(after["at"]) - clock.parse(one["at"])
            if clock.shanghai_day(clock.parse(after["at"])) <= DAY:
                stage[one["stage"]] += 1
                hours[one["stage"]] += round(took.total_seconds() / 3600)
                if one["stage"] == "agreed":
                    payment["kept" if took < timedelta(days=10) else "broken"] += 1
    return line, cause, stage, payment, paid, hours


def compare(portfolio, stops):
    compared = 0
    for organisation in ("Q", "P1", "C1", "C2"):
        line, cause, stage, payment, paid, hours = counted(portfolio, stops, organisation)
        found = shown(organisation)
        for table, expected, name in (("line", line, "claims"), ("cause", cause, "claims")):
            for code, row in (found["losses"][table] or {}).items():
                if "people" in row:
                    compared += 1
                    assert row[name] == row["people"] == expected[code] >= 5
                    assert table == "cause" or row["paid"] == paid[code]
        for code, row in (found["service"]["stage"] or {}).items():
            if "people" in row:
                compared += 1
                assert (row["times"], row["hours"]) == (stage[code], hours[code])
        for code, row in (found["service"]["promise"] or {}).items():
            clock_code, _, outcome = code.partition(":")
            if "people" in row and clock_code == "payment":
                compared += 1
                assert row["times"] == payment[outcome] >= 5
    assert compared >= 8


def test_losses_and_times_equal_the_recount(portfolio, stops, aws):
    roll_up(aws)
    compare(portfolio, stops)


def test_what_happened_before_the_window_or_after_the_day_does_not_count():
    day, rule = date(2026, 11, 20), {"window_days": 365}
    days = ["2025-11-20", "2025-11-21", "2026-11-20", "2026-11-21"]
    claims = {
        "PDAA1": [
            [on, "fire", 100, [["payment:kept", on, 3]], [["reported", on, 5]]] for on in days
        ]
    }
    mine = profiles.Profile(*[""] * len(profiles.Profile._fields))
    mine = mine._replace(policy_no="PDAA1", organisation="C1", line="motor")
    counts = Counts()
    losses.count(counts, [mine], claims, Tree({"C1": None}), day, rule)
    assert counts.sums["losses", "line", "claims"] == {("C1", "motor"): 2}
    assert counts.sums["losses", "cause", "paid"] == {("C1", "fire"): 200}
    assert counts.sums["service", "promise", "times"] == {("C1", "payment:kept"): 2}
    assert counts.sums["service", "stage", "hours"] == {("C1", "reported"): 10}


def test_stops_that_come_again_count_once_and_late_ones_are_right_the_next_day(
    portfolio, stops, aws
):
    once = shown("Q")
    assert set(told(stops)) == {"accepted"}
    assert len(list(store.notes())) == 1
    roll_up(aws)
    assert shown("Q") == once
    late = {**stops[-1], "seq": stops[-1]["seq"] + 1, "stage": "reopened"}
    late["at"] = clock.stored(clock.parse(late["at"]) + timedelta(hours=5))
    late.pop("paid_amount", None)
    stops.append(late)
    assert told([late]) == ["accepted"]
    roll_up(aws)
    compare(portfolio, stops)
    before = shown("Q")
    service.note([stops[0]["policy_no"]], claims=True)
    roll_up(aws)
    assert shown("Q") == before


def test_scores_are_counted_by_branch_and_few_are_not_shown(portfolio, stops, aws):
    for score, organisation, times in ((5, "C1", 9), (4, "C1", 6), (1, "C3", 3)):
        for _ in range(times):
            facts = {"score": score, "line": "motor", "organisation": organisation}
            item = claim_store.ClaimItem(
                f"satisfaction/{DAY - timedelta(days=3)}", secrets.token_hex(8), facts=facts
            )
            item.save()
    daily.run(AT)
    # P2 has three answers alone: it goes together with the only other branch, for Q is shown.
    assert shown("C1")["satisfaction"]["people"] is shown("C3")["satisfaction"]["people"] is None
    found = shown("Q")["satisfaction"]
    assert found["people"] == 18
    assert {code: row.get("people") for code, row in found["score"].items()} == {
        "5": 9,
        "4": None,
        "1": None,
    }


def test_they_are_shown_in_words(portfolio, stops, door, staff_token):
    reply = door.get(
        "/v1/staff/analysis/Q",
        token=staff_token(["branch_manager"], "Q"),
        headers={"accept-language": "en"},
    )
    assert reply.status == 200, reply.body
    names = {
        row["name"]
        for population in reply.body["populations"]
        for table in population["tables"]
        for row in table["rows"]
    }
    assert {"Payment after agreement: in time", "Collision"} <= names
