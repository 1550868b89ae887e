"""Appointments, complaints, consultations (L5): taken once, due, confirmed, listed within reach."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock, days, sealing, validation
from chalicelib.enquiries import deadlines, service, store
from chalicelib.errors import ChallengeRequiredError
from chalicelib.notifications import service as notifications
from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from tests.conftest import Aws
from tests.door import Door
from tests.limits.test_guessing import solve
from tests.policies.rows import number, policy, take

CONTACT = {"name": "王芳", "phone": "13900139000"}
TREE = [
    {"code": "10", "name": "总公司", "level": "head_office"},
    {"code": "4401", "name": "广州", "level": "city", "parent": "10"},
    {"code": "3101", "name": "上海", "level": "city", "parent": "10"},
]


@pytest.fixture
def door(aws: Aws) -> Door:
    aws.empty()
    organisations._tree.cache_clear()  # what other tests announced within the minute
    organisations.take("organisations", [(row, "f#1") for row in TREE])
    return Door()


def complain(door: Door, key: str | None = None, **changes: Any) -> Any:
    body = {"description": "材料要了三次", "contact": CONTACT, **changes}
    headers = {"idempotency-key": key} if key else {}
    return door.post("/v1/complaints", body, headers=headers)


def appoint(door: Door, key: str | None = None, **changes: Any) -> Any:
    wanted = clock.shown(clock.now() + timedelta(days=2))
    body = {"kind": "call", "wanted_at": wanted, "contact": CONTACT, **changes}
    headers = {"idempotency-key": key} if key else {}
    return door.post("/v1/appointments", body, headers=headers)


def entries(register: str) -> list[store.EnquiryItem]:
    return store.page(f"{register}/{clock.shanghai_day(clock.now()).year}", None, 100)


def told() -> list[Any]:
    later = clock.now() + timedelta(minutes=1)
    return [notifications.store.get(one) for one in notifications.store.due(later, 100)]


def test_a_complaint_is_stored_sealed_and_due_in_fifteen_days(door: Door) -> None:
    answer = complain(door)
    assert answer.status == 201
    due = clock.end_of_day(clock.shanghai_day(clock.now()) + timedelta(days=15))
    assert answer.body["due_at"] == clock.shown(due)
    assert (answer.body["kind"], answer.body["kind_name"]) == ("complaint", "投诉")
    (entry,) = entries("complaints")
    assert entry.facts["complaint_no"] == answer.body["complaint_no"]
    assert not {"contact", "description"} & entry.facts.keys()


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # Wednesday before National Day 2026 (1 to 7 October off, make-up day Saturday 10 October).
        ("2026-09-30T10:00:00+08:00", "2026-10-11T00:00:00+08:00"),
        ("2026-11-20T23:59:59+08:00", "2026-11-26T00:00:00+08:00"),
        ("2026-11-21T00:00:00+08:00", "2026-11-26T00:00:00+08:00"),
    ],
)
def test_a_consultation_is_due_after_working_days_of_the_calendar(received: str, due: str) -> None:
    found = deadlines.due_at("consultation", datetime.fromisoformat(received))
    assert clock.shown(found) == due


def test_the_same_key_and_body_is_one_entry_however_often_and_at_once(door: Door) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: complain(door, "k1"), range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["complaint_no"] for answer in answers}) == 1
    assert len(entries("complaints")) == 1
    assert len(told()) == 1
    again = complain(door, "k1", description="别的事")
    assert (again.status, again.body["code"]) == (422, "idempotency-key-reused")


def test_a_key_belongs_to_its_route(door: Door) -> None:
    assert complain(door, "k2").status == 201
    assert appoint(door, "k2").status == 201


@pytest.mark.parametrize(
    ("take_it", "kind"),
    [(appoint, "appointment_made"), (complain, "complaint_received")],
)
def test_a_confirmation_goes_out_with_the_entry(door: Door, take_it: Any, kind: str) -> None:
    assert take_it(door).status == 201
    (message,) = told()
    assert message.facts["kind"] == kind


@pytest.mark.parametrize(("language", "ends"), [("zh-CN", "日24:00前"), ("en", "by end of ")])
def test_a_confirmation_says_by_the_end_of_which_day(door: Door, language: str, ends: str) -> None:
    body = {"description": "材料要了三次", "contact": CONTACT}
    due = door.post("/v1/complaints", body, headers={"accept-language": language}).body["due_at"]
    (message,) = told()
    words = sealing.unseal("outbox", notifications.message_id(message), message.sealed)["body"]
    last = clock.shanghai_day(clock.parse(due)) - timedelta(days=1)
    assert ends in words
    assert days.day(last, language) in words


def test_an_appointment_lies_ahead_and_a_visit_names_a_branch(door: Door) -> None:
    past = clock.shown(clock.now() - timedelta(hours=1))
    far = clock.shown(clock.now() + timedelta(days=91))
    for changes, pointer in (
        ({"wanted_at": past}, "/wanted_at"),
        ({"wanted_at": far}, "/wanted_at"),
        ({"wanted_at": "tomorrow"}, "/wanted_at"),
        ({"kind": "visit"}, "/branch"),
        ({"kind": "visit", "branch": "9999"}, "/branch"),
    ):
        answer = appoint(door, **changes)
        assert answer.status == 400, changes
        assert answer.body["errors"][0]["pointer"] == pointer
    assert appoint(door, kind="visit", branch="4401").status == 201
    assert len(entries("appointments")) == 1


def test_a_policy_that_is_named_decides_the_list_and_the_answer_tells_nothing(door: Door) -> None:
    ours = number()
    take(policy(ours, organisation="4401"))
    known, unknown = complain(door, policy_no=ours), complain(door, policy_no=number())
    assert known.body.keys() == unknown.body.keys()
    found = {entry.facts["complaint_no"]: entry.facts for entry in entries("complaints")}
    assert found[known.body["complaint_no"]]["organisation"] == "4401"
    assert found[unknown.body["complaint_no"]]["organisation"] == "10"


def test_staff_see_what_is_within_their_reach(door: Door, staff_token: Callable[..., str]) -> None:
    here = appoint(door, branch="4401").body["appointment_no"]
    there = appoint(door, branch="3101").body["appointment_no"]

    def seen(roles: list[str], organisation: str) -> dict[str, Any]:
        token = staff_token(roles, organisation)
        answer = door.get("/v1/staff/appointments", token=token)
        assert answer.status == 200
        validation.validate("enquiries/appointments", answer.body)
        return {one["appointment_no"]: one for one in answer.body["items"]}

    assert seen(["outlet_operator"], "4401").keys() == {here}
    assert seen(["outlet_operator"], "10").keys() == {here, there}
    assert seen(["outlet_operator"], "4401")[here]["contact"]["phone"] == CONTACT["phone"]
    manager = seen(["branch_manager"], "4401")[here]
    assert manager["contact"] == {"name": "王*", "phone": None}


def test_complaints_are_listed_for_compliance_alone(
    door: Door, staff_token: Callable[..., str]
) -> None:
    assert complain(door, kind="consultation", objection_no="Y-1").status == 201
    answer = door.get("/v1/staff/complaints", token=staff_token(["compliance_officer"], "10"))
    validation.validate("enquiries/complaints", answer.body)
    (entry,) = answer.body["items"]
    assert (entry["kind_name"], entry["objection_no"]) == ("咨询", "Y-1")
    assert entry["text"] == "材料要了三次"
    token = staff_token(["agent"], "10", sub="A1")
    assert door.get("/v1/staff/complaints", token=token).status == 403


def test_a_complaint_is_overdue_from_the_instant_on_at_which_it_is_due(door: Door) -> None:
    due = clock.parse(complain(door).body["due_at"])
    year = clock.shanghai_day(clock.now()).year
    for at, overdue in ((due - timedelta(seconds=1), False), (due, True)):
        ((entry,), _) = service.listed(
            "complaints", year, Page(10), lambda _: "transactions", "en", at
        )
        assert entry["overdue"] is overdue


def test_what_is_typed_into_a_field_for_numbers_is_sealed_all_the_same(door: Door) -> None:
    complain(door, policy_no="11010519491231002X", objection_no="11010519491231002X")
    (entry,) = entries("complaints")
    assert "11010519491231002X" not in str(entry.facts)


def test_one_telephone_is_not_flooded_with_confirmations(door: Door) -> None:
    free = validation.load("data/limits")["versions"][0]["targets"]["report_target"]
    answers = [complain(door) for _ in range(free["challenge_after"])]
    assert {answer.status for answer in answers} == {201}
    wide = {"name": "王芳", "phone": "+86 １３９ 0013 9000"}
    refused = complain(door, contact=wide)
    assert (refused.status, refused.body["code"]) == (403, "challenge-required")
    solved = solve(ChallengeRequiredError(refused.body["challenge"]))
    assert complain(door, challenge=solved).status == 201
    assert len(entries("complaints")) == free["challenge_after"] + 1


def test_entries_are_sealed_anew_when_keys_change(door: Door) -> None:
    complain(door)
    (entry,) = entries("complaints")
    assert service.reseal(entry.pk, entry.sk) is False
    assert service.reseal(entry.pk, "nothing") is False
