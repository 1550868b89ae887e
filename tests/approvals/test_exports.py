"""Exports above a size, end to end: asked for, approved by another over HTTP, then let through."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib import clock
from chalicelib.approvals import exports, service
from chalicelib.errors import ApprovalRefusedError
from chalicelib.organisations import service as organisations
from chalicelib.staff.access import Grant, Scope
from chalicelib.staff.model import Staff

ASKER = Staff("export-1", "", frozenset({"branch_manager"}), "X1")
LIST = {"kind": "expiry", "period": "2026-12", "purpose": "续保"}


@pytest.fixture
def manager(aws, staff_token):
    """Another manager of the organisation above."""
    aws.empty()
    rows = [{"code": "X", "name": "X", "level": "province"}]
    rows.append({"code": "X1", "name": "X1", "level": "city", "parent": "X"})
    organisations.take("organisations", [(row, f"x#{row['code']}") for row in rows])
    organisations._tree.cache_clear()
    return staff_token(["branch_manager"], "X", sub="export-2")


def needed(rows, at=None, staff=ASKER, **changed):
    return exports.needed(staff, "X1", {**LIST, **changed}, rows, at or clock.now())


def decide(door, token, approval, decision="approve"):
    path = f"/v1/staff/approvals/{approval.approval_id}"
    return door.post(path, {"decision": decision}, token=token)


def test_few_rows_need_nobody(manager):
    assert needed(500) is None


def test_many_rows_go_once_another_person_has_approved_exactly_them(door, manager):
    waiting = needed(501)
    assert waiting.state == "waiting"
    assert needed(501).approval_id == waiting.approval_id
    shown = door.get("/v1/staff/approvals", token=manager).body["items"]
    assert [one["content"] for one in shown] == [{**LIST, "rows": 501}]
    assert decide(door, manager, waiting).body["state"] == "done"
    assert needed(501) is None
    assert needed(502).state == "waiting"
    assert needed(501, period="2027-01").state == "waiting"
    assert needed(501, staff=Staff("export-3", "", ASKER.roles, "X1")).state == "waiting"


def test_who_asked_cannot_approve_and_another_branch_does_not_see_it(door, manager, staff_token):
    waiting = needed(600)
    own = decide(door, staff_token(["branch_manager"], "X1", sub="export-1"), waiting)
    assert (own.status, own.body["code"]) == (403, "same-person")
    far = decide(door, staff_token(["branch_manager"], "Y1", sub="export-4"), waiting)
    assert far.status == 404


def test_an_approval_outlives_midnight_but_not_its_time(manager):
    evening = datetime(2026, 11, 21, 15, 50, tzinfo=UTC)
    waiting = needed(700, evening)
    morning = evening + timedelta(minutes=20)
    assert needed(700, morning).approval_id == waiting.approval_id
    second = Staff("export-2", "", ASKER.roles, "X")
    scope = Scope(second, frozenset({Grant("organisation", "figures")}))
    service.decide(second, scope, waiting.approval_id, True, morning)
    assert needed(700, evening + timedelta(hours=23)) is None
    again = needed(700, evening + timedelta(hours=24))
    assert (again.state, again.approval_id != waiting.approval_id) == ("waiting", True)


def test_what_was_refused_stays_refused_for_the_day(door, manager):
    at = clock.now()
    assert decide(door, manager, needed(800, at), "refuse").body["state"] == "refused"
    with pytest.raises(ApprovalRefusedError):
        needed(800, at)
    assert needed(800, at + timedelta(days=1)).state == "waiting"
