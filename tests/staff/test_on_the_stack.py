"""Sign-in on the running stack: the contract's development issuer, the gateway's own 401."""

import pytest

AUDIT = "/v1/staff/audit"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_token_of_the_development_issuer_opens_a_route_and_leaves_a_trace(stack):
    token = stack.staff_token(["compliance_officer"], "44", sub="C1")
    assert stack.get(AUDIT, headers=bearer(token)).status_code == 200
    shown = stack.get(f"{AUDIT}?subject=C1", headers=bearer(token)).json()
    assert [event["action"] for event in shown["items"]] == ["GET /v1/staff/audit"]


@pytest.mark.parametrize("headers", [{}, bearer("x"), {"Authorization": "Basic eDp5"}])
def test_without_a_good_token_the_gateway_answers_with_a_problem_a_browser_may_read(stack, headers):
    answer = stack.get(AUDIT, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == stack.url
    assert answer.json()["code"] == "unauthenticated"


def test_without_the_role_the_answer_is_403(stack):
    token = stack.staff_token(["agent"], "44")
    answer = stack.get(AUDIT, headers=bearer(token))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("body", [{}, {"sub": "A"}, [], {"sub": "", "name": "", "roles": []}])
def test_the_desk_says_what_it_wants(stack, body):
    answer = stack.post_json("/_local/staff-tokens", body)
    assert answer.status_code == 400
    assert "organisation" in answer.json()["detail"]


def test_the_deployed_api_knows_no_development_issuer(stack):
    described = stack.get("/v1/openapi.json").json()
    assert not [path for path in described["paths"] if "local" in path]


def test_a_credit_checker_finds_a_customer_by_exact_number_and_name_alone(stack):
    shown = next(p for p in stack.info["demo"]["policies"] if p["id_no"] and p["insured_name"])
    token = stack.staff_token(["credit_checker"], "nowhere", sub="checker")
    body = {"id_no": shown["id_no"], "name": shown["insured_name"], "purpose": "资信核查"}
    found = stack.post_json("/v1/staff/customers/searches", body, headers=bearer(token))
    assert found.status_code == 200
    assert shown["policy_no"] in [policy["policy_no"] for policy in found.json()["policies"]]
    again = stack.get(f"/v1/staff/customers/{found.json()['customer_id']}", headers=bearer(token))
    assert again.json() == found.json()
    body["name"] += "某"
    missed = stack.post_json("/v1/staff/customers/searches", body, headers=bearer(token))
    assert missed.status_code == 404
