"""Appointments and complaints are moved on by staff, within reach, by the rules of the day."""

import json

import pytest

from chalicelib import clock
from chalicelib.enquiries import moves, service, store
from chalicelib.organisations import service as organisations

CONTACT = {"name": "王芳", "phone": "13900139000"}
TREE = [
    {"code": "10", "name": "总公司", "level": "head_office"},
    {"code": "4401", "name": "广州", "level": "city", "parent": "10"},
]


@pytest.fixture
def complaint(aws, door):
    """The number of a complaint about branch 4401."""
    aws.empty()
    organisations._tree.cache_clear()
    organisations.take("organisations", [(row, "f#1") for row in TREE])
    body = {"description": "材料要了三次", "contact": CONTACT, "branch": "4401"}
    return door.post("/v1/complaints", body).body["complaint_no"]


@pytest.fixture
def officer(staff_token, complaint):
    return staff_token(["compliance_officer"], "4401", sub="C1")


def act(door, token, number, action, register="complaints", match=None, **more):
    path = f"/v1/staff/{register}/{number}/events"
    headers = {"if-match": match} if match else {}
    return door.post(path, {"action": action, **more}, token=token, headers=headers)


def test_a_complaint_is_accepted_answered_and_closed(door, officer, complaint):
    assert act(door, officer, complaint, "accept").body["status"] == "accepted"
    assert act(door, officer, complaint, "answer").body["errors"][0]["pointer"] == "/reply"
    answered = act(door, officer, complaint, "answer", reply="材料已齐", note="已电话说明")
    assert (answered.status, answered.body["status"]) == (201, "answered")
    assert act(door, officer, complaint, "accept").status == 409
    assert act(door, officer, complaint, "close").body["status"] == "closed"
    (entry,) = door.get("/v1/staff/complaints", token=officer).body["items"]
    assert (entry["status"], entry["overdue"], entry["etag"]) == ("closed", False, '"3"')
    done = moves.history(complaint)
    assert [event["action"] for event in done] == ["close", "answer", "accept"]
    assert done[1]["reply"] == "材料已齐"


def test_what_was_written_stands_nowhere_in_clear(door, officer, complaint, aws):
    act(door, officer, complaint, "answer", reply="材料已齐", note="已电话说明")
    dynamodb = aws.resources.clients.dynamodb
    items = dynamodb.scan(TableName=aws.name("EnquiriesTable"))["Items"]
    assert "材料已齐" not in json.dumps(items, default=str, ensure_ascii=False)


def test_whoever_read_an_older_revision_is_refused(door, officer, complaint):
    assert act(door, officer, complaint, "accept", match='"0"').status == 201
    assert act(door, officer, complaint, "withdraw", match='"0"').status == 412


def test_out_of_reach_there_is_nothing(door, staff_token, officer, complaint):
    far = staff_token(["compliance_officer"], "3101", sub="C2")
    assert act(door, far, complaint, "accept").status == 404
    assert act(door, officer, "TS-991399-7K3QX9M2-C", "accept").status == 404
    assert act(door, officer, complaint, "confirm").status == 400


def test_an_appointment_is_confirmed_and_kept(door, staff_token, complaint):
    body = {"kind": "visit", "branch": "4401", "contact": CONTACT}
    body["wanted_at"] = clock.shown(clock.now().replace(microsecond=0) + service.AHEAD / 2)
    number = door.post("/v1/appointments", body).body["appointment_no"]
    operator = staff_token(["outlet_operator"], "4401", sub="O1")
    for action, status in (("confirm", "confirmed"), ("keep", "kept")):
        assert act(door, operator, number, action, "appointments").body["status"] == status
    assert act(door, operator, number, "cancel", "appointments").status == 409
    (item,) = store.page(f"appointments/{clock.shanghai_day(clock.now()).year}", None, 9)
    assert int(item.revision) == 2
