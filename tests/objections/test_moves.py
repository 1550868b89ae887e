"""Handling an objection: by whom, in which order, and what the customer hears of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, settings, validation
from chalicelib.enquiries import moves as enquiries
from chalicelib.figures import handling
from chalicelib.objections import cases, deadlines, folding, items, letters, moves
from chalicelib.organisations import service as organisations
from chalicelib.privacy import restrictions
from chalicelib.queries import service as queries
from chalicelib.staff import access
from chalicelib.staff.model import Staff
from tests.conftest import Aws
from tests.documents import samples
from tests.door import Door, Reply
from tests.objections.test_filing import events, file, query
from tests.policies.rows import number, policy, take

ITEM = {"item": "/policy/premium", "decided": {"amount": 300_000, "currency": "CNY"}}
PEOPLE = {
    "clerk": ("compliance_officer", "4401"),
    "second": ("compliance_officer", "4401"),
    "city_reviewer": ("compliance_reviewer", "4401"),
    "province": ("compliance_officer", "44"),
    "reviewer": ("compliance_reviewer", "44"),
    "both": ("compliance_reviewer", "44"),
    "other_province": ("compliance_reviewer", "31"),
    "head": ("compliance_officer", "1"),
    "head_reviewer": ("compliance_reviewer", "1"),
}


class Desk:
    """Signed-in people of compliance, and an objection of a customer."""

    def __init__(self, door: Door, token: Callable[..., str], policy_no: str) -> None:
        self.door, self.policy_no = door, policy_no
        self.tokens = {who: token([role], place, sub=who) for who, (role, place) in PEOPLE.items()}
        self.answer = query(door, policy_no)
        self.number = file(door, self.answer).body["objection_no"]

    @cached_property
    def complaint(self) -> str:
        """The number of a complaint about the policy, in its own register."""
        said = {
            "description": "多次要求更正未果",
            "policy_no": self.policy_no.lower(),
            "contact": {"name": "王芳", "phone": "13900139000"},
        }
        reply = self.door.post("/v1/complaints", said)
        assert reply.status == 201, reply.body
        return str(reply.body["complaint_no"])

    def act(self, who: str, action: str, etag: str | None = None, **step: Any) -> Reply:
        headers = {"if-match": etag} if etag else {}
        path = f"/v1/staff/objections/{self.number}/events"
        body = {"action": action, **step}
        return self.door.post(path, body, token=self.tokens[who], headers=headers)

    def did(self, who: str, action: str, **step: Any) -> dict[str, Any]:
        reply = self.act(who, action, **step)
        assert reply.status == 200, reply.body
        return dict(reply.body)

    def listed(self, who: str, **wanted: str) -> list[str]:
        reply = self.door.get("/v1/staff/objections", token=self.tokens[who], query=wanted)
        assert reply.status == 200, reply.body
        validation.validate("objections/desk", reply.body)
        return [entry["objection_no"] for entry in reply.body["items"]]

    def complaints(self) -> list[dict[str, Any]]:
        """As staff of the city read their register."""
        path, token = "/v1/staff/complaints", self.tokens["clerk"]
        reply = self.door.get(path, token=token)
        assert reply.status == 200, reply.body
        validation.validate("enquiries/complaints", reply.body)
        return list(reply.body["items"])

    def followed(self) -> dict[str, Any]:
        path = f"/v1/objections/{self.number}"
        reply = self.door.get(path, token=self.answer["token"])
        assert reply.status == 200
        validation.validate("objections/followed", reply.body)
        return dict(reply.body)

    def propose(self, result: str = "corrected", **more: Any) -> None:
        self.did("clerk", "acknowledge")
        self.did("clerk", "propose", result=result, items=[ITEM], reasons="录入有误", **more)


@pytest.fixture
def desk(aws: Aws, staff_token: Callable[..., str]) -> Desk:
    aws.empty()
    tree = [("1", "head_office", None), ("44", "province", "1"), ("31", "province", "1")]
    rows = [
        {"code": code, "name": code, "level": level} | ({"parent": above} if above else {})
        for code, level, above in (*tree, ("4401", "city", "44"))
    ]
    organisations.take("organisations", [(row, "t") for row in rows])
    organisations._cached.cache_clear()
    organisations._tree.cache_clear()
    policy_no = number()
    take(policy(policy_no, insured_name="王芳"))
    return Desk(Door(), staff_token, policy_no)


def test_an_objection_goes_from_filing_to_a_reviewed_reply(desk: Desk) -> None:
    shown = desk.did("clerk", "acknowledge")
    validation.validate("objections/whole", shown)
    assert shown["standard"] == "公司标准"
    assert shown["desk"]["status"] == "acknowledged"
    desk.did("clerk", "investigate", note="查收据")
    desk.did("clerk", "propose", result="corrected", items=[ITEM], reasons="录入有误")
    assert desk.followed()["reply"] is None
    desk.did("reviewer", "review", approve=True)
    assert desk.followed()["reply"] is None
    desk.did("clerk", "reply")
    followed = desk.followed()
    assert followed["status"] == "replied"
    assert followed["reply"]["reasons"] == "录入有误"
    assert followed["reply"]["items"] == [{**ITEM, "item_name": "保费"}]
    assert "12378" in followed["reply"]["next_instance"]
    assert "查收据" not in json.dumps(followed, ensure_ascii=False)
    assert [one["seq"] for one in sorted(events(), key=lambda one: one["seq"])] == list(range(7))


def test_nobody_alone_can_close_an_objection(desk: Desk) -> None:
    """Whoever has every role at every level still needs another for the review."""
    for action in ("acknowledge", "investigate"):
        desk.did("both", action, note="查")
    assert desk.act("both", "reply").status == 409
    desk.did("both", "propose", result="unfounded", items=[ITEM], reasons="一致")
    assert desk.act("both", "reply").status == 409
    refused = desk.act("both", "review", approve=True)
    assert (refused.status, refused.body["code"]) == (403, "same-person")
    desk.did("reviewer", "review", approve=True)
    assert desk.did("both", "reply")["desk"]["status"] == "replied"


def test_who_signs_in_under_a_name_in_other_letters_is_no_second_person(
    desk: Desk, staff_token: Callable[..., str]
) -> None:
    for action in ("acknowledge", "propose"):
        desk.did("both", action, result="unfounded", items=[ITEM], reasons="一致")
    for typed in ("BOTH", "Both"):
        desk.tokens[typed] = staff_token(["compliance_reviewer"], "44", sub=typed)
        refused = desk.act(typed, "review", approve=True)
        assert (refused.status, refused.body["code"]) == (403, "same-person")


@pytest.mark.parametrize(
    "did", ["acknowledge", "investigate", "ask", "receive_answer", "suspect_violation", "propose"]
)
def test_who_took_but_one_step_does_not_review_it(desk: Desk, did: str) -> None:
    """Whatever that was; all else is another's."""
    steps = ["acknowledge", "propose"]
    if did in ("ask", "receive_answer"):
        steps[1:1] = ["ask", "receive_answer"]
    elif did not in steps:
        steps[1:1] = [did]
    said = {"note": "查", "message": "请提供收据。", "result": "unfounded", "items": [ITEM]}
    for step in steps:
        who = "both" if step == did else "province"
        desk.did(who, step, reasons="一致", **said)
    refused = desk.act("both", "review", approve=True)
    assert (refused.status, refused.body["code"]) == (403, "same-person")
    desk.did("reviewer", "review", approve=True)


def test_results_are_reviewed_at_provincial_level_or_above(desk: Desk) -> None:
    desk.propose()
    assert desk.act("city_reviewer", "review", approve=True).status == 403
    assert desk.act("province", "review", approve=True).status == 403
    assert desk.act("other_province", "review", approve=True).status == 404
    assert desk.act("reviewer", "review", approve=False).status == 400
    back = desk.did("reviewer", "review", approve=False, note="缺证据")
    assert back["desk"]["status"] == "investigating"
    assert desk.act("clerk", "reply").status == 409


def test_a_violation_goes_straight_to_the_province(desk: Desk) -> None:
    assert desk.listed("clerk") == [desk.number]
    desk.did("clerk", "suspect_violation", note="疑似截留保费")
    assert desk.listed("clerk") == []
    assert desk.listed("province") == desk.listed("head") == [desk.number]
    assert desk.act("clerk", "acknowledge").status == 404
    filed = file(desk.door, desk.answer, violation=True).body["objection_no"]
    assert filed not in desk.listed("clerk")
    assert filed in desk.listed("province", organisation="44")


def test_lists_go_by_state_organisation_and_due_time(desk: Desk) -> None:
    second = file(desk.door, desk.answer).body["objection_no"]
    assert set(desk.listed("province", organisation="4401")) == {desk.number, second}
    assert desk.listed("province", organisation="31") == []
    desk.propose()
    assert desk.listed("clerk", state="proposed") == [desk.number]
    assert desk.listed("reviewer", state="to_review") == [desk.number]
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    assert desk.listed("clerk") == [second]
    assert desk.listed("clerk", state="closed") == [desk.number]
    soon = clock.shown(clock.now() + timedelta(hours=1))
    assert desk.listed("clerk", due_before=soon) == []
    first = desk.door.get(
        "/v1/staff/objections", token=desk.tokens["head"], query={"limit": "1", "state": "open"}
    )
    assert [entry["objection_no"] for entry in first.body["items"]] == [second]


def test_a_step_upon_something_older_is_refused(desk: Desk) -> None:
    etag = desk.door.get(f"/v1/staff/objections/{desk.number}", token=desk.tokens["clerk"]).headers[
        "ETag"
    ]
    assert desk.act("clerk", "acknowledge", etag).status == 200
    assert desk.act("second", "assign", etag, handler="second").status == 412


def test_asking_the_customer_stops_the_clock_and_tells_him(desk: Desk, aws: Aws) -> None:
    desk.did("clerk", "acknowledge")
    desk.did("clerk", "ask", message="请提供收据")
    followed = desk.followed()
    assert (followed["paused"], followed["question"]) == (True, "请提供收据")
    desk.did("clerk", "receive_answer", message="收据在此")
    assert desk.followed()["paused"] is False
    items = aws.resources.clients.dynamodb.scan(TableName=aws.name("OutboxTable"))["Items"]
    kinds = {json.loads(item["facts"]["S"])["kind"] for item in items if "facts" in item}
    assert kinds == {"objection_received", "objection_question"}


def test_more_time_needs_another_persons_word(desk: Desk) -> None:
    before = clock.parse(desk.followed()["due_at"])
    desk.did("clerk", "acknowledge")
    assert desk.act("reviewer", "decide_extension", approve=True).status == 409
    for who in ("clerk", "reviewer"):
        # Neither by asking nor by a refusal is there more time.
        desk.did(who, "ask_extension", reasons="需外部核实")
        if who == "clerk":
            desk.did("reviewer", "decide_extension", approve=False, note="可以按时")
        followed = desk.followed()
        assert (followed["extended"], clock.parse(followed["due_at"])) == (False, before)
    assert desk.act("clerk", "decide_extension", approve=True).status == 403
    refused = desk.act("reviewer", "decide_extension", approve=True)
    assert (refused.status, refused.body["code"]) == (403, "same-person")
    assert desk.listed("reviewer", state="to_review") == [desk.number]
    desk.did("both", "decide_extension", approve=True)
    assert desk.listed("reviewer", state="to_review") == []
    followed = desk.followed()
    assert followed["extended"] is True
    assert clock.parse(followed["due_at"]) > before + timedelta(days=20)


def test_head_office_urges_and_records_who_was_held_responsible(desk: Desk) -> None:
    assert desk.act("province", "urge", note="请尽快").status == 403
    assert desk.did("head", "urge", note="请尽快")["desk"]["urged_at"]
    person = {"name": "李雷", "measure": "warning", "facts": "漏录", "reported_to_police": False}
    shown = desk.did("head", "hold_responsible", persons=[person])
    assert shown["events"][-1]["words"]["persons"] == [person]
    assert "李雷" not in json.dumps(events(), ensure_ascii=False)


def test_a_result_that_becomes_a_complaint_names_it(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    step = {"result": "complaint", "items": [ITEM], "reasons": "转投诉"}
    refused = desk.act("clerk", "propose", **step)
    assert refused.body["errors"][0]["pointer"] == "/complaint_no"
    desk.did("clerk", "propose", **step, complaint_no=desk.complaint.lower())
    desk.did("reviewer", "review", approve=True)
    assert desk.complaints()[0].get("objections") is None
    desk.did("clerk", "reply")
    assert desk.followed()["reply"]["complaint_no"] == desk.complaint
    (entry,) = desk.complaints()
    assert (entry["complaint_no"], entry["objections"]) == (desk.complaint, [desk.number])
    (noted,) = enquiries.history(desk.complaint)
    assert (noted["action"], noted["objection_no"], noted["by"]) == ("turned", desk.number, "clerk")


def test_a_complaint_of_no_register_or_about_another_policy_is_refused(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    contact = {"name": "王芳", "phone": "13900139000"}
    other = {"description": "别的保单", "policy_no": number(), "contact": contact}
    asked = {"kind": "consultation", "description": "几时寄到", "contact": contact}
    known = [desk.door.post("/v1/complaints", said).body["complaint_no"] for said in (other, asked)]
    for typed in ("T20261121-1", "TS-261122-00000000-A", *known):
        step = {"result": "complaint", "items": [ITEM], "reasons": "转投诉", "complaint_no": typed}
        refused = desk.act("clerk", "propose", **step)
        assert refused.status == 400, typed
        assert refused.body["errors"][0]["code"] == "no-such-complaint"


def test_a_correction_is_ordered_once_and_tracked_until_data_show_it(desk: Desk) -> None:
    desk.propose()
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    later = clock.now() + timedelta(minutes=1)
    deadlines.watch(later)
    deadlines.watch(later)
    day = clock.shanghai_day(clock.now()).isoformat()
    key = f"outgoing/corrections/{day}/{desk.number}.jsonl"
    bucket = settings.get("DOCUMENTS_BUCKET")
    body = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    (line,) = body.decode().splitlines()
    assert json.loads(line)["decided"] == ITEM["decided"]
    assert json.loads(line)["policy_no"] == desk.policy_no
    assert desk.followed()["reply"]["correction"] == "ordered"
    assert desk.listed("clerk", state="closed") == [desk.number]
    take(policy(desk.policy_no, 2, insured_name="王芳", premium=300_000))
    deadlines.watch(later + timedelta(days=1))
    assert desk.followed()["reply"]["correction"] == "seen"


def test_warnings_and_breaches_are_raised_once(desk: Desk) -> None:
    far = clock.now() + timedelta(days=40)
    first, second = deadlines.watch(far), deadlines.watch(far)
    assert (first["warned"], first["breached"]) == (3, 3)
    assert (second["warned"], second["breached"]) == (0, 0)
    kinds = [one["kind"] for one in cases.load(desk.number).log]
    assert kinds.count("breached") == 3
    (entry,) = desk.door.get("/v1/staff/objections", token=desk.tokens["clerk"]).body["items"]
    assert entry["warned"] == entry["breached"] == ["acknowledge", "limit", "reply"]


@pytest.mark.parametrize(
    ("asked", "answered", "due"),
    [
        ("16", "16", "2026-11-20"),
        ("16", "18", "2026-11-24"),
        ("16", "25", "2026-12-01"),
        # The day of the question counts, that of the answer does not.
        ("17", "17", "2026-11-20"),
        ("17", "18", "2026-11-21"),
        ("19", "20", "2026-11-20"),
    ],
)
def test_days_on_which_the_customer_is_waited_for_do_not_count(
    asked: str, answered: str, due: str
) -> None:
    from chalicelib.objections import clocks

    filed = datetime.fromisoformat("2026-11-16T10:00:00+08:00")
    facts = {"event_id": "a", "seq": 0, "at": clock.stored(filed), "handled_at": "4401"}
    facts |= {"handler": None, "violation": False, "complexity": "general"}
    found = folding.fold([facts])
    found.waits = [(filed.replace(day=int(asked)), filed.replace(day=int(answered)))]
    assert clock.shanghai_day(clocks.due(found)).isoformat() == due


def test_the_letter_of_the_decision_is_made_once_and_opens_for_a_minute(
    desk: Desk, aws: Aws
) -> None:
    desk.propose()
    desk.did("reviewer", "review", approve=True)
    letters.render(desk.number)
    path, token = f"/v1/objections/{desk.number}/letter", desk.answer["token"]
    assert desk.door.get(path, token=token).status == 404, "nothing is told before the reply"
    desk.did("clerk", "reply")
    with aws.guard.acting("render_document"):
        letters.render(desk.number)
        letters.render(desk.number)
    reply = desk.followed()["reply"]
    assert reply["letter"] == "ready"
    answer = desk.door.get(path, token=token)
    validation.validate("objections/letter", answer.body)
    assert [one["kind"] for one in events()].count("letter") == 1
    key = cases.load(desk.number).objection.letter
    pdf = clients.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    found = samples.text(pdf["Body"].read())
    words = ("王芳", desk.number, "保费", "3,280.50元", "3000.00", "3,000.00元", "录入有误")
    for word in (*words, "12378"):
        assert word in found, word


def test_a_letter_that_the_queue_lost_is_asked_for_again(desk: Desk) -> None:
    desk.propose("unfounded")
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    at = clock.now()
    assert cases.load(desk.number).item.clock != "closed"
    assert deadlines.watch(at + timedelta(hours=13))["looked_at"] == 1
    assert deadlines.watch(at + timedelta(days=31))["looked_at"] == 1
    assert cases.load(desk.number).item.clock == "closed"


def test_who_proposes_a_result_chooses_further_items_from_the_answer_by_name(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    path = f"/v1/staff/objections/{desk.number}"
    found = desk.door.get(path, token=desk.tokens["clerk"], headers={"accept-language": "en"})
    validation.validate("objections/whole", found.body)
    assert found.body["standard"] == "company standard"
    told = {one["item"]: one for one in found.body["items"]}
    assert told["/policy/premium"]["value"] == desk.answer["policy"]["premium"]
    assert told["/policy/premium"]["item_name"] == "Premium"
    assert "/policy/status" in told, "a code is one item with its name"
    assert "/policy/status_name" not in told
    for pointer, one in told.items():
        assert items.value(desk.answer, pointer) == one["value"], pointer
    assert told["/policy/status"]["value_name"] == "In force"
    assert told["/policy/line"]["item_name"] != "line"
    assert "/policy/document/version" not in told, "nobody objects to what has no name"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restrictions, "unrestricted", lambda _: [])
        assert desk.door.get(path, token=desk.tokens["clerk"]).body["items"] == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queries, "answer_of", lambda *_: {**desk.answer, "policy": None})
        led = desk.door.get(path, token=desk.tokens["clerk"])
        assert (led.status, led.body["items"]) == (200, []), "another insurer has the record"
    further = {"item": "/policy/issued_on", "old": told["/policy/issued_on"]["value"]}
    decided = [ITEM, {**further, "decided": "2026-01-10"}]
    shown = desk.did("clerk", "propose", result="corrected", items=decided, reasons="录入有误")
    assert shown["items"] == []
    assert shown["events"][-1]["words"]["items"][1]["old"] == further["old"]


@pytest.mark.parametrize(
    "changes",
    [{"insured_name": "李雷", "insured_id_no": "110105194912310021"}, {"organisation": "31"}],
)
def test_items_of_a_policy_that_is_anothers_by_now_are_shown_to_nobody(
    desk: Desk, changes: dict[str, str]
) -> None:
    desk.did("clerk", "acknowledge")
    path = f"/v1/staff/objections/{desk.number}"
    assert desk.door.get(path, token=desk.tokens["clerk"]).body["items"]
    take(policy(desk.policy_no, 2, **changes))
    assert desk.door.get(path, token=desk.tokens["clerk"]).body["items"] == []


def test_the_register_names_organisations_beside_their_codes(desk: Desk) -> None:
    rows = [({"code": "4401", "name": "广州分公司", "level": "city", "parent": "44"}, "named")]
    organisations.take("organisations", rows, clock.now())
    organisations._tree.cache_clear()
    token = desk.tokens["clerk"]
    (entry,) = desk.door.get("/v1/staff/objections", token=token).body["items"]
    named = {name: entry[name] for name in ("organisation", "organisation_name")}
    assert named == {"organisation": "4401", "organisation_name": "广州分公司"}
    assert entry["handled_at_name"] == "广州分公司"
    desk.did("clerk", "suspect_violation", note="疑似截留保费")
    (entry,) = desk.door.get("/v1/staff/objections", token=desk.tokens["head"]).body["items"]
    assert (entry["handled_at"], entry["handled_at_name"]) == ("44", "44")


def step(desk: Desk, who: str, action: str, at: datetime, **told: Any) -> cases.Case:
    """A step at a moment of one's own choosing."""
    role, organisation = PEOPLE[who]
    person = Staff(who, "员工", frozenset({role}), organisation)
    route = "/v1/staff/objections/{objection_no}/events"
    scope = access.Scope(person, access.grants("POST", route, person.roles))
    body = {"action": action, **told}
    return moves.act(desk.number, body, person, scope, None, "zh-CN", at)


def answered(desk: Desk, at: datetime) -> bool:
    """Whether the answer of that moment is on time, as the quarter's report will count it."""
    told = {"result": "unfounded", "items": [ITEM], "reasons": "一致"}
    step(desk, "clerk", "propose", at, **told)
    step(desk, "reviewer", "review", at, approve=True)
    step(desk, "clerk", "reply", at)
    entries = handling.of_day(clock.shanghai_day(at).isoformat())
    (closed,) = [one for one in entries if one["kind"] == "closed"]
    return bool(closed["on_time"])


def test_what_is_late_is_late_though_no_watch_ran_before_the_step(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    late = clock.now() + timedelta(days=14)
    log = step(desk, "clerk", "acknowledge", late).log
    assert [(one["kind"], one.get("clock"), one["by"]) for one in log[1:]] == [
        ("breached", "acknowledge", None),
        ("breached", "reply", None),
        ("acknowledged", None, "clerk"),
    ]
    assert '"ObjectionDeadlinesPassed":[2' in capsys.readouterr().out.replace(" ", "")
    assert deadlines.watch(late)["breached"] == 0
    assert answered(desk, late) is False


def test_more_time_that_is_granted_once_it_is_too_late_cures_nothing(desk: Desk) -> None:
    late = clock.now() + timedelta(days=14)
    step(desk, "clerk", "acknowledge", clock.now())
    step(desk, "clerk", "ask_extension", clock.now(), reasons="需外部核实")
    step(desk, "reviewer", "decide_extension", late, approve=True)
    assert answered(desk, late + timedelta(days=5)) is False


def test_more_time_that_was_granted_in_time_makes_the_later_answer_one_in_time(desk: Desk) -> None:
    step(desk, "clerk", "acknowledge", clock.now())
    step(desk, "clerk", "ask_extension", clock.now(), reasons="需外部核实")
    step(desk, "both", "decide_extension", clock.now(), approve=True)
    assert answered(desk, clock.now() + timedelta(days=20)) is True


def test_a_violation_is_nobodys_result_below_the_province(desk: Desk) -> None:
    desk.did("clerk", "acknowledge")
    told = {"result": "violation", "items": [ITEM], "reasons": "截留保费"}
    refused = desk.act("clerk", "propose", **told)
    assert refused.status == 400
    assert [(e["pointer"], e["code"]) for e in refused.body["errors"]] == [
        ("/result", "violation-above")
    ]
    desk.did("clerk", "suspect_violation", note="疑似截留保费")
    assert desk.did("province", "propose", **told)["desk"]["status"] == "proposed"


def test_whoever_sold_the_policy_hands_an_objection_to_it_on(desk: Desk) -> None:
    take(policy(desk.policy_no, 2, insured_name="王芳", agent="clerk"))
    desk.number = file(desk.door, desk.answer).body["objection_no"]
    path = f"/v1/staff/objections/{desk.number}"
    assert desk.door.get(path, token=desk.tokens["clerk"]).body["actions"] == ["assign"]
    refused = desk.act("clerk", "acknowledge")
    assert (refused.status, refused.body["code"]) == (403, "interested-person")
    desk.did("clerk", "assign", handler="second")
    desk.did("second", "acknowledge")
