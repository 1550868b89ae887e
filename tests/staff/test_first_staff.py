"""The first two administrators of a new stack are let in from outside, once."""

import json
from types import SimpleNamespace

import pytest

from chalicelib import clock
from chalicelib.audit import store
from infra import first_staff, within
from infra.local.issuer import DevelopmentIssuer

TWO = ["admin.zhang", "admin.li"]


@pytest.fixture(autouse=True)
def new_stack(aws):
    aws.empty()


def told(door, issuer, sub, of):
    claims = {"sub": sub, "name": "员工", "roles": ["business_admin"], "organisation": "0000"}
    token, body = issuer.token(claims), {"change": "undertaking", "signed_on": "2026-11-02"}
    return door.call("PUT", f"/v1/staff/people/{of}", body=body, token=token)


def test_two_are_let_in_and_let_in_everybody_else(door, issuer: DevelopmentIssuer):
    assert told(door, issuer, TWO[0], "agent.wang").status == 403
    first_staff.let_in(TWO, clock.now())
    assert told(door, issuer, TWO[0], "agent.wang").status == 202


def test_it_is_on_record_who_was_let_in(aws):
    at = clock.now()
    first_staff.let_in(TWO, at)
    page = store.of_subject(first_staff.ACTOR, None, 10)
    events = [json.loads(item.facts) for item in page]
    assert {event["objects"][0] for event in events} == {f"people/{one}" for one in TWO}


def test_a_second_pair_is_refused_and_the_first_may_be_named_again(aws):
    first_staff.let_in(TWO, clock.now())
    first_staff.let_in(TWO, clock.now())
    assert len(list(store.of_subject(first_staff.ACTOR, None, 10))) == 2
    with pytest.raises(first_staff.StaffedError):
        first_staff.let_in(["somebody", "else"], clock.now())


@pytest.mark.parametrize("subjects", [["alone"], ["twice", "Twice"], ["a", "b", "c"], ["a", ""]])
def test_two_different_people_are_wanted(aws, subjects):
    with pytest.raises(ValueError, match="two different"):
        first_staff.let_in(subjects, clock.now())


def test_a_module_runs_with_what_the_stack_tells_its_functions():
    def describe_stack_resource(**asked):
        assert asked == {"StackName": "chabao-prod", "LogicalResourceId": "APIHandler"}
        return {"StackResourceDetail": {"PhysicalResourceId": "chabao-prod-APIHandler-1"}}

    def get_function_configuration(**asked):
        assert asked == {"FunctionName": "chabao-prod-APIHandler-1"}
        return {"Environment": {"Variables": {"STAFF_TABLE": "chabao-prod-StaffTable-2"}}}

    found = within.environment(
        SimpleNamespace(describe_stack_resource=describe_stack_resource),
        SimpleNamespace(get_function_configuration=get_function_configuration),
        "chabao-prod",
    )
    assert found == {"STAFF_TABLE": "chabao-prod-StaffTable-2"}
