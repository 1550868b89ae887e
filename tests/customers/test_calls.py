"""Calls to customers: one request with outcome and next date, and what follows from it."""

from datetime import timedelta

import pytest

from chalicelib import clock, sealing
from chalicelib.leads import customers
from chalicelib.notifications import store as outbox
from chalicelib.organisations import service as organisations
from tests.policies.rows import number, policy, take

SEARCH = "/v1/staff/customers/searches"
NAME, ID_NO = "欧阳静", "110105194912310021"
HOLDER = {"policyholder_name": "王芳", "policyholder_id_type": "passport"}
PHONE = "13812345678"


@pytest.fixture
def sold(aws):
    aws.empty()
    organisations.take(
        "organisations", [({"code": "K1", "name": "K1", "level": "city"}, "calls#K1")]
    )
    organisations._tree.cache_clear()
    row = {"insured_name": NAME, "insured_id_no": ID_NO, "organisation": "K1", "agent": "A0"}
    row |= {**HOLDER, "policyholder_id_no": "E7654321", "beneficiary": "赵敏", "mobile": PHONE}
    named = number()
    assert take(policy(named, **row)) == ["accepted"]
    return named


@pytest.fixture
def agent(staff_token, sold):
    return staff_token(["agent"], "K1", sub="A0")


@pytest.fixture
def customer(door, agent, sold):
    """The customer's card, by his agent."""
    found = door.post(SEARCH, {"id_no": ID_NO, "name": NAME, "purpose": "回访"}, token=agent)
    assert found.status == 200, found.body
    return f"/v1/staff/customers/{found.body['customer_id']}"


def ahead(days):
    return (clock.shanghai_day(clock.now()) + timedelta(days=days)).isoformat()


def test_a_call_is_logged_with_its_outcome_and_the_next_date_in_one_request(
    door, agent, customer, sold
):
    told = {"outcome": "reached", "channel": "call", "next_on": ahead(0), "note": "下周再谈"}
    left = door.post(f"{customer}/contacts", told, token=agent)
    assert (left.status, left.body["next_on"]) == (201, ahead(0))
    again = door.post(f"{customer}/contacts", told, token=agent)
    assert again.body == left.body, "sent twice it is one call"
    card = door.get(customer, token=agent).body
    (event,) = card["log"]
    assert (event["outcome"], event["note"], event["by"]) == ("reached", "下周再谈", "A0")
    assert (event["policy_no"], card["next_on"]) == (sold, ahead(0))
    (due,) = door.get("/v1/staff/today", token=agent).body["items"]
    assert (due["kind"], due["policy_no"], due["phone"]) == ("due_contact", sold, PHONE)
    assert due["last_contact"]["outcome"] == "reached"
    door.post(f"{customer}/contacts", {"outcome": "quoted"}, token=agent)
    assert door.get("/v1/staff/today", token=agent).body["items"] == []
    assert [one["outcome"] for one in door.get(customer, token=agent).body["log"]] == [
        "quoted",
        "reached",
    ]


def test_a_card_shows_numbers_with_their_source_and_the_beneficiary(
    door, agent, customer, staff_token
):
    card = door.get(customer, token=agent).body
    (contact,) = card["contacts"]
    assert (contact["phone"], contact["source"]) == (PHONE, "underwriting")
    assert card["policies"][0]["beneficiary"] == "赵*"
    operator = staff_token(["outlet_operator"], "K1", sub="operator")
    assert PHONE not in str(door.get(customer, token=operator).body), "masked for others"


def test_a_wrong_number_goes_out_of_lists_and_messages(door, agent, customer):
    told = {"outcome": "wrong_number", "phone": "+86 138-1234-5678"}
    refused = door.post(f"{customer}/contacts", {**told, "phone": "13900000000"}, token=agent)
    assert refused.body["errors"][0]["pointer"] == "/phone"
    assert door.post(f"{customer}/contacts", {"outcome": "wrong_number"}, token=agent).status == 201
    (contact,) = door.get(customer, token=agent).body["contacts"]
    assert contact["wrong_since"] == ahead(0)
    assert "wrong" in outbox.number(sealing.hashes("phone", PHONE))
    none_left = door.post(f"{customer}/contacts", {"outcome": "wrong_number"}, token=agent)
    assert none_left.status == 400


def test_who_wants_no_calls_is_planned_for_no_more(door, agent, customer):
    planned = {"outcome": "do_not_call", "next_on": ahead(3)}
    assert door.post(f"{customer}/contacts", planned, token=agent).status == 400
    assert door.post(f"{customer}/contacts", {"outcome": "do_not_call"}, token=agent).status == 201
    later = door.post(
        f"{customer}/contacts", {"outcome": "reached", "next_on": ahead(3)}, token=agent
    )
    assert later.body["errors"][0]["pointer"] == "/next_on"
    assert "opted_out" in outbox.number(sealing.hashes("phone", PHONE))
    assert door.get(customer, token=agent).body["do_not_call"]


def test_a_policyholder_is_found_with_what_he_holds_for_others(door, agent, sold):
    asked = {"id_no": "E7654321", "name": "王芳", "purpose": "回访"}
    found = door.post(SEARCH, asked, token=agent)
    assert [(p["policy_no"], p["role"]) for p in found.body["policies"]] == [(sold, "policyholder")]
    assert found.body["name"] == "王*"
    again = door.get(f"/v1/staff/customers/{found.body['customer_id']}", token=agent)
    assert again.body["policies"][0]["role"] == "policyholder"
    assert door.post(SEARCH, {**asked, "name": "王方"}, token=agent).status == 404


def test_another_agent_finds_no_customer_to_log_a_call_to(door, staff_token, customer):
    other = staff_token(["agent"], "K1", sub="A9")
    assert door.post(f"{customer}/contacts", {"outcome": "reached"}, token=other).status == 404


def test_a_log_moves_along_when_hash_keys_are_exchanged(door, agent, customer, monkeypatch):
    from chalicelib.leads import service, store

    door.post(f"{customer}/contacts", {"outcome": "reached"}, token=agent)
    (mark,) = sealing.hashes("id", ID_NO)
    monkeypatch.setattr(sealing, "is_newest", lambda mark: mark.startswith("9:"))
    monkeypatch.setattr(sealing, "keyed_hash", lambda *_: "9:new")
    assert service.reseal(f"customer/{mark}", "customer")
    assert store.events(f"customer/{mark}") == []
    assert [one["outcome"] for one in customers.history(["9:new"])] == ["reached"]
    assert customers.head(["9:new"])["last_outcome"] == "reached"


def test_contacts_whose_time_is_over_go_but_not_that_no_calls_are_wanted(door, agent, customer):
    from chalicelib.leads import erasure

    door.post(f"{customer}/contacts", {"outcome": "reached", "note": "谈续保"}, token=agent)
    assert erasure.due(lambda _: False, 10) == []
    today = clock.shanghai_day(clock.now())
    (key,) = erasure.due(lambda day: day <= today, 10)
    with door.guard.acting("api_handler"):
        erasure.erase([key])
        erasure.erase([key])
    marks = sealing.hashes("id", ID_NO)
    assert (customers.history(marks), customers.head(marks)) == ([], {})
    door.post(f"{customer}/contacts", {"outcome": "do_not_call"}, token=agent)
    erasure.erase([key])
    assert len(customers.history(marks)) == 1, "what was said since is not what was due"
    erasure.erase(erasure.due(lambda day: day <= today, 10))
    assert (customers.history(marks), customers.head(marks)) == ([], {"do_not_call": True})
    assert erasure.due(lambda day: day <= today, 10) == []
    shown = door.get(customer, token=agent)
    assert (shown.status, shown.body["do_not_call"], shown.body["log"]) == (200, True, [])
    door.post(f"{customer}/contacts", {"outcome": "no_answer"}, token=agent)
    assert customers.head(marks)["do_not_call"]


def test_a_hold_on_a_policy_keeps_what_was_said_of_it(door, agent, customer, monkeypatch):
    from chalicelib.leads import erasure
    from chalicelib.privacy import destruction, holds

    door.post(f"{customer}/contacts", {"outcome": "reached"}, token=agent)
    monkeypatch.setattr(destruction.retention, "until", lambda _, day: day)
    (key,) = destruction.due(erasure.KIND, clock.now())
    (thing,) = erasure.belongs(key)
    monkeypatch.setattr(holds, "held", lambda things: {holds.named(thing)} & set(things))
    assert destruction.due(erasure.KIND, clock.now()) == []


def test_a_person_gets_what_was_noted_of_calls_to_him(door, agent, customer):
    from chalicelib.privacy import dossier, printing

    said = {"outcome": "reached", "channel": "call", "note": "下周三再谈续保"}
    shown = door.post(f"{customer}/contacts", said, token=agent)
    assert shown.status == 201
    policy_no = door.get(customer, token=agent).body["policies"][0]["policy_no"]
    with door.guard.acting("render_document"):
        content = dossier.collect(policy_no, "PR1", clock.now())
    (call,) = content["contacts"]
    assert (call["note"], call["outcome"], call["channel"]) == ("下周三再谈续保", "reached", "call")
    assert "A1" not in call.values()
    (printed,) = [printing._contact(one, "zh-CN") for one in content["contacts"]]
    assert printed[1:] == ("电话 · 已接通", "下周三再谈续保")
