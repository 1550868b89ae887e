"""Upkeep: samples that sellers never have, outcomes that mark numbers, deadlines that hold pay."""

from datetime import timedelta

import pytest

from chalicelib import clock, validation
from chalicelib.contacts import service as contacts
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.upkeep import service, store
from tests.policies.rows import number, policy, take

SAMPLES = "/v1/staff/upkeep/samples"
WHOLE = {
    "policyholder_name": "王小明",
    "policyholder_sex": "male",
    "policyholder_birth_date": "1949-12-31",
    "policyholder_id_type": "resident_id",
    "policyholder_id_no": "11010519491231002X",
    "policyholder_phone": "13800138000",
    "policyholder_address": "天河路1号",
    "insured_sex": "male",
    "insured_birth_date": "1949-12-31",
    "relation": "本人",
}


@pytest.fixture
def sold(aws):
    """Six policies of U1, sold by A1 and A2 and an agency; one of them lacks nothing."""
    aws.empty()
    rows = [{"code": c, "name": c, "parent": "U", "level": "city"} for c in ("U1", "U2")]
    organisations.take("organisations", [(row, f"upkeep#{row['code']}") for row in rows])
    organisations._tree.cache_clear()
    names = []
    for place in range(6):
        names.append(number())
        more = WHOLE if place == 0 else {}
        seller = {"channel_code": "B1"} if place == 5 else {}
        row = policy(
            names[-1],
            organisation="U1",
            agent=f"A{1 + place % 2}",
            mobile=f"1380013800{place}",
            status="suspended" if place == 4 else "in_force",
            **more,
            **seller,
        )
        assert take(row) == ["accepted"]
    return names


@pytest.fixture
def officer(staff_token, sold):
    return staff_token(["compliance_officer"], "U1", sub="officer")


def drawn(door, token, size=10, organisation="U1", month="2027-03"):
    body = {"organisation": organisation, "month": month, "size": size, "purpose": "抽查"}
    return door.post(SAMPLES, body, token=token)


def listed(door, token, sample_no):
    reply = door.get(f"{SAMPLES}/{sample_no}", token=token)
    assert reply.status == 200, reply.body
    return {item["policy_no"]: item for item in reply.body["items"]}


def told(door, token, sample_no, policy_no, outcome, **more):
    body = {"policy_no": policy_no, "outcome": outcome, **more}
    return door.post(f"{SAMPLES}/{sample_no}/outcomes", body, token=token)


def test_a_sample_is_drawn_once_a_day_and_has_so_many_policies(door, officer, sold):
    first = drawn(door, officer, 3)
    assert first.status == 201, first.body
    assert drawn(door, officer, 3).body == first.body
    items = listed(door, officer, first.body["sample_no"])
    assert len(items) == 3
    assert set(items) <= set(sold)
    other = drawn(door, officer, 4).body["sample_no"]
    assert other != first.body["sample_no"]


def test_a_list_says_whom_to_call_what_is_missing_and_what_to_ask_first(door, officer, sold):
    sample_no = drawn(door, officer).body["sample_no"]
    reply = door.get(f"{SAMPLES}/{sample_no}", token=officer)
    assert "投保人本人" in reply.body["question"]
    items = {item["policy_no"]: item for item in reply.body["items"]}
    assert items[sold[0]]["missing"] == []
    assert {"field": "policyholder_address", "label": "投保人地址"} in items[sold[1]]["missing"]
    assert [one["phone"] for one in items[sold[1]]["phones"]] == ["13800138001"]


def test_the_seller_never_has_his_own_policies_on_a_list_nor_tells_of_them(
    door, officer, sold, staff_token
):
    sample_no = drawn(door, officer).body["sample_no"]
    seller = staff_token(["outlet_operator"], "U1", sub="a1")
    items = listed(door, seller, sample_no)
    assert set(items) == {sold[1], sold[3], sold[5]}
    assert told(door, seller, sample_no, sold[2], "unreachable").status == 404
    agent = staff_token(["agent"], "U1", sub="A2")
    assert door.get(f"{SAMPLES}/{sample_no}", token=agent).status == 403


def test_a_wrong_number_is_marked_and_off_the_list(door, officer, sold):
    sample_no = drawn(door, officer).body["sample_no"]
    assert told(door, officer, sample_no, sold[1], "wrong_number").status == 400
    assert told(door, officer, sample_no, sold[1], "wrong_number", phone="139").status == 400
    for _ in range(2):
        reply = told(door, officer, sample_no, sold[1], "wrong_number", phone="13800138001")
        assert (reply.status, reply.body["phones"]) == (200, [])
    assert len(reply.body["calls"]) == 1
    known = contacts.from_policy(dict(policies.find(sold[1]).open()))
    (one,) = contacts.of_policy(sold[1], known)
    assert one.wrong_since


def test_only_the_policyholder_himself_confirms_and_what_is_missing_stays_to_correct(
    door, officer, sold
):
    sample_no = drawn(door, officer).body["sample_no"]
    assert told(door, officer, sample_no, sold[0], "confirmed").status == 400
    good = told(door, officer, sample_no, sold[0], "confirmed", is_policyholder=True)
    assert good.body["state"] == "done"
    lacking = told(door, officer, sample_no, sold[1], "confirmed", is_policyholder=True)
    assert lacking.body["state"] == "to_correct"
    assert told(door, officer, sample_no, sold[0], "data_wrong").body["state"] == "to_correct"


def test_figures_say_what_is_overdue_whose_commission_is_held_and_how_states_stand(
    door, officer, sold, staff_token
):
    sample_no = drawn(door, officer).body["sample_no"]
    told(door, officer, sample_no, sold[0], "confirmed", is_policyholder=True)
    manager = staff_token(["branch_manager"], "U1", sub="manager")
    found = door.get("/v1/staff/upkeep/U1", token=manager).body
    sellers = {one["code"]: one for one in found["sellers"]}
    assert (sellers["A1"]["drawn"], sellers["A1"]["complete"], sellers["A1"]["called"]) == (3, 1, 1)
    assert (sellers["B1"]["kind"], sellers["B1"]["to_correct"]) == ("intermediaries", 1)
    assert not any(one["hold_commission"] for one in sellers.values())
    states = {one["status"]: one["drawn"] for one in found["states"]}
    assert states == {"in_force": 5, "suspended": 1}
    for item in store.of_sample(sample_no):
        if item.sk in (sold[1], sold[0]):
            item.update(actions=[store.DrawnItem.due_on.set("2026-01-01")])
    held = door.get("/v1/staff/upkeep/U1", token=manager).body["sellers"]
    assert {one["code"] for one in held if one["hold_commission"]} == {"A2"}
    assert take(policy(sold[1], 2, organisation="U1", agent="A2", **WHOLE)) == ["accepted"]
    held = door.get("/v1/staff/upkeep/U1", token=manager).body["sellers"]
    assert not any(one["hold_commission"] for one in held)


def test_what_is_out_of_reach_or_empty_is_not_there(door, officer, sold, staff_token):
    sample_no = drawn(door, officer).body["sample_no"]
    far = staff_token(["compliance_officer"], "U2", sub="far")
    assert drawn(door, far).status == 404
    assert door.get(f"{SAMPLES}/{sample_no}", token=far).status == 404
    assert door.get("/v1/staff/upkeep/U1", token=far).status == 404
    assert drawn(door, officer, month="2031-01").status == 404
    assert drawn(door, officer, month="0000-01").status == 400


def test_the_days_for_correction_are_dated_data(door, officer, sold):
    validation.validate("data/upkeep.schema", validation.load("data/upkeep"))
    sample_no = drawn(door, officer).body["sample_no"]
    today = clock.shanghai_day(clock.now())
    (due,) = {item.due_on for item in store.of_sample(sample_no)}
    assert due == str(today + timedelta(days=service._rule(today)["correction_days"]))
