"""Who gets through the door: gate, grant, undertaking, leaver, scope."""

from datetime import timedelta

import pytest

from chalicelib import clock
from chalicelib.organisations import service as organisations
from chalicelib.staff import service
from chalicelib.staff.access import Grant, Scope
from chalicelib.staff.model import Staff

AUDIT = "/v1/staff/audit"


def take(*rows):
    entries = [
        ({"code": code, "name": code, "parent": parent, "level": "city"}, f"test#{code}{parent}")
        for code, parent in rows
    ]
    organisations.take("organisations", entries)
    organisations._tree.cache_clear()


@pytest.fixture
def tree(aws):
    take(("T1", "T"), ("T11", "T1"), ("T12", "T1"), ("T2", "T"))


def test_a_good_token_with_the_role_gets_in(door, staff_token):
    assert door.get(AUDIT, token=staff_token(["compliance_officer"], "T1")).status == 200


@pytest.mark.parametrize("token", [None, "", "x", "a.b.c"])
def test_no_token_and_a_bad_one_get_401_before_the_route(door, token):
    assert door.get(AUDIT, token=token).status == 401
    reply = door.get(AUDIT, token=token, gate=False)
    assert (reply.status, reply.body["code"]) == (401, "unauthenticated")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_route_deployed_without_its_gate_is_shut(door, staff_token):
    token = staff_token(["compliance_officer"], "T1")
    assert door.get(AUDIT, token=token, gate=False).status == 401


def test_a_token_that_ended_since_the_gate_saw_it_is_refused_by_the_door(
    door, staff_token, issuer, aws, monkeypatch
):
    token = staff_token(["compliance_officer"], "T1")
    door._pass_gate = lambda *_: {"principalId": "S1"}
    assert door.get(AUDIT, token=token).status == 200
    later = clock.now() + timedelta(hours=9)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert door.get(AUDIT, token=token).status == 401


def test_the_gate_must_have_seen_the_same_person(door, staff_token):
    door._pass_gate = lambda *_: {"principalId": "somebody-else"}
    assert door.get(AUDIT, token=staff_token(["compliance_officer"], "T1")).status == 401


@pytest.mark.parametrize("roles", [[], ["agent"], ["emperor"], ["system_admin", "business_admin"]])
def test_a_known_user_without_the_right_is_forbidden(door, staff_token, roles):
    reply = door.get(AUDIT, token=staff_token(roles, "T1"))
    assert (reply.status, reply.body["code"]) == (403, "forbidden")


def test_without_the_undertaking_on_record_nothing_opens(door, staff_token, issuer):
    claims = {"roles": ["compliance_officer"], "organisation": "T1", "sub": "unsigned"}
    reply = door.get(AUDIT, token=issuer.token(claims))
    assert (reply.status, reply.body["code"]) == (403, "undertaking-required")


def test_a_leaver_is_out_at_once_whatever_his_token_says(door, staff_token):
    token = staff_token(["compliance_officer"], "T1", sub="leaver")
    assert door.get(AUDIT, token=token).status == 200
    service.leave("leaver", clock.now() + timedelta(days=1))
    assert door.get(AUDIT, token=token).status == 200
    service.leave("leaver", clock.now())
    assert door.get(AUDIT, token=token).status == 403


def test_an_organisation_reaches_to_itself_and_all_below(tree):
    assert organisations.within("T1") == {"T1", "T11", "T12"}
    assert organisations.within("T11") == {"T11"}
    assert organisations.within("unheard-of") == {"unheard-of"}


def test_moving_an_organisation_moves_its_scope(tree):
    take(("T12", "T2"))
    assert organisations.within("T1") == {"T1", "T11"}
    assert organisations.within("T2") == {"T2", "T12"}
    take(("T12", "T1"))


def test_a_circle_of_organisations_ends(aws):
    take(("C1", "C2"), ("C2", "C1"))
    assert organisations.within("C1") == {"C1", "C2"}


def test_roles_add_up_and_the_larger_detail_counts(tree):
    staff = Staff("A1", "", frozenset(), "T1")
    scope = Scope(
        staff, frozenset({Grant("own", "transactions"), Grant("organisation", "summary")})
    )
    assert scope.detail("T11") == "summary"
    assert scope.detail("T11", "A1") == "transactions"
    assert scope.detail("T2", "A1") == "transactions"
    assert scope.detail("T2", "A2") is None
    assert scope.detail(None) is None
    assert scope.own == "A1"
    assert not scope.exact


def test_an_agent_sees_his_own_and_nothing_of_the_organisation(tree):
    scope = Scope(Staff("A1", "", frozenset(), "T1"), frozenset({Grant("own", "transactions")}))
    assert scope.organisations == frozenset()
    assert scope.detail("T1", "A1") == "transactions"
    assert scope.detail("T1", None) is None
