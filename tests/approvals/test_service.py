"""Four eyes: another person, the right role and reach, within its time, done exactly once."""

from datetime import timedelta

import pytest

from chalicelib import clock
from chalicelib.approvals import service, store
from chalicelib.errors import (
    AlreadyDecidedError,
    ApprovalExpiredError,
    ForbiddenError,
    NotFoundError,
    SamePersonError,
)
from chalicelib.staff.access import Grant, Scope
from chalicelib.staff.model import Staff

ACTION = "export_rows"
PHONE = "13812345678"


@pytest.fixture
def carried_out(aws, monkeypatch):
    """What the action did, in place of the room that will have it."""
    aws.empty()
    done = []
    monkeypatch.setitem(service._PERFORMERS, ACTION, lambda approval: done.append(approval))
    return done


def person(sub, *roles, organisation="44"):
    return Staff(sub, "", frozenset(roles), organisation)


def reach(staff):
    return Scope(staff, frozenset({Grant("organisation", "figures")}))


ASKER = person("first", "compliance_officer")
SECOND = person("second", "compliance_reviewer")


def ask(rows=700, staff=ASKER, at=None):
    content = {"rows": rows, "phone": PHONE}
    return service.ask(staff, ACTION, "44", content, at or clock.now())


def decide(staff, approval, approve=True, at=None):
    return service.decide(staff, reach(staff), approval.approval_id, approve, at or clock.now())


def waiting(staff, at=None, limit=100):
    return service.waiting(staff, reach(staff), limit, at or clock.now())


def test_what_was_asked_for_is_done_exactly_as_asked_once_another_person_approves(carried_out):
    approval = ask(701)
    assert approval.state == "waiting"
    assert carried_out == []
    assert decide(SECOND, approval).state == "done"
    assert [done.content for done in carried_out] == [{"rows": 701, "phone": PHONE}]


def test_approving_again_changes_nothing_more(carried_out):
    approval = ask(702)
    decide(SECOND, approval)
    assert decide(SECOND, approval).state == "done"
    assert len(carried_out) == 1


def test_the_same_person_never_approves_his_own_whatever_roles_he_has(carried_out):
    both = person("first", "compliance_officer", "compliance_reviewer")
    with pytest.raises(SamePersonError):
        decide(both, ask(703, both))
    assert carried_out == []


def test_storage_itself_refuses_the_first_person(carried_out):
    approval = ask(704)
    item = store.get(approval.approval_id)
    assert not store.decide(item, store.APPROVED, "first", clock.stored(clock.now()))
    assert store.get(approval.approval_id).state == "waiting"


def test_without_the_role_it_is_forbidden_and_out_of_reach_it_is_not_there(carried_out):
    approval = ask(705)
    with pytest.raises(ForbiddenError):
        decide(person("third", "reporting_officer"), approval)
    with pytest.raises(NotFoundError):
        decide(person("far", "compliance_reviewer", organisation="31"), approval)
    with pytest.raises(NotFoundError):
        service.decide(SECOND, reach(SECOND), "unheard-of", True, clock.now())


def test_after_its_time_nobody_can_approve(carried_out):
    approval = ask(706)
    with pytest.raises(ApprovalExpiredError):
        decide(SECOND, approval, at=clock.now() + timedelta(hours=25))
    assert carried_out == []


def test_a_refusal_stays_a_refusal(carried_out):
    approval = ask(707)
    assert decide(SECOND, approval, approve=False).state == "refused"
    assert decide(SECOND, approval, approve=False).state == "refused"
    for other in (SECOND, person("third", "branch_manager")):
        with pytest.raises(AlreadyDecidedError):
            decide(other, approval)
    assert carried_out == []


def test_a_failure_half_way_is_finished_by_approving_again(carried_out, monkeypatch):
    approval = ask(708)
    with monkeypatch.context() as patch:
        patch.setitem(service._PERFORMERS, ACTION, lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            decide(SECOND, approval)
    assert store.get(approval.approval_id).state == "approved"
    assert [a.approval_id for a in waiting(SECOND)] == [approval.approval_id]
    assert decide(SECOND, approval).state == "done"
    assert len(carried_out) == 1
    assert waiting(SECOND) == []


def test_another_finishes_what_its_approver_left_half_done(carried_out, monkeypatch):
    approval = ask(713)
    third = person("third", "branch_manager")
    with monkeypatch.context() as patch:
        patch.setitem(service._PERFORMERS, ACTION, lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            decide(SECOND, approval)
    later = clock.now() + timedelta(days=30)
    assert [a.state for a in waiting(third, later)] == ["approved"]
    with pytest.raises(SamePersonError):
        decide(person("first", "branch_manager"), approval, at=later)
    with pytest.raises(AlreadyDecidedError):
        decide(third, approval, approve=False, at=later)
    finished = decide(third, approval, at=later)
    assert (finished.state, finished.decided_by) == ("done", "second")
    assert store.get(approval.approval_id).done_by == "third"
    assert len(carried_out) == 1


def test_what_nobody_decided_does_not_hide_what_came_after(carried_out):
    old = clock.now() - timedelta(days=3)
    for rows in range(714, 718):
        ask(rows, at=old)
    approval = ask(718)
    assert [a.approval_id for a in waiting(SECOND, limit=2)] == [approval.approval_id]


def test_asking_twice_is_asking_once(carried_out):
    assert ask(709).approval_id == ask(709).approval_id
    assert ask(709).approval_id != ask(710).approval_id


def test_only_what_one_may_decide_is_shown_as_waiting(carried_out):
    approval = ask(711)

    def shown(staff):
        return [a.approval_id for a in service.waiting(staff, reach(staff), 100, clock.now())]

    assert approval.approval_id in shown(SECOND)
    assert approval.approval_id not in shown(ASKER)
    assert approval.approval_id not in shown(person("x", "reporting_officer"))
    decide(SECOND, approval)
    assert approval.approval_id not in shown(SECOND)


def test_the_content_is_sealed(carried_out):
    item = store.get(ask(712).approval_id)
    assert PHONE.encode() not in item.sealed
