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
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
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
