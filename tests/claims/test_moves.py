"""Staff move claims on (C5): who may, from where, once, and what the customer then sees."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock, validation
from chalicelib.attachments import service as attachments
from chalicelib.attachments import store as attachment_store
from chalicelib.claims import service
from chalicelib.notifications import store as outbox
from chalicelib.organisations import service as organisations
from tests.claims.desk import Desk, yuan
from tests.claims.test_routes import body, items, report, token
from tests.conftest import Aws
from tests.door import Door
from tests.policies.rows import number, policy, take

NOTE = "疑似重复索赔,待核实"


@pytest.fixture
def door(aws: Aws) -> Door:
    aws.empty()
    organisations.take(
        "organisations",
        [
            ({"code": "44", "name": "广东", "level": "head_office"}, "o#1"),
            ({"code": "4401", "name": "广州", "parent": "44", "level": "city"}, "o#2"),
            ({"code": "4402", "name": "韶关", "parent": "44", "level": "city"}, "o#3"),
        ],
    )
    organisations._tree.cache_clear()
    organisations._cached.cache_clear()
    return Door()


@pytest.fixture
def policy_no(door: Door) -> str:
    name = number()
    take(policy(name, organisation="4401"))
    return name


@pytest.fixture
def bearer(door: Door, policy_no: str) -> str:
    return token(door, policy_no)


@pytest.fixture
def claim_no(door: Door, bearer: str) -> str:
    return str(report(door, bearer=bearer).body["claim_no"])


@pytest.fixture
def desk(door: Door, staff_token: Callable[..., str]) -> Iterator[Desk]:
    return Desk(door, staff_token)


def messages(aws: Aws) -> list[str]:
    return sorted(
        item["facts"]["S"].split('"kind":"')[1].split('"')[0] for item in items(aws, "OutboxTable")
    )


def test_a_claim_goes_from_report_to_payment_and_its_customer_sees_each_stop(
    aws: Aws, door: Door, desk: Desk, claim_no: str, bearer: str
) -> None:
    (waiting,) = desk.listed("clerk")
    assert (waiting["claim_no"], waiting["promise"]) == (claim_no, "decision")
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("clerk", "take", {}),
        ("clerk", "accept", {"note": NOTE}),
        ("clerk", "dispatch", {}),
        ("surveyor", "survey", {"message": "查勘员将与您联系。"}),
        ("surveyor", "assess", {"amount": yuan(5000)}),
        ("reviewer", "approve_loss", {}),
        ("clerk", "request_documents", {"documents": ["settlement"]}),
        ("clerk", "receive_documents", {"documents": ["claim_form"]}),
        ("clerk", "complete_documents", {}),
        ("clerk", "calculate", {"amount": yuan(4800)}),
        ("reviewer", "adjudicate", {}),
        ("clerk", "agree", {"amount": yuan(4800)}),
        ("cashier", "pay", {"amount": yuan(4800)}),
        ("clerk", "close", {}),
    ]
    tags = set()
    for who, action, step in steps:
        standing = desk.look(who, claim_no)
        validation.validate("claims/staff_claim", standing.body)
        assert action in standing.body["moves"], (action, standing.body["moves"])
        moved = desk.act(who, claim_no, action, standing.headers["ETag"], **step)
        assert moved.status == 200, (action, moved.body)
        followed = door.get(f"/v1/claims/{claim_no}", token=bearer)
        validation.validate("claims/claim", followed.body)
        tags.add(followed.headers["ETag"])
        assert NOTE not in str(followed.body)
        if action == "request_documents":
            assert "赔偿协议、调解书或判决书" in followed.body["needs"]
            assert followed.body["promised_by"] is None, "it stands still until they arrive"
    assert len(tags) == len(steps), "another ETag after every event"
    assert followed.body["status"] == "closed"
    assert followed.body["paid_amount"] == yuan(4800)
    assert followed.body["documents"]["missing"] == []
    stops = followed.body["timeline"]
    assert [stop["stage"] for stop in stops][:4] == [
        *("reported", "accepted", "dispatched", "surveyed"),
    ]
    assert stops[0]["accepted_at"] is not None
    assert stops[2]["department"] == "查勘部"
    assert stops[3]["message"] == "查勘员将与您联系。"
    assert desk.listed("clerk") == []
    assert messages(aws).count("claim_stage") == 10
    assert {"claim_reported", "document_missing", "thanks"} <= set(messages(aws))
    whole = desk.look("clerk", claim_no).body
    assert NOTE in str(whole["events"]), "the insurer keeps its own notes"
    recorded = str(items(aws, "AuditTable"))
    assert recorded.count("POST /v1/staff/claims/{claim_no}/events") >= len(steps)
    assert NOTE not in recorded


def test_two_handlers_cannot_take_one_claim(desk: Desk, claim_no: str) -> None:
    etag = desk.look("clerk", claim_no).headers["ETag"]
    assert desk.act("clerk", claim_no, "take", etag).status == 200
    late = desk.act("second_clerk", claim_no, "take", etag)
    assert (late.status, late.body["code"]) == (412, "precondition-failed")
    again = desk.act("second_clerk", claim_no, "take")
    assert (again.status, again.body["code"]) == (409, "already-taken")
    other = desk.act("second_clerk", claim_no, "accept")
    assert (other.status, other.body["code"]) == (409, "already-taken")


def test_what_is_out_of_reach_is_not_found_and_what_is_anothers_move_is_forbidden(
    desk: Desk, door: Door, staff_token: Callable[..., str], claim_no: str
) -> None:
    elsewhere = Desk(door, staff_token, "4402")
    assert elsewhere.listed("clerk") == []
    assert elsewhere.look("clerk", claim_no).status == 404
    assert elsewhere.act("clerk", claim_no, "take").status == 404
    assert desk.look("surveyor", claim_no).status == 404, "it was never on their desk"
    assert desk.listed("surveyor") == []
    adjudicated = desk.act("reviewer", claim_no, "accept")
    assert (adjudicated.status, adjudicated.body["code"]) == (403, "forbidden")
    nowhere = desk.act("clerk", claim_no, "pay", amount=yuan(1))
    assert (nowhere.status, nowhere.body["code"]) == (409, "move-not-allowed")
    assert desk.look("clerk", "44010000-261121-7K3QX9M2-C").status == 404


def test_a_refusal_needs_its_reason_and_its_letter_has_a_clock(
    aws: Aws, desk: Desk, door: Door, claim_no: str, bearer: str
) -> None:
    bare = desk.act("clerk", claim_no, "refuse")
    assert (bare.status, bare.body["errors"][0]["pointer"]) == (400, "/reason")
    refused = desk.act("clerk", claim_no, "refuse", reason="出险时间不在保险期间内。", note=NOTE)
    assert [one["code"] for one in refused.body["clocks"]] == ["refusal_notice"]
    followed = door.get(f"/v1/claims/{claim_no}", token=bearer).body
    assert followed["refusal_reason"] == "出险时间不在保险期间内。"
    assert NOTE not in str(followed)
    (waiting,) = desk.listed("clerk")
    assert waiting["promise"] == "refusal_notice", "it waits until the letter is there"
    assert door.get(f"/v1/claims/{claim_no}/letter", token=bearer).status == 404
    assert "reopen" in refused.body["moves"]


def test_documents_are_asked_for_once_and_in_full(desk: Desk, claim_no: str) -> None:
    desk.act("clerk", claim_no, "accept")
    asked = desk.act("clerk", claim_no, "request_documents")
    assert len(asked.body["claim"]["documents"]["missing"]) == 7, "all that the line needs"
    desk.act("clerk", claim_no, "complete_documents")
    again = desk.act("clerk", claim_no, "request_documents")
    assert (again.status, again.body["code"]) == (409, "move-not-allowed")


def test_what_came_by_upload_is_not_asked_for(aws: Aws, desk: Desk, claim_no: str) -> None:
    form = {"filename": "a.pdf", "content_type": "application/pdf", "size": 9}
    at = clock.now()
    made = attachments.invite(claim_no, {**form, "document": "claim_form"}, "zh-CN", at)
    item = attachment_store.get(claim_no, attachment_store.FILE + made["attachment_id"])
    assert item is not None
    assert attachment_store.replace(item, facts={**item.facts, "status": "received"})
    desk.act("clerk", claim_no, "accept")
    asked = desk.act("clerk", claim_no, "request_documents").body["claim"]["documents"]
    assert "索赔申请书" in asked["received"]
    assert "索赔申请书" not in asked["missing"]


def test_payments_add_up_to_no_more_than_was_agreed(desk: Desk, claim_no: str) -> None:
    for who, action, amount in (
        ("clerk", "accept", None),
        ("clerk", "assess", 100),
        ("reviewer", "approve_loss", None),
        ("clerk", "calculate", 100),
        ("reviewer", "adjudicate", None),
        ("clerk", "agree", 100),
        ("cashier", "pay", 60),
    ):
        step = {} if amount is None else {"amount": yuan(amount)}
        assert desk.act(who, claim_no, action, **step).status == 200, action
    more = desk.act("cashier", claim_no, "pay", amount=yuan(41))
    assert (more.status, more.body["errors"][0]["code"]) == (400, "more-than-agreed")
    rest = desk.act("clerk", claim_no, "pay", amount=yuan(40))
    assert rest.body["claim"]["paid_amount"] == yuan(100)


def test_the_second_pair_of_eyes_is_anothers(
    door: Door, staff_token: Callable[..., str], claim_no: str
) -> None:
    both = staff_token(["claims_handler", "claims_reviewer"], "4401", sub="both")
    path = f"/v1/staff/claims/{claim_no}/events"
    for action in ("accept", "assess"):
        reply = door.post(path, {"action": action, "amount": yuan(1)}, token=both)
        assert reply.status == 200, reply.body
    own = door.post(path, {"action": "approve_loss"}, token=both)
    assert (own.status, own.body["code"]) == (403, "same-person")


def test_a_move_may_say_when_it_was_done_but_not_before_the_last_stop(
    desk: Desk, claim_no: str
) -> None:
    for at, code in (
        ("2001-01-01T00:00:00+08:00", "before-the-last-stop"),
        ("2199-01-01T00:00:00+08:00", "in-the-future"),
        ("yesterday", "not-an-instant"),
    ):
        reply = desk.act("clerk", claim_no, "accept", at=at)
        assert (reply.status, reply.body["errors"][0]["code"]) == (400, code)


def test_a_message_has_a_clock_until_it_is_answered(
    aws: Aws, desk: Desk, door: Door, claim_no: str, bearer: str
) -> None:
    path = f"/v1/claims/{claim_no}/messages"
    sent = door.post(path, {"text": "还需要什么材料?"}, token=bearer)
    assert sent.status == 201
    validation.validate("claims/message_sent", sent.body)
    (waiting,) = desk.listed("clerk")
    assert waiting["reply_by"] == sent.body["reply_by"]
    answered = desk.act("clerk", claim_no, "answer", message="材料已齐,请等候。", note=NOTE)
    assert answered.status == 200
    box = door.get(path, token=bearer).body
    validation.validate("claims/messages", box)
    assert [one["text"] for one in box["items"]] == ["还需要什么材料?", "材料已齐,请等候。"]
    assert box["reply_by"] is None
    assert NOTE not in str(box)
    assert "claim_answered" in messages(aws)
    stored = str(items(aws, "ClaimsTable"))
    assert "还需要" not in stored
    assert "材料已齐" not in stored


def test_the_core_systems_claims_wait_on_desks_too_and_join_our_reports(
    desk: Desk, door: Door, policy_no: str, claim_no: str, bearer: str
) -> None:
    def row(seq: int, stage: str, at: str, **more: Any) -> tuple[dict[str, Any], str]:
        stop = {"claim_no": f"C{policy_no}", "seq": seq, "policy_no": policy_no, "stage": stage}
        return {**stop, "at": at, **more}, f"f#{seq}"

    begun = clock.stored(clock.now() + timedelta(seconds=1))
    service.take([row(1, "surveyed", begun, report_no=claim_no, department="查勘部")], clock.now())
    assert [one["status"] for one in desk.listed("surveyor")] == ["surveyed"]
    assert desk.listed("clerk") == []
    service.take([row(1, "reported", begun)], clock.now())
    other = f"D{policy_no}"
    stop = {"claim_no": other, "policy_no": policy_no, "department": "理赔部"}
    at = "2026-11-01T09:00:00.000000Z"
    rows = [
        ({**stop, "seq": 2, "stage": "registered", "at": "2026-11-02T09:00:00.000000Z"}, "g#2"),
        ({**stop, "seq": 1, "stage": "reported", "at": at}, "g#1"),
    ]
    for one in rows:
        service.take([one], clock.now())
    found = [one for one in desk.listed("clerk") if one["claim_no"] == other]
    assert [one["status"] for one in found] == ["registered"], "late, and nothing lost"
    moved = desk.act("clerk", other, "accept")
    assert moved.status == 200, moved.body
    followed = door.get(f"/v1/claims/{other}", token=bearer).body
    assert [stop["stage"] for stop in followed["timeline"]] == [
        "reported",
        "registered",
        "accepted",
    ]
    answer = door.post("/v1/queries", {"policy_no": policy_no, "id_no": "11010519491231002X"}).body
    (shown,) = [one for one in answer["claims"] if one["claim_no"] == other]
    assert shown["status"] == "accepted"


def test_one_report_gives_a_claim_under_each_of_two_policies(
    desk: Desk, door: Door, policy_no: str, claim_no: str
) -> None:
    second = number()
    take(policy(second, organisation="4401"))
    stop = {"claim_no": f"C{second}", "report_no": claim_no, "seq": 1, "policy_no": second}
    service.take(
        [({**stop, "stage": "registered", "at": "2026-11-21T09:00:00.000000Z"}, "f#1")], clock.now()
    )
    listed = {one["claim_no"]: one for one in desk.listed("clerk")}
    assert listed.keys() == {claim_no, f"{claim_no}@{second}"}
    moved = desk.act("clerk", f"{claim_no}@{second}", "accept")
    assert moved.status == 200, moved.body
    theirs = door.get(f"/v1/claims/{claim_no}", token=token(door, second)).body
    assert [stop["stage"] for stop in theirs["timeline"]] == ["registered", "accepted"]


def test_an_unverified_report_waits_on_a_desk_and_says_nothing_of_its_policy(
    desk: Desk, door: Door, staff_token: Callable[..., str], policy_no: str
) -> None:
    named = report(door, policy_no=policy_no).body["claim_no"]
    plate = report(door, plate_no="粤B12345").body["claim_no"]
    assert [one["claim_no"] for one in desk.listed("clerk")] == [named]
    head_office = Desk(door, staff_token, "44")
    assert {one["claim_no"] for one in head_office.listed("clerk")} == {named, plate}
    assert not head_office.look("clerk", plate).body["desk"]["verified"]
    moved = desk.act("clerk", named, "accept")
    assert moved.status == 200
    opened = door.post("/v1/claims/track", {"claim_no": named, "phone": "13800138000"}).body
    followed = door.get(f"/v1/claims/{named}", token=opened["token"]).body
    assert [stop["stage"] for stop in followed["timeline"]] == ["reported", "accepted"]
    unknown = door.post("/v1/claims/track", {"claim_no": plate, "phone": "13800138000"}).body
    other = door.get(f"/v1/claims/{plate}", token=unknown["token"]).body
    assert other["documents"] == followed["documents"], "a policy's line would tell of it"


def test_work_lists_come_in_pages_with_filters_the_oldest_promise_first(
    desk: Desk, door: Door, bearer: str, policy_no: str
) -> None:
    numbers = [
        report(door, bearer=bearer, occurred_at=f"2026-10-0{day}T08:30:00+08:00").body["claim_no"]
        for day in (1, 2, 3)
    ]
    second = numbers[1]
    desk.act("clerk", second, "take")
    pages = desk.listed("clerk", limit="1")
    assert [one["claim_no"] for one in pages] == sorted(
        numbers, key=lambda n: next(one["promised_by"] + n for one in pages if one["claim_no"] == n)
    )
    assert [one["claim_no"] for one in desk.listed("clerk", handler="me")] == [second]
    assert len(desk.listed("clerk", handler="nobody")) == 2
    assert desk.listed("clerk", status="surveyed") == []
    assert desk.listed("clerk", department="survey") == [], "another department's desk"
    assert len(desk.listed("reviewer", department="claims")) == 3
    assert desk.listed("clerk", overdue="true") == []
    wrong = door.get("/v1/staff/claims", token=desk.of("clerk"), query={"status": "x"})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (400, "/status")


def test_whoever_only_sees_a_summary_reads_nothing_that_people_wrote(
    desk: Desk, door: Door, staff_token: Callable[..., str], claim_no: str
) -> None:
    desk.act("clerk", claim_no, "accept", note=NOTE, message="请放心。")
    manager = staff_token(["branch_manager"], "44", sub="M1")
    seen = door.get(f"/v1/staff/claims/{claim_no}", token=manager)
    assert seen.status == 200
    assert seen.body["report"] is None
    assert seen.body["moves"] == []
    assert NOTE not in str(seen.body)
    assert "请放心" not in str(seen.body)
    reply = door.post(f"/v1/staff/claims/{claim_no}/events", {"action": "take"}, token=manager)
    assert reply.status == 403


def test_messages_keep_to_their_length_at_every_stage() -> None:
    from chalicelib import codes, texts
    from chalicelib.claims import stages
    from chalicelib.notifications import templates

    for stage, names in codes.names("claim_stage").items():
        for language in texts.LANGUAGES:
            wanted = stages.words(stage, language, "2026-11-22")[1]
            values = {
                "claim_no": "44010000000000000000-261121-7K3QX9M2-C",
                "stage_name": names[language],
                "needs": wanted or texts.text("claims.needs-nothing", language),
            }
            assert templates.text("claim_stage", language, values, "sms", clock.now())
    assert outbox.MESSAGE == "message"


def test_a_report_of_before_has_the_body_that_was_sent(desk: Desk, claim_no: str) -> None:
    assert desk.look("clerk", claim_no).body["report"] == body()
