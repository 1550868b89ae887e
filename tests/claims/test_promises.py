"""Clocks (C6) on their edge dates: natural days to 24:00, pauses, agreements, the dated tables."""

from datetime import datetime
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.claims import folding, promises
from chalicelib.claims.promises import Terms

MOTOR = Terms("motor", "commercial", None, "P1")
COMPULSORY = Terms("motor", "compulsory", None, "P1")


def case(*events: tuple[str, str] | dict[str, Any]) -> folding.Case:
    """Events of ours as (stage or kind, time in Shanghai)."""
    stages = {"reported", "docs_pending", "docs_complete", "agreed", "paid", "refused", "reopened"}
    stages |= {"surveyed", "assessed", "closed", "calculated", "accepted"}
    found = []
    for position, event in enumerate(events):
        if isinstance(event, dict):
            found.append((str(position), event))
            continue
        what, at = event
        kind = {"kind": "stage", "stage": what} if what in stages else {"kind": what, "letter": "L"}
        found.append((str(position), {**kind, "at": f"{at}+08:00", "claim_no": "C1"}))
    return folding.fold(folding.in_order(found))


def running(found: folding.Case, terms: Terms = MOTOR) -> dict[str, str]:
    return {
        one.code: one.paused or clock.shown(one.due_at).removesuffix("+08:00")
        for one in promises.clocks(found, terms)
    }


def test_a_decision_is_due_thirty_days_after_the_day_of_the_report_at_24_00() -> None:
    late = case(("reported", "2026-01-31T23:59:59"))
    assert running(late) == {"decision": "2026-03-03T00:00:00"}
    assert running(case(("reported", "2026-02-01T00:00:00"))) == {"decision": "2026-03-04T00:00:00"}
    assert running(case(("reported", "2028-01-30T12:00:00"))) == {"decision": "2028-03-01T00:00:00"}


def test_compulsory_and_commercial_motor_differ() -> None:
    documents = case(("reported", "2026-11-01T09:00:00"), ("docs_complete", "2026-11-02T09:00:00"))
    assert running(documents) == {
        "decision": "2026-12-02T00:00:00",
        "partial_payment": "2027-01-02T00:00:00",
    }
    assert running(documents, COMPULSORY)["compulsory_decision"] == "2026-11-08T00:00:00"
    assert promises.due(documents, MOTOR) == clock.parse("2026-12-02T00:00:00+08:00")
    assert promises.due(documents, COMPULSORY) == clock.parse("2026-11-08T00:00:00+08:00")
    reported = case(("reported", "2026-11-01T09:00:00"))
    assert running(reported, COMPULSORY)["compulsory_documents"] == "2026-11-03T00:00:00"


def test_the_clock_stands_still_until_documents_arrive_and_says_why() -> None:
    asked = [("reported", "2026-11-01T09:00:00"), ("docs_pending", "2026-11-05T18:00:00")]
    assert running(case(*asked)) == {"decision": "documents"}
    assert promises.due(case(*asked), MOTOR) is None
    whole = case(*asked, ("docs_complete", "2026-11-15T08:00:00"))
    assert running(whole)["decision"] == "2026-12-12T00:00:00", "ten days more"


def test_before_the_interpretation_of_2013_the_clock_did_not_stand_still() -> None:
    for day, expected in (("2013-06-07", "2013-07-08T00:00:00"), ("2013-06-08", "documents")):
        found = case(("reported", f"{day}T09:00:00"), ("docs_pending", f"{day}T10:00:00"))
        assert running(found) == {"decision": expected}
    assert running(case(("reported", "2009-09-30T09:00:00"))) == {}


def test_payment_is_due_ten_days_after_the_agreement_and_a_new_one_counts_anew() -> None:
    agreed = [("reported", "2026-11-01T09:00:00"), ("agreed", "2026-12-22T10:00:00")]
    assert running(case(*agreed)) == {"payment": "2027-01-02T00:00:00"}
    again = case(*agreed, ("agreed", "2026-12-24T10:00:00"))
    assert running(again) == {"payment": "2027-01-02T00:00:00"}, "the first promise stands"
    assert running(case(*agreed, ("paid", "2026-12-23T10:00:00"))) == {}


def test_a_refusal_is_told_in_writing_within_three_days() -> None:
    refused = [("reported", "2026-11-01T09:00:00"), ("refused", "2026-11-10T23:00:00")]
    assert running(case(*refused)) == {"refusal_notice": "2026-11-14T00:00:00"}
    assert running(case(*refused, ("letter", "2026-11-11T09:00:00"))) == {}
    by_the_core_system = {"claim_no": "C1", "seq": 1, "stage": "refused"}
    theirs = {**by_the_core_system, "at": "2026-11-10T23:00:00+08:00"}
    assert running(case(theirs)) == {}, "it watches over its own letters"


def test_the_part_that_can_be_determined_is_paid_within_sixty_days() -> None:
    found = [("reported", "2026-06-01T09:00:00"), ("docs_complete", "2026-06-02T09:00:00")]
    assert running(case(*found))["partial_payment"] == "2026-08-02T00:00:00"
    paid = case(*found, ("prepaid", "2026-07-01T09:00:00"))
    assert "partial_payment" not in running(paid)


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-20T09:00:00", "2026-11-24T00:00:00"),  # Friday: Monday
        ("2026-11-21T09:00:00", "2026-11-24T00:00:00"),  # Saturday: Monday
        ("2026-09-30T18:00:00", "2026-10-09T00:00:00"),  # before National Day: the 8th
        ("2026-02-13T09:00:00", "2026-02-15T00:00:00"),  # a Saturday worked for Spring Festival
    ],
)
def test_a_message_is_answered_within_one_working_day(asked: str, due: str) -> None:
    found = case(("reported", "2026-01-01T09:00:00"), ("asked", asked))
    assert running(found)["reply"] == due
    assert "reply" not in running(
        case(
            ("reported", "2026-01-01T09:00:00"),
            ("asked", asked),
            ("answered", "2026-12-31T09:00:00"),
        )
    )


def test_reopening_starts_the_decision_anew() -> None:
    found = case(
        ("reported", "2026-11-01T09:00:00"),
        ("closed", "2026-11-05T09:00:00"),
        ("reopened", "2026-12-01T09:00:00"),
    )
    assert running(found) == {"decision": "2027-01-01T00:00:00"}


def test_what_was_agreed_with_a_broker_stands_beside_the_law() -> None:
    found = case(("reported", "2026-11-02T09:30:00"))
    assert running(found, Terms("cargo", None, "BR0001", "P1")) == {
        "agreed_on_site": "2026-11-02T13:30:00",
        "agreed_document_list": "2026-11-03T09:30:00",
        "decision": "2026-12-03T00:00:00",
    }
    agreed = case(("reported", "2026-11-02T09:30:00"), ("agreed", "2026-11-05T09:00:00"))
    assert running(agreed, Terms("cargo", None, "BR0001", "P1")) == {
        "agreed_payment": "2026-11-13T00:00:00",  # five working days
        "payment": "2026-11-16T00:00:00",
    }
    older = case(("reported", "2025-12-31T09:30:00"))
    assert running(older, Terms("cargo", None, "BR0001", "P1")).keys() == {"decision"}


def test_a_warning_comes_before_the_end() -> None:
    (one,) = promises.clocks(case(("reported", "2026-11-01T09:00:00")), MOTOR)
    assert one.due_at - one.warn_at == clock.parse("2026-12-02T00:00:00+08:00") - datetime(
        2026, 11, 27, tzinfo=clock.SHANGHAI
    )


def test_the_same_events_make_the_same_claim_in_whatever_order_they_arrive() -> None:
    late = case(("surveyed", "2026-11-03T09:00:00"), ("reported", "2026-11-01T09:00:00"))
    assert [stop.stage for stop in late.stops] == ["reported", "surveyed"]
    assert late.stops[0].left_at == clock.parse("2026-11-03T09:00:00+08:00")
