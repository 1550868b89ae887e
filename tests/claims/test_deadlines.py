"""The watch (C6): warnings and alarms once each, by an index, listed per department."""

import json
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from chalicelib import clock, events
from chalicelib.claims import deadlines, letters, service, store
from tests.claims import test_moves
from tests.claims.desk import Desk
from tests.claims.test_routes import report
from tests.conftest import Aws
from tests.door import Door
from tests.policies.rows import number, policy, take

bearer, claim_no, desk = test_moves.bearer, test_moves.claim_no, test_moves.desk
door, policy_no = test_moves.door, test_moves.policy_no


def test_each_warning_and_each_breach_is_raised_once(claim_no: str, desk: Desk) -> None:
    start = clock.now()
    assert deadlines.watch(start)["looked_at"] == 0, "read by what is due, not all claims"
    near = start + timedelta(days=27)
    assert deadlines.watch(near)["desks"] == {"4401/claims": {"warned": [claim_no]}}
    assert deadlines.watch(near)["looked_at"] == 0
    assert desk.listed("clerk")[0]["warned"] is True
    late = start + timedelta(days=31)
    assert deadlines.watch(late)["desks"] == {"4401/claims": {"breached": [claim_no]}}
    again = deadlines.watch(late + timedelta(days=30))
    assert (again["warned"], again["breached"]) == (0, 0)


def test_a_warning_and_a_breach_that_were_both_missed_are_both_raised(claim_no: str) -> None:
    found = deadlines.watch(clock.now() + timedelta(days=40))
    assert found["desks"] == {"4401/claims": {"warned": [claim_no], "breached": [claim_no]}}


def test_a_claim_that_cannot_be_looked_at_keeps_nothing_else_from_being_watched(
    aws: Aws, claim_no: str, door: Door, bearer: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = str(
        report(door, bearer=bearer, occurred_at="2026-09-01T08:30:00+08:00").body["claim_no"]
    )
    first = min(claim_no, other, key=lambda one: store.alerts("9999").index(one))
    case = store.get(f"claim/{first}", store.CASE)
    assert case is not None
    kept = case.facts
    case.update(actions=[store.ClaimItem.facts.set({"place": "policy/NOWHERE"})])
    at = clock.stored(clock.now() + timedelta(days=40))
    context = SimpleNamespace(aws_request_id="test", get_remaining_time_in_millis=lambda: 900_000)
    with aws.guard.acting("watch_deadlines"), pytest.raises(events.InvocationError):
        events.watch_deadlines({"time": at}, context)
    assert store.alerts(at) == [first]
    failed = [one for one in caplog.records if one.message == "claims not watched"]
    assert [vars(one)["claim_no"] for one in failed] == [first]
    assert "objections watched" in caplog.messages
    case.update(actions=[store.ClaimItem.facts.set(kept)])
    assert deadlines.watch(clock.parse(at))["breached"] >= 1


def test_what_a_run_has_no_time_for_is_counted_and_the_next_ones(
    claim_no: str, capsys: pytest.CaptureFixture[str]
) -> None:
    late = clock.now() + timedelta(days=40)
    assert deadlines.watch(late, lambda: 0.0)["looked_at"] == 0
    assert '"DeadlinesLeft":[1.0]' in capsys.readouterr().out
    assert deadlines.watch(late)["desks"]["4401/claims"]["breached"] == [claim_no]


def test_a_clock_that_stands_still_raises_nothing(claim_no: str, desk: Desk) -> None:
    desk.act("clerk", claim_no, "accept")
    desk.act("clerk", claim_no, "request_documents")
    assert deadlines.watch(clock.now() + timedelta(days=300))["looked_at"] == 0


def test_a_message_without_an_answer_raises_an_alarm(
    claim_no: str, door: Door, bearer: str
) -> None:
    door.post(f"/v1/claims/{claim_no}/messages", {"text": "在吗?"}, token=bearer)
    found = deadlines.watch(clock.now() + timedelta(days=12))
    assert found["breached"] == 1


def test_a_claim_that_came_before_its_policy_finds_its_desk_later(
    aws: Aws, door: Door, desk: Desk
) -> None:
    late = number()
    at = clock.now()
    row = {"claim_no": f"C{late}", "seq": 1, "policy_no": late, "stage": "reported"}
    service.take([({**row, "at": clock.stored(at)}, "f#1")], at)
    assert desk.listed("clerk") == []
    take(policy(late, organisation="4401"))
    deadlines.watch(at + timedelta(days=2))
    assert [one["claim_no"] for one in desk.listed("clerk")] == [f"C{late}"]


def test_what_is_closed_is_watched_no_longer(claim_no: str, desk: Desk) -> None:
    desk.act("clerk", claim_no, "cancel", reason="重复报案")
    assert deadlines.watch(clock.now() + timedelta(days=400))["looked_at"] == 0
    assert store.alerts("9999") == []


def test_a_letter_of_refusal_is_made_once_and_linked_for_its_customer(
    aws: Aws,
    desk: Desk,
    door: Door,
    claim_no: str,
    bearer: str,
) -> None:
    desk.act("clerk", claim_no, "refuse", reason="出险时间不在保险期间内。")
    letters.render(claim_no)
    letters.render(claim_no)
    found = door.get(f"/v1/claims/{claim_no}/letter", token=bearer)
    assert found.status == 200
    key = f"claims/letters/{claim_no}/"
    s3 = aws.resources.clients.s3
    (kept,) = s3.list_objects_v2(Bucket=aws.name("DocumentsBucket"), Prefix=key)["Contents"]
    content = s3.get_object(Bucket=aws.name("DocumentsBucket"), Key=kept["Key"])["Body"].read()
    assert content.startswith(b"%PDF")
    seen = desk.look("clerk", claim_no).body
    assert (seen["letter"], seen["clocks"]) == ("ready", [])
    assert desk.listed("clerk") == [], "nothing waits any more"
    again = desk.act("clerk", claim_no, "reopen", reason="客户补充了证明")
    assert again.body["claim"]["status"] == "reopened"
    assert door.get(f"/v1/claims/{claim_no}/letter", token=bearer).status == 200


def test_a_letter_that_the_queue_lost_is_asked_for_again_before_its_clock_ends(
    aws: Aws, claim_no: str, desk: Desk
) -> None:
    desk.act("clerk", claim_no, "refuse", reason="不属于保险责任。")
    deadlines.watch(clock.now() + timedelta(days=3))
    sqs, queue = aws.resources.clients.sqs, aws.name("RenderQueue")
    asked = []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        asked += [one["Body"] for one in found if claim_no in one["Body"]]
    assert len(asked) == 2
    assert all(json.loads(one) == {"kind": "refusal", "reference": claim_no} for one in asked)


def test_two_reports_of_one_organisation_wait_on_one_desk_by_promise(
    door: Door, bearer: str, desk: Desk, claim_no: str, staff_token: Callable[..., str]
) -> None:
    second = report(door, bearer=bearer, occurred_at="2026-10-05T08:30:00+08:00").body["claim_no"]
    found = [one["claim_no"] for one in desk.listed("clerk")]
    assert sorted(found) == sorted([claim_no, second])
