"""Reports that nobody verified (C1): taken, joined for staff alone, and not without end."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import validation
from chalicelib.claims import numbers, store
from chalicelib.errors import ChallengeRequiredError
from tests.claims.test_routes import body, report, token
from tests.conftest import Aws
from tests.door import Door
from tests.limits.test_guessing import solve
from tests.policies.rows import number, policy, take

LIMITS = validation.load("data/limits")["versions"][0]["targets"]
PLATE = "粤A12345"


@pytest.fixture
def door(aws: Aws) -> Door:
    aws.empty()
    return Door()


def facts(claim_no: str) -> dict[str, Any]:
    where = store.get(f"claim/{claim_no}", "where")
    assert where is not None
    found = store.get(where.facts["place"], f"claim/{claim_no}/report")
    assert found is not None
    return dict(found.facts)


def unlike(answer: Any) -> dict[str, Any]:
    return {k: v for k, v in answer.body.items() if k not in ("claim_no", "reported_at")}


def test_a_plate_is_joined_with_its_policies_for_staff_and_tells_nothing(door: Door) -> None:
    ours, over = number(), number()
    take(policy(ours, plate_no="粤A·12345"), policy(over, plate_no=PLATE, ends_on="2026-03-10"))
    known = report(door, plate_no="粤a 12345", occurred_at="2026-10-01T08:30:00+08:00")
    unknown = report(door, plate_no="粤A99999", occurred_at="2026-10-01T08:30:00+08:00")
    assert unlike(known) == unlike(unknown)
    joined = facts(known.body["claim_no"])
    assert joined["organisation"] == "4401"
    assert {one["policy_no"]: one["covers"] for one in joined["candidates"]} == {
        ours: True,
        over: False,
    }
    assert joined["policy_no"] is None
    assert facts(unknown.body["claim_no"])["candidates"] == []


def test_a_policy_number_is_joined_with_its_policy_for_staff(door: Door) -> None:
    policy_no = number()
    take(policy(policy_no))
    found = facts(report(door, policy_no=policy_no.lower()).body["claim_no"])
    assert found["candidates"] == [{"policy_no": policy_no, "covers": True, "line": "motor"}]
    assert (found["verified"], found["motor_kind"]) == (False, None)


def test_a_plate_that_a_policy_lost_is_no_longer_its_own(door: Door) -> None:
    policy_no = number()
    take(policy(policy_no, plate_no=PLATE))
    take(policy(policy_no, 2, plate_no="粤A54321"), file="g")
    assert facts(report(door, plate_no=PLATE).body["claim_no"])["candidates"] == []
    moved = facts(report(door, plate_no="粤A54321").body["claim_no"])
    assert [one["policy_no"] for one in moved["candidates"]] == [policy_no]


def test_whoever_reports_on_and_on_has_to_work_and_then_to_wait(door: Door) -> None:
    free = LIMITS["report_caller"]["challenge_after"]
    answers = [report(door, plate_no=f"粤A{place:05}") for place in range(free)]
    assert {answer.status for answer in answers} == {201}
    refused = report(door, plate_no="粤B00000")
    assert (refused.status, refused.body["code"]) == (403, "challenge-required")
    solved = solve(ChallengeRequiredError(refused.body["challenge"]))
    assert report(door, plate_no="粤B00000", challenge=solved).status == 201
    again = report(door, plate_no="粤B00001", challenge=solved)
    assert again.body["code"] == "challenge-required", "a solution works once"
    for place in range(LIMITS["report_caller"]["lock_after"] - free):
        answer = report(door, plate_no=f"粤C{place:05}")
    assert answer.status == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 900
    other = door.post("/v1/claims", body(plate_no="粤D00000"), caller="198.51.100.7")
    assert other.status == 201, "others are free"


def test_one_plate_is_not_reported_without_end_from_many_places(door: Door) -> None:
    free = LIMITS["report_target"]["challenge_after"]
    reporters = [
        {"name": "王芳", "phone": f"138001380{place:02}", "relation": "witness"}
        for place in range(free + 1)
    ]
    answers = [
        door.post(
            "/v1/claims", {**body(plate_no=PLATE), "reporter": one}, caller=f"192.0.2.{place}"
        )
        for place, one in enumerate(reporters)
    ]
    assert [answer.status for answer in answers] == [201] * free + [403]


def test_a_report_that_comes_again_costs_nothing(door: Door) -> None:
    first = report(door, key="k", plate_no=PLATE)
    for _ in range(LIMITS["report_target"]["challenge_after"] + 1):
        assert report(door, key="k", plate_no=PLATE).body == first.body
        assert report(door, plate_no=PLATE).status == 200


def test_an_unverified_report_never_joins_a_verified_one(door: Door) -> None:
    policy_no = number()
    take(policy(policy_no))
    verified = report(door, bearer=token(door, policy_no))
    unverified = report(door, policy_no=policy_no)
    assert unverified.status == 201
    assert unverified.body["claim_no"] != verified.body["claim_no"]
    again = report(door, policy_no=policy_no)
    assert (again.status, again.body["claim_no"]) == (200, unverified.body["claim_no"])


def test_a_number_that_is_taken_is_drawn_anew_and_no_report_is_lost(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [numbers.make("0", numbers.clock.now()) for _ in range(40)]
    few = iter([one for one in drawn for _ in range(2)])
    monkeypatch.setattr(numbers, "make", lambda *_: next(few))

    def send(place: int) -> Any:
        return door.post("/v1/claims", body(plate_no=f"粤A{place:05}"), caller=f"192.0.2.{place}")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, range(24)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["claim_no"] for answer in answers}) == 24
