"""Reporting a loss and following it, over HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chalicelib import clock, validation
from chalicelib.claims import gathering, numbers, service
from chalicelib.partners import service as partners
from tests.conftest import Aws
from tests.door import Door, Reply
from tests.policies.rows import number, policy, take

ID_NO = "11010519491231002X"
PHONE = "138 0013 8000"


@pytest.fixture
def door(aws: Aws) -> Door:
    aws.empty()
    return Door()


@pytest.fixture
def policy_no(door: Door) -> str:
    name = number()
    take(policy(name))
    return name


def body(**more: Any) -> dict[str, Any]:
    reporter = {"name": "王芳", "phone": PHONE, "relation": "insured"}
    return {
        "occurred_at": "2026-10-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "collision",
        "description": "追尾",
        "reporter": reporter,
        **more,
    }


def token(door: Door, policy_no: str) -> str:
    answer = door.post("/v1/queries", {"policy_no": policy_no, "id_no": ID_NO})
    assert answer.status == 200
    return str(answer.body["token"])


def report(door: Door, key: str | None = None, bearer: str | None = None, **more: Any) -> Reply:
    headers = {"idempotency-key": key} if key else {}
    return door.post("/v1/claims", body(**more), token=bearer, headers=headers)


def items(aws: Aws, table: str) -> list[dict[str, Any]]:
    return list(aws.resources.clients.dynamodb.scan(TableName=aws.name(table))["Items"])


def test_a_verified_report_is_taken_followed_and_shown_in_the_answer(
    door: Door, policy_no: str
) -> None:
    bearer = token(door, policy_no)
    taken = report(door, bearer=bearer, policy_no=policy_no)
    assert taken.status == 201
    validation.validate("claims/reported", taken.body)
    claim_no = taken.body["claim_no"]
    assert taken.headers["Location"] == f"/v1/claims/{claim_no}"
    assert (taken.body["verified"], taken.body["notices"]) == (True, [])
    followed = door.get(f"/v1/claims/{claim_no}", token=bearer)
    validation.validate("claims/claim", followed.body)
    assert followed.body["status"] == "reported"
    asked = door.post("/v1/queries", {"policy_no": policy_no, "id_no": ID_NO}).body
    assert [claim["claim_no"] for claim in asked["claims"]] == [claim_no]


def test_credentials_in_the_request_verify_and_wrong_ones_are_refused(
    door: Door, policy_no: str
) -> None:
    right = report(door, policy_no=policy_no, verification={"id_no": ID_NO})
    assert (right.status, right.body["verified"]) == (201, True)
    wrong = report(door, policy_no=policy_no, verification={"id_no": "440308199901101512"})
    assert (wrong.status, wrong.body["code"]) == (403, "verification-failed")


def test_an_unverified_report_tells_nothing_of_policy_or_insured(
    door: Door, policy_no: str
) -> None:
    known = report(door, policy_no=policy_no, occurred_at="2001-01-01T00:00:00+08:00")
    unknown = report(door, policy_no="PNOBODY0001", occurred_at="2001-01-01T00:00:00+08:00")
    plate = report(door, plate_no="粤A·12345")
    for taken in (known, unknown, plate):
        assert (taken.status, taken.body["verified"]) == (201, False)
        assert taken.body["claim_no"].startswith("0-")
    hidden = ("claim_no", "reported_at")
    first, second = ({k: v for k, v in t.body.items() if k not in hidden} for t in (known, unknown))
    assert first == second
    asked = door.post("/v1/queries", {"policy_no": policy_no, "id_no": ID_NO}).body
    assert asked["claims"] == [], "an unverified report is not shown as the customer's"


def test_the_reporter_follows_by_number_and_telephone_and_nobody_else_does(
    door: Door, policy_no: str
) -> None:
    claim_no = report(door, plate_no="粤A12345").body["claim_no"]
    spoken = claim_no.replace("-", " ").lower()
    opened = door.post("/v1/claims/track", {"claim_no": spoken, "phone": "13800138000"})
    assert opened.status == 200
    assert door.get(f"/v1/claims/{claim_no}", token=opened.body["token"]).status == 200
    other = report(door, plate_no="粤A99999").body["claim_no"]
    assert door.get(f"/v1/claims/{other}", token=opened.body["token"]).status == 404
    assert door.get(f"/v1/claims/{claim_no}", token=token(door, policy_no)).status == 404
    wrong = door.post("/v1/claims/track", {"claim_no": claim_no, "phone": "13900139000"})
    unknown = door.post(
        "/v1/claims/track", {"claim_no": numbers.make("0", clock.now()), "phone": "13800138000"}
    )
    assert wrong.status == unknown.status == 403
    assert wrong.body == unknown.body


def test_a_claim_that_did_not_change_is_not_sent_again(door: Door, policy_no: str) -> None:
    bearer = token(door, policy_no)
    path = f"/v1/claims/{report(door, bearer=bearer).body['claim_no']}"
    tag = door.get(path, token=bearer).headers["ETag"]
    again = door.get(path, token=bearer, headers={"if-none-match": tag})
    assert (again.status, again.body) == (304, None)


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(
    aws: Aws, door: Door, policy_no: str
) -> None:
    bearer = token(door, policy_no)
    first = report(door, "k1", bearer)
    assert report(door, "k1", bearer).body == first.body
    assert report(door, "k1", bearer).status == 201
    other = report(door, "k1", bearer, place="别处")
    assert (other.status, other.body["code"]) == (422, "idempotency-key-reused")
    assert len(items(aws, "OutboxTable")) == 1


@pytest.mark.parametrize("key", ["a key with spaces", "~", "k" * 255])
def test_a_key_is_any_printable_text_up_to_255_characters(door: Door, key: str) -> None:
    first = report(door, key, plate_no="粤A12345")
    assert first.status == 201
    assert report(door, key, plate_no="粤A12345").body == first.body


@pytest.mark.parametrize("key", ["", "k" * 256, "a\tb", "\x7f"])
def test_what_can_be_no_key_is_refused(door: Door, key: str) -> None:
    headers = {"idempotency-key": key}
    refused = door.post("/v1/claims", body(plate_no="粤A12345"), headers=headers)
    assert (refused.status, refused.body["code"]) == (400, "invalid-input")


def test_a_key_that_came_with_a_duplicate_stands_for_it_and_for_no_other_body(door: Door) -> None:
    first = report(door, plate_no="粤A12345")
    duplicate = report(door, "k2", plate_no="粤A12345")
    again = report(door, "k2", plate_no="粤A12345")
    assert (duplicate.status, again.status) == (200, 200)
    assert duplicate.body["claim_no"] == first.body["claim_no"]
    assert again.body == duplicate.body
    other = report(door, "k2", plate_no="粤A12345", occurred_at="2026-09-01T08:30:00+08:00")
    assert (other.status, other.body["code"]) == (422, "idempotency-key-reused")


@pytest.mark.parametrize(
    "phone", ["+86 138 0013 8000", "0086-13800138000", "１３８００１３８０００"]
)
def test_a_telephone_is_the_same_however_it_is_written(door: Door, phone: str) -> None:
    first = report(door, plate_no="粤A12345").body["claim_no"]
    reporter = {"name": "王芳", "phone": phone, "relation": "insured"}
    assert report(door, plate_no="粤A12345", reporter=reporter).body["claim_no"] == first
    opened = door.post("/v1/claims/track", {"claim_no": first, "phone": phone})
    assert opened.status == 200


def test_an_instant_may_have_its_letters_in_lower_case(door: Door) -> None:
    assert report(door, plate_no="粤A12345", occurred_at="2026-10-01t00:30:00z").status == 201


def test_a_natural_duplicate_is_the_claim_that_is_there(door: Door, policy_no: str) -> None:
    bearer = token(door, policy_no)
    first = report(door, bearer=bearer)
    near = report(door, bearer=bearer, occurred_at="2026-10-01T09:30:00+08:00")
    assert (near.status, near.body["claim_no"], near.body["duplicate"]) == (
        200,
        first.body["claim_no"],
        True,
    )
    far = report(door, bearer=bearer, occurred_at="2026-10-01T09:30:01+08:00")
    unverified = report(door, policy_no=policy_no)
    assert far.status == unverified.status == 201


def test_reports_at_the_same_moment_are_one_claim(aws: Aws, door: Door, policy_no: str) -> None:
    bearer = token(door, policy_no)
    from chalicelib import tokens
    from chalicelib.claims import reports
    from chalicelib.claims.reporters import Reporter

    reporter = Reporter(tokens.read(bearer), "192.0.2.1", "zh-CN")
    with ThreadPoolExecutor(4) as pool:
        done = list(
            pool.map(lambda _: reports.report(body(), reporter, None, clock.now()), range(4))
        )
    assert sorted(status for status, _ in done) == [200, 200, 200, 201]
    assert len({answer["claim_no"] for _, answer in done}) == 1
    assert len(items(aws, "OutboxTable")) == 1


def test_a_loss_in_the_future_is_refused_and_one_outside_the_period_is_taken_and_said(
    door: Door, policy_no: str
) -> None:
    bearer = token(door, policy_no)
    future = report(door, bearer=bearer, occurred_at="2199-01-01T00:00:00+08:00")
    assert (future.status, future.body["errors"][0]["pointer"]) == (400, "/occurred_at")
    outside = report(door, bearer=bearer, occurred_at="2001-01-01T00:00:00+08:00")
    assert [notice["code"] for notice in outside.body["notices"]] == ["outside-period"]


def test_the_core_systems_stops_join_the_report_that_they_name(door: Door, policy_no: str) -> None:
    bearer = token(door, policy_no)
    claim_no = report(door, bearer=bearer).body["claim_no"]
    row = {
        "claim_no": "C1",
        "report_no": claim_no,
        "seq": 1,
        "policy_no": policy_no,
        "stage": "surveyed",
        "at": "2199-01-01T00:00:00.000000Z",
        "department": "查勘部",
    }
    service.take([(row, "f#1")], clock.now())
    followed = door.get(f"/v1/claims/{claim_no}", token=bearer).body
    assert [stop["stage"] for stop in followed["timeline"]] == ["reported", "surveyed"]


def test_a_claim_of_the_core_system_that_began_before_its_report_goes_on_where_it_was(
    door: Door, policy_no: str
) -> None:
    bearer = token(door, policy_no)
    claim_no = report(door, bearer=bearer).body["claim_no"]
    row = {"claim_no": "C2", "report_no": claim_no, "seq": 1, "policy_no": policy_no}
    row |= {"stage": "surveyed", "at": "2026-10-02T00:00:00.000000Z"}
    service.take([(row, "f#1")], clock.now())
    followed = door.get(f"/v1/claims/{claim_no}", token=bearer).body
    assert followed["status"] == "surveyed"
    assert [stop["stage"] for stop in followed["timeline"]] == ["surveyed"]
    assert followed["occurred_at"] == "2026-10-01T08:30:00+08:00"
    assert door.get("/v1/claims/c2", token=bearer).body["claim_no"] == claim_no
    assert door.get("/v1/claims/C3", token=bearer).status == 404


def test_nothing_personal_lies_in_clear(aws: Aws, door: Door, policy_no: str) -> None:
    report(door, bearer=token(door, policy_no))
    stored = str(items(aws, "ClaimsTable") + items(aws, "OutboxTable"))
    for secret in ("王芳", "13800138000", PHONE, "天河路"):
        assert secret not in stored


@pytest.mark.parametrize("verified", [True, False])
def test_a_partners_link_is_kept_with_the_claim_and_a_forged_one_is_not(
    aws: Aws, door: Door, policy_no: str, verified: bool
) -> None:
    signed = partners.follow("iac", "claim", clock.now()).partition("partner=")[2].split("#")[0]
    for sent, kept, day in ((signed, "iac", "02"), ("iac", None, "03")):
        more = {"policy_no": policy_no, "occurred_at": f"2026-10-{day}T08:30:00+08:00"}
        more |= {"verification": {"id_no": ID_NO}} if verified else {}
        taken = report(door, partner=sent, **more)
        assert taken.status == 201, taken.body
        stored = gathering.load(taken.body["claim_no"]).report
        assert stored is not None
        facts = stored.facts
        assert (facts["verified"], facts["partner"]) == (verified, kept)
    told = [
        json.loads(item["facts"]["S"]) for item in items(aws, "QueriesTable") if "facts" in item
    ]
    asked = {one["partner"] for one in told if one.get("outcome") == "verified"}
    assert asked == ({"iac", None} if verified else set())


@pytest.mark.parametrize(
    "wrong",
    [
        # Its stored form would be no instant, and break every later report beside it.
        {"occurred_at": "0001-01-01T00:00:00+08:00"},
        {"occurred_at": "9999-12-31T23:59:59-12:00"},
        {"policy_no": "-"},
        {"policy_no": "ﷺ" * 100},
    ],
)
def test_what_no_key_and_no_calendar_holds_is_named(door: Door, wrong: dict[str, str]) -> None:
    reply = report(door, **{"policy_no": "PDZA1", **wrong})
    assert reply.status == 400
    assert [broken["pointer"] for broken in reply.body["errors"]] == [f"/{name}" for name in wrong]
