"""Customers: one exact identity, as far as the roles of who looks reach."""

import pytest

from chalicelib.claims import service as claims
from chalicelib.organisations import service as organisations
from chalicelib.policies import parts
from tests.policies.rows import AT, number, policy, take

SEARCH = "/v1/staff/customers/searches"
NAME, ID_NO = "欧阳静", "110105194912310021"
COMPANY = "91440101MA5AQ2AB7B"


@pytest.fixture
def sold(aws):
    """Three policies of one person: in K1, below it, and beside it; one agent each."""
    aws.empty()
    rows = [("K1", "K"), ("K11", "K1"), ("K2", "K")]
    organisations.take(
        "organisations",
        [({"code": c, "name": c, "parent": p, "level": "city"}, f"customers#{c}") for c, p in rows],
    )
    organisations._tree.cache_clear()
    numbers = {}
    for place, (organisation, _) in enumerate(rows):
        numbers[organisation] = number()
        row = policy(
            numbers[organisation],
            organisation=organisation,
            agent=f"A{place}",
            insured_name=NAME,
            insured_id_no=ID_NO,
            ends_on=f"2027-0{place + 1}-01",
        )
        assert take(row) == ["accepted"]
    return numbers


def asked(purpose="续保回访", name=NAME, id_no=ID_NO):
    return {"id_no": id_no, "name": name, "purpose": purpose}


def shown(reply):
    assert reply.status == 200, reply.body
    return {entry["policy_no"]: entry["detail"] for entry in reply.body["policies"]}


def test_an_organisation_sees_its_own_policies_and_those_below(door, staff_token, sold):
    reply = door.post(SEARCH, asked(), token=staff_token(["outlet_operator"], "K1"))
    assert shown(reply) == {sold["K1"]: "transactions", sold["K11"]: "transactions"}
    assert reply.body["name"] == "欧**"
    assert ID_NO not in str(reply.body)
    assert reply.body["policies"][0]["premium"]["currency"] == "CNY"


def test_transactions_are_instalments_and_claims_a_summary_has_neither(door, staff_token, sold):
    first = {"policy_no": sold["K1"]}
    parts.take_payments([({**first, "instalment": 1, "paid_amount": 328050}, "p#1")], AT)
    stop = {"seq": 1, "stage": "registered", "at": "2026-05-01T02:00:00Z", "place": "天河路385号"}
    claims.take([({**first, **stop, "claim_no": "C2026000001", "message": "请补材料"}, "c#1")], AT)
    reply = door.post(SEARCH, asked(), token=staff_token(["claims_handler"], "K1"))
    policies = {entry["policy_no"]: entry for entry in reply.body["policies"]}
    assert policies[sold["K1"]]["payments"][0]["paid_amount"]["amount"] == 328050
    (claim,) = policies[sold["K1"]]["claims"]
    assert (claim["claim_no"], claim["status"]) == ("C2026000001", "registered")
    assert "天河路" not in str(reply.body)
    assert policies[sold["K11"]]["claims"] == []
    summary = door.post(SEARCH, asked(), token=staff_token(["branch_manager"], "K1"))
    assert not {"payments", "claims"} & summary.body["policies"][0].keys()


def test_a_manager_sees_a_summary(door, staff_token, sold):
    reply = door.post(SEARCH, asked(), token=staff_token(["branch_manager"], "K"))
    assert set(shown(reply).values()) == {"summary"}
    assert len(shown(reply)) == 3
    assert "premium" not in reply.body["policies"][0]


def test_an_agent_sees_his_own_customers_only(door, staff_token, sold):
    own = door.post(SEARCH, asked(), token=staff_token(["agent"], "K1", sub="A0"))
    assert shown(own) == {sold["K1"]: "transactions"}
    assert door.post(SEARCH, asked(), token=staff_token(["agent"], "K1", sub="A9")).status == 404


def test_the_credit_checker_looks_everywhere_with_exact_number_and_name(door, staff_token, sold):
    token = staff_token(["credit_checker"], "K2", sub="checker")
    assert len(shown(door.post(SEARCH, asked(), token=token))) == 3
    assert door.post(SEARCH, asked(name="欧阳婧"), token=token).status == 404
    assert door.post(SEARCH, asked(id_no="110105194912310030"), token=token).status == 404


def test_a_customer_of_nobody_and_one_out_of_reach_answer_alike(door, staff_token, sold):
    token = staff_token(["claims_handler"], "unrelated")
    replies = [
        door.post(SEARCH, body, token=token)
        for body in (asked(), asked(id_no="350000000000000000"))
    ]
    assert [reply.status for reply in replies] == [404, 404]
    assert replies[0].body == replies[1].body


@pytest.mark.parametrize("missing", ["id_no", "name", "purpose"])
def test_number_name_and_purpose_are_obligatory(door, staff_token, sold, missing):
    body = {name: value for name, value in asked().items() if name != missing}
    reply = door.post(SEARCH, body, token=staff_token(["credit_checker"], "K2"))
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (400, f"/{missing}")


def test_the_id_of_a_search_opens_the_customer_again_within_reach(door, staff_token, sold):
    operator = staff_token(["outlet_operator"], "K1", sub="operator")
    identity = door.post(SEARCH, asked(), token=operator).body["customer_id"]
    again = door.get(f"/v1/staff/customers/{identity}", token=operator)
    assert set(shown(again)) == {sold["K1"], sold["K11"]}
    beside = staff_token(["outlet_operator"], "K2", sub="beside")
    assert set(shown(door.get(f"/v1/staff/customers/{identity}", token=beside))) == {sold["K2"]}
    far = staff_token(["outlet_operator"], "unrelated", sub="far")
    assert door.get(f"/v1/staff/customers/{identity}", token=far).status == 404
    assert door.get("/v1/staff/customers/1-nobody", token=operator).status == 404


def test_beyond_the_organisation_the_id_opens_for_who_searched_himself(door, staff_token, sold):
    checker = staff_token(["credit_checker"], "K2", sub="checker")
    identity = door.post(SEARCH, asked(), token=checker).body["customer_id"]
    assert len(shown(door.get(f"/v1/staff/customers/{identity}", token=checker))) == 3
    other = staff_token(["credit_checker"], "K2", sub="other")
    assert door.get(f"/v1/staff/customers/{identity}", token=other).status == 404
    bare = identity.partition(".")[0]
    assert door.get(f"/v1/staff/customers/{bare}", token=checker).status == 404


def test_an_organisations_policies_open_with_either_of_its_codes(door, staff_token, sold):
    name = number()
    row = policy(
        name,
        organisation="K1",
        insured_name="广州金达贸易有限公司",
        insured_id_type="credit_code",
        insured_id_no=COMPANY,
    )
    assert take(row) == ["accepted"]
    token = staff_token(["claims_reviewer"], "K1")
    for typed in (COMPANY, COMPANY[8:17]):
        body = asked(name="广州金达贸易有限公司", id_no=typed)
        assert set(shown(door.post(SEARCH, body, token=token))) == {name}


def test_each_look_is_on_record_with_its_purpose_and_without_personal_data(door, staff_token, sold):
    token = staff_token(["credit_checker"], "K2", sub="checker-2")
    door.post(SEARCH, asked("核查 " + ID_NO), token=token)
    door.post(SEARCH, asked(name="欧阳婧"), token=token)
    officer = staff_token(["compliance_officer"], "K", sub="officer")
    events = door.get("/v1/staff/audit", token=officer, query={"subject": "checker-2"}).body[
        "items"
    ]
    assert [event["outcome"] for event in events] == ["not_found", "done"]
    assert [event["purpose"] for event in events] == ["续保回访", "核查 ***"]
    assert events[1]["objects"][0].startswith("customers/")
    assert len(events[1]["objects"]) == 4
    assert {"name", "id_no", "ends_on"} <= set(events[1]["fields"])
    assert ID_NO not in str(events)
    assert NAME not in str(events)
