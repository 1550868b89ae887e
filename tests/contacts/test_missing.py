"""Customers whose policies came without a number: per outlet, once each, until one is known."""

import pytest

from chalicelib.agenda import reminding
from chalicelib.contacts import service as contacts
from chalicelib.organisations import service as organisations
from chalicelib.policies import parts, store
from tests.policies.rows import AT, number, policy, take

LIST = "/v1/staff/missing-contacts"
ADD = {"phone": "13800138000", "phone_kind": "mobile", "source": "underwriting"}


@pytest.fixture
def operator(aws, staff_token):
    aws.empty()
    rows = [("M1", "M"), ("M11", "M1"), ("M2", "M")]
    organisations.take(
        "organisations",
        [({"code": c, "name": c, "parent": p, "level": "city"}, f"m#{c}") for c, p in rows],
    )
    organisations._tree.cache_clear()
    return staff_token(["outlet_operator"], "M1", sub="operator")


def sold(person="E1", organisation="M1", **changes):
    named = number()
    row = {"insured_id_type": "passport", "insured_id_no": person, "organisation": organisation}
    row = {"paid_on": "2026-03-01", **row, **changes}
    assert take(policy(named, **{k: v for k, v in row.items() if v is not None})) == ["accepted"]
    return named


def listed(door, token, **query):
    reply = door.get(LIST, token=token, query=query)
    assert reply.status == 200, reply.body
    return [(entry["policy_no"], entry["policies"]) for entry in reply.body["items"]]


def test_a_customer_stands_in_the_list_once_until_a_number_is_known(door, operator):
    first = sold(ends_on="2027-01-01")
    second = sold(ends_on="2027-02-01", organisation="M11")
    sold("E2", mobile="13900139000"), sold("E3", organisation="M2"), sold("E4", paid_on=None)
    sold("E5", status="cancelled")
    assert listed(door, operator) == [(first, 2)]
    assert listed(door, operator, organisation="M11") == []
    assert door.post(f"/v1/staff/policies/{second}/contacts", ADD, token=operator).status == 201
    assert listed(door, operator) == [], "nobody asks the same customer again"


def test_a_policy_paid_by_instalments_counts_as_paid(door, operator):
    named = sold(paid_on=None)
    row = {"policy_no": named, "instalment": 1, "paid_amount": 100, "paid_on": "2026-03-01"}
    parts.take_payments([(row, "p")], AT)
    assert listed(door, operator) == [(named, 1)]


def test_a_wrong_number_is_none(door, operator):
    named = sold()
    contacts.take([({"policy_no": named, **ADD, "recorded_on": "2026-03-01"}, "c")])
    assert listed(door, operator) == []
    contacts.take([({"policy_no": named, "phone": ADD["phone"], "reported_on": "2026-04-01"}, "w")])
    assert listed(door, operator) == [(named, 1)]


def test_pages_go_on_and_the_night_takes_out_who_has_a_number(door, operator):
    numbers = [sold(f"E{place}", ends_on=f"2027-0{place}-01") for place in (1, 2, 3)]
    first = door.get(LIST, token=operator, query={"limit": "2"}).body
    assert [entry["policy_no"] for entry in first["items"]] == numbers[:2]
    again = {"limit": "2", "cursor": first["cursor"]}
    assert listed(door, operator, **again) == [(numbers[2], 1)]
    contacts.take([({"policy_no": numbers[0], **ADD, "recorded_on": "2026-03-01"}, "c")])
    reminding.run(AT)
    assert [place.policy_no for place in store.unreached("M1", None, 10)] == numbers[1:]
    assert door.get(LIST, token=operator, query={"cursor": "AAAA"}).status == 400
