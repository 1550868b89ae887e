"""A portfolio is consistent: amounts add up, times are in order, references lead somewhere."""

import re
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.imports import rows as importer
from infra.generator import demo, portfolio
from infra.generator.columns import line_rule
from infra.generator.customers import LINES
from infra.generator.portfolio import KINDS

TODAY = date(2026, 11, 21)
WHOLE = portfolio(5, 1200, today=TODAY)
POLICIES = {row["policy_no"]: row for row in WHOLE.policies}
CLAIMS = list(WHOLE.claims)


def test_policy_numbers_are_unique_and_in_the_contracts_form():
    assert len(POLICIES) == WHOLE.count
    assert all(re.fullmatch("[A-Z0-9][A-Z0-9-]{5,39}", number) for number in POLICIES)


def test_a_larger_portfolio_begins_with_the_smaller_one():
    assert list(portfolio(5, 40).policies) == list(POLICIES.values())[:40]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sixteen_policies_have_every_line_in_force_and_both_kinds_of_coinsurance(seed):
    rows = list(portfolio(seed, 16).policies)
    assert {row["line"] for row in rows if row["status"] == "in_force"} == set(LINES)
    shared = {"lead_insurer" in row for row in rows if row["coinsurance"] == "true"}
    assert shared == {True, False}


def test_lines_restrict_the_portfolio():
    assert {row["line"] for row in portfolio(1, 30, lines=["cargo"]).policies} == {"cargo"}
    with pytest.raises(ValueError, match="no line marine"):
        portfolio(1, 1, lines=["marine"])


@settings(max_examples=25, deadline=None)  # a small portfolio takes some 50 ms on a busy machine
@given(
    seed=st.integers(0, 10**9),
    today=st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    count=st.integers(1, 60),
)
def test_whatever_the_seed_and_the_day_the_importer_accepts_every_row(seed, today, count):
    small = portfolio(seed, count, today=today)
    for kind in KINDS:
        for row in small.rows(kind):
            read = importer.read(kind, row, today)
            assert (read.errors, read.warnings) == ([], []), (kind, row)


def test_covers_add_up_to_premium_and_sum_insured():
    for row in POLICIES.values():
        covers = [item.split("|") for item in row["covers"].split(";")]
        assert all(len(cover) == 4 for cover in covers)
        assert sum(Decimal(cover[2]) for cover in covers) == Decimal(row["premium"])
        assert sum(Decimal(cover[1]) for cover in covers) == Decimal(row["sum_insured"])
        assert all(Decimal(cover[2]) > 0 for cover in covers)


def test_payments_add_up_to_the_premium_and_only_the_suspended_owe_what_was_due():
    for number, payments in groupby(WHOLE.payments, key=lambda payment: payment["policy_no"]):
        row, paid = POLICIES[number], list(payments)
        assert sum(Decimal(payment["due_amount"]) for payment in paid) == Decimal(row["premium"])
        assert [payment["instalment"] for payment in paid] == [
            str(count) for count in range(1, len(paid) + 1)
        ]
        for payment in paid:
            owed = Decimal(payment["paid_amount"]) < Decimal(payment["due_amount"])
            assert ("paid_on" in payment) is not owed
            if owed:
                assert row["status"] == "suspended" or payment["due_on"] > TODAY.isoformat()


def test_every_status_is_there_and_true_on_the_day():
    today = TODAY.isoformat()
    assert set(Counter(row["status"] for row in POLICIES.values())) == {
        *("pending", "in_force", "suspended", "expired", "cancelled", "terminated")
    }
    for row in POLICIES.values():
        assert row["issued_on"] <= min(row["starts_on"], today)
        assert row["starts_on"] <= row["ends_on"]
        if row["status"] == "pending":
            assert row["starts_on"] > today
        if row["status"] in ("in_force", "suspended"):
            assert row["ends_on"] >= today
        if row["status"] == "expired":
            assert row["ends_on"] < today


def test_policies_end_in_each_of_the_coming_months():
    ends = {row["ends_on"][:7] for row in POLICIES.values() if row["status"] == "in_force"}
    assert {"2026-11", "2026-12", "2027-01", "2027-02", "2027-03"} <= ends


def test_motor_covers_come_in_pairs_for_one_car_and_renewals_name_last_years_policy():
    cars = {}
    for row in POLICIES.values():
        if row["line"] == "motor":
            cars.setdefault((row["vin"], row["starts_on"]), set()).add(row["motor_kind"])
            assert row["first_registered_on"] <= row["issued_on"]
    assert Counter(map(len, cars.values()))[2] > len(cars) / 2
    renewals = [row for row in POLICIES.values() if row.get("previous_policy_no") in POLICIES]
    assert renewals
    for row in renewals:
        earlier = POLICIES[row["previous_policy_no"]]
        assert (earlier["vin"], earlier["motor_kind"]) == (row["vin"], row["motor_kind"])
        assert (
            date.fromisoformat(row["starts_on"]) - date.fromisoformat(earlier["ends_on"])
        ).days == 1


def test_some_people_have_several_policies():
    holders = Counter(row["insured_id_no"] for row in POLICIES.values())
    assert max(holders.values()) >= 4


def test_subject_fields_are_those_of_the_line():
    known = {item["field"] for line in LINES for item in line_rule(line)["subject"]}
    for row in POLICIES.values():
        own = {item["field"] for item in line_rule(row["line"])["subject"]}
        assert set(row) & known <= own
        assert row["line"] == "special_risk" or set(row) & own


def test_group_policies_have_a_serial_number_and_a_list_of_people():
    groups = [row for row in POLICIES.values() if "insured_persons" in row]
    assert groups
    for row in groups:
        assert row["policyholder_name"] != row["insured_name"]
        assert row["insured_name"] in row["insured_persons"]
        assert row["line"] != "accident" or row["serial_no"]


def test_agents_intermediaries_and_organisations_that_rows_name_exist():
    outlets = {row["code"]: row for row in WHOLE.organisations}
    agents = {row["code"]: row for row in WHOLE.agents}
    intermediaries = {row["code"]: row for row in WHOLE.intermediaries}
    for row in outlets.values():
        assert ("parent" in row) is (row["level"] != "head_office")
        assert row.get("parent", row["code"]) in outlets
        assert re.fullmatch("[0-9]{6}", row["region"])
    for row in POLICIES.values():
        agent = agents[row["agent"]]
        assert agent["organisation"] == row["organisation"]
        assert row["line"] in agent["lines"].split(";")
        assert outlets[row["organisation"]]["level"] == "outlet"
        if row["channel_type"] in ("professional_agency", "part_time_agency", "broker"):
            assert intermediaries[row["channel_code"]]["type"] == row["channel_type"]


def test_a_claim_moves_forward_in_time_and_never_into_the_future():
    today = datetime.fromisoformat(f"{TODAY}T00:00:00+08:00")
    for _, stops in groupby(CLAIMS, key=lambda stop: stop["claim_no"]):
        claim = list(stops)
        row = POLICIES[claim[0]["policy_no"]]
        assert row["starts_on"] <= claim[0]["occurred_at"][:10] <= row["ends_on"]
        times = [claim[0]["occurred_at"], claim[0]["reported_at"]]
        for number, stop in enumerate(claim, 1):
            assert stop["seq"] == str(number)
            times += [stop["at"], *([stop["accepted_at"]] if "accepted_at" in stop else [])]
        moments = [datetime.fromisoformat(time) for time in times]
        assert moments == sorted(moments)
        assert moments[-1] < today


def test_claims_are_paid_refused_cancelled_and_still_open():
    last = {stop["claim_no"]: stop["stage"] for stop in CLAIMS}
    assert {"closed", "cancelled", "withdrawn"} < set(last.values())
    for stop in CLAIMS:
        assert ("refusal_reason" in stop) == (stop["stage"] == "refused")
        if "paid_amount" in stop:
            assert Decimal(stop["paid_amount"]) <= Decimal(stop["assessed_amount"])
        if "assessed_amount" in stop:
            limit = Decimal(POLICIES[stop["policy_no"]]["sum_insured"])
            assert Decimal(stop["assessed_amount"]) <= limit


def test_endorsements_explain_second_versions_and_only_those():
    changed = {row["policy_no"] for row in WHOLE.endorsements}
    assert changed == {number for number, row in POLICIES.items() if row["version"] == "2"}


def test_contacts_name_their_source_and_wrong_ones_are_among_them():
    contacts = {(row["policy_no"], row["phone"]): row for row in WHOLE.contacts}
    assert {row["source"] for row in contacts.values()} >= {"claim_report", "telesales", "renewal"}
    wrong = list(WHOLE.wrong_contacts)
    assert wrong
    for row in wrong:
        contact = contacts[row["policy_no"], row["phone"]]
        assert contact["recorded_on"] <= row["reported_on"] <= TODAY.isoformat()


def test_the_demonstration_has_a_policy_of_each_queryable_line_with_all_that_opens_it():
    entries = demo(WHOLE)
    assert [entry["line"] for entry in entries] == [
        line for line in LINES if line_rule(line)["queryable"]
    ]
    for entry in entries:
        row = POLICIES[entry["policy_no"]]
        assert (row["status"], row["line"]) == ("in_force", entry["line"])
        assert "lead_insurer" not in row
        given = {name for name in ("id_no", "insured_name", "serial_no") if entry[name]}
        assert all(
            {*way} <= {"policy_no", *given} for way in line_rule(entry["line"])["verification"]
        )
        assert entry["insured_name"] == row["insured_name"]
