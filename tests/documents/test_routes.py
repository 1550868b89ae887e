"""HTTP of documents, through the switchboard as Chalice serves it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from chalice.test import Client

from app import app
from chalicelib import clock, tokens
from chalicelib.documents import service
from tests.policies.rows import number, policy, take

pytestmark = pytest.mark.usefixtures("aws")


def get(path: str, token: str | None = None) -> tuple[int, dict[str, Any], dict[str, str]]:
    # Chalice's test client has no request id of the gateway's, so that the caller brings one.
    headers = {"X-Request-Id": "test"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with Client(app) as client:
        answer = client.http.get(path, headers=headers)
    return answer.status_code, json.loads(answer.body), answer.headers


def token(policy_no: str, assurance: str = "id", at: datetime | None = None) -> str:
    return tokens.issue(tokens.QueryToken("q", policy_no, "", assurance), at or clock.now())[0]


def known() -> str:
    row = policy(number())
    take(row)
    return str(row["policy_no"])


def test_the_document_of_the_verified_policy_is_a_link_that_nobody_may_cache() -> None:
    policy_no = known()
    service.render(policy_no, 1)
    status, body, headers = get(f"/v1/policies/{policy_no}/document", token(policy_no))
    assert status == 200
    assert set(body) == {"url", "expires_at", "sha256", "version"}
    assert headers["Cache-Control"] == "no-store"


def test_a_document_not_rendered_yet_is_404_with_when_to_come_back() -> None:
    policy_no = known()
    status, body, headers = get(f"/v1/policies/{policy_no}/document", token(policy_no))
    assert (status, body["code"], headers["Retry-After"]) == (404, "document-not-ready", "5")


def test_a_weak_token_is_403_and_no_token_or_an_old_one_is_401() -> None:
    policy_no = known()
    path = f"/v1/policies/{policy_no}/document"
    status, body, _ = get(path, token(policy_no, "weak"))
    assert (status, body["code"]) == (403, "assurance-too-low")
    assert get(path)[0] == 401
    assert get(path, token(policy_no, at=datetime(2020, 1, 1, tzinfo=UTC)))[0] == 401


def test_another_customers_policy_is_not_found_like_one_that_does_not_exist() -> None:
    status, body, _ = get(f"/v1/policies/{known()}/document", token(known()))
    missing, same, _ = get(f"/v1/policies/{number()}/document", token(known()))
    assert (status, body["code"]) == (missing, same["code"]) == (404, "not-found")


def test_a_translation_is_asked_for_by_language_and_another_language_is_invalid() -> None:
    policy_no = known()
    path = f"/v1/policies/{policy_no}/document"
    status, body, headers = get(f"{path}?language=en", token(policy_no))
    assert (status, body["code"], headers["Retry-After"]) == (404, "document-not-ready", "5")
    service.render(policy_no, 1, language="en")
    status, body, _ = get(f"{path}?language=en", token(policy_no))
    assert (status, body["version"]) == (200, 1)
    status, body, _ = get(f"{path}?language=ug-CN", token(policy_no))
    assert (status, [error["pointer"] for error in body["errors"]]) == (400, ["/language"])


def test_anyone_may_ask_whether_a_document_is_genuine() -> None:
    status, body, _ = get(f"/v1/documents/{'0' * 64}")
    assert (status, body["genuine"]) == (200, False)
