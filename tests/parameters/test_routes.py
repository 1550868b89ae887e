"""Parameters and people: changed by two, shut out by one, all of it on record."""

from datetime import timedelta

import pytest

from chalicelib import clock
from chalicelib.parameters import service
from chalicelib.staff import store as staff_store


@pytest.fixture
def admins(aws, staff_token):
    aws.empty()
    service._versions.cache_clear()
    return [staff_token(["business_admin"], "0", sub=sub) for sub in ("admin-1", "admin-2")]


def today(days=0):
    return (clock.shanghai_day(clock.now()) + timedelta(days=days)).isoformat()


def change(door, token, name="unusual_requests", value=200, days=0):
    body = {"value": value, "holds_from": today(days), "reason": "试运行"}
    return door.call("PUT", f"/v1/staff/parameters/{name}", body=body, token=token)


def approve(door, token, reply):
    identity = reply.body["approval_id"]
    return door.post(f"/v1/staff/approvals/{identity}", {"decision": "approve"}, token=token)


def test_a_change_holds_once_another_administrator_has_approved_it(door, admins):
    first, second = admins
    day = clock.shanghai_day(clock.now())
    asked = change(door, first)
    assert (asked.status, asked.body["state"]) == (202, "waiting")
    assert service.value("unusual_requests", day) == 300
    own = approve(door, first, asked)
    assert (own.status, own.body["code"]) == (403, "same-person")
    waiting = door.get("/v1/staff/approvals", token=second).body["items"]
    assert [approval["content"]["value"] for approval in waiting] == [200]
    assert approve(door, second, asked).body["state"] == "done"
    service._versions.cache_clear()
    assert service.value("unusual_requests", day) == 200


def test_a_change_to_come_holds_from_its_day(door, admins):
    first, second = admins
    approve(door, second, change(door, first, "export_rows", 100, days=3))
    service._versions.cache_clear()
    day = clock.shanghai_day(clock.now())
    assert service.value("export_rows", day) == 500
    assert service.value("export_rows", day + timedelta(days=3)) == 100
    shown = {p["name"]: p for p in door.get("/v1/staff/parameters", token=first).body["items"]}
    assert shown["export_rows"]["coming"] == [{"value": 100, "holds_from": today(3)}]
    assert shown["unusual_requests"]["value"] == 300


def test_of_two_changes_of_one_version_the_second_is_overtaken(door, admins):
    first, second = admins
    asked = [change(door, first, "export_rows", rows) for rows in (4, 5)]
    assert approve(door, second, asked[0]).status == 200
    overtaken = approve(door, second, asked[1])
    assert (overtaken.status, overtaken.body["code"]) == (409, "overtaken")


@pytest.mark.parametrize(
    ("name", "value", "days", "status"),
    [
        ("unheard-of", 1, 0, 404),
        ("unusual_requests", "never", 0, 400),
        ("unusual_requests", 1, 0, 400),
        ("export_rows", -1, 0, 400),
        ("export_rows", "500", 0, 400),
        ("unusual_requests", 200, -1, 400),
    ],
)
def test_what_is_not_allowed_is_not_even_asked_for(door, admins, name, value, days, status):
    assert change(door, admins[0], name, value, days).status == status


def test_the_change_is_in_the_audit_with_both_people(door, admins, staff_token):
    first, second = admins
    asked = change(door, first)
    approve(door, second, asked)
    officer = staff_token(["compliance_officer"], "0", sub="officer")
    thing = {"object": f"approvals/{asked.body['approval_id']}"}
    events = door.get("/v1/staff/audit", token=officer, query=thing).body["items"]
    assert [event["subject"] for event in events] == ["admin-2"]
    thing = {"object": "parameters/unusual_requests"}
    events = door.get("/v1/staff/audit", token=officer, query=thing).body["items"]
    assert [(event["subject"], event["purpose"]) for event in events] == [("admin-1", "试运行")]


def test_an_undertaking_needs_two_people_and_a_leaver_is_out_by_one(door, admins, issuer):
    first, second = admins
    person = "/v1/staff/people/newcomer"
    claims = {"sub": "newcomer", "roles": ["system_admin"], "organisation": "0"}
    token = issuer.token(claims)
    body = {"change": "undertaking", "signed_on": today()}
    asked = door.call("PUT", person, body=body, token=first)
    assert asked.status == 202
    assert door.get("/v1/staff/parameters", token=token).status == 403
    approve(door, second, asked)
    assert staff_store.get("newcomer").undertaking_at
    assert door.get("/v1/staff/parameters", token=token).status == 200
    assert door.call("PUT", person, body={"change": "left"}, token=first).body["state"] == "done"
    assert door.get("/v1/staff/parameters", token=token).status == 403


def test_an_undertaking_names_the_day_on_which_it_was_signed(door, admins):
    body = {"change": "undertaking"}
    reply = door.call("PUT", "/v1/staff/people/x", body=body, token=admins[0])
    assert reply.status == 400


def test_what_two_people_decide_upon_is_known_by_role():
    from chalicelib import validation
    from chalicelib.staff import access

    for rule in validation.load("data/approvals")["actions"].values():
        assert set(rule["roles"]) <= access.roles()


def test_every_action_that_two_people_decide_upon_is_asked_for_somewhere():
    from pathlib import Path

    from chalicelib import validation

    source = "".join(path.read_text("utf-8") for path in Path("chalicelib").rglob("*.py"))
    actions = validation.load("data/approvals")["actions"]
    assert [name for name in actions if f'"{name}"' not in source] == []


def test_every_parameter_is_read_by_somebody():
    from pathlib import Path

    from chalicelib import validation

    sources = [path.read_text("utf-8") for path in Path("chalicelib").rglob("*.py")]
    for name in validation.load("data/parameters")["parameters"]:
        assert any(f'parameters.value("{name}"' in source for source in sources), name
