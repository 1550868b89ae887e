"""The API's face: a valid document, complete, whose examples the service takes; CORS headers."""

import importlib
import secrets
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib import http, validation
from chalicelib.reference import openapi
from tests.door import Door
from tests.queries.visitors import visitor


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_document_is_valid_openapi(door: Door, language: str) -> None:
    document = door.get("/v1/openapi.json", headers={"accept-language": language}).body
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_tells_its_refusals_by_status() -> None:
    paths = openapi.document("en")["paths"]
    query = paths["/v1/queries"]["post"]["responses"]
    assert {"200", "400", "403", "413", "415", "429", "500"} <= query.keys()
    assert "Retry-After" in query["429"]["headers"]
    for endpoint in http.ENDPOINTS:
        responses = paths[endpoint.path][endpoint.method.lower()]["responses"]
        assert str(endpoint.success) in responses
        assert "default" not in responses
        assert endpoint.access == "public" or "401" in responses
        assert endpoint.body is None or {"400", "413", "415"} <= responses.keys()


importlib.import_module("app")
BODIES: list[tuple[str, Any]] = [
    (endpoint.path, example)
    for endpoint in http.ENDPOINTS
    if endpoint.access == "public" and endpoint.body
    for example in validation.load(endpoint.body)["examples"]
]


@pytest.mark.parametrize(("path", "example"), BODIES)
def test_the_examples_are_taken_by_the_service(door: Door, path: str, example: Any) -> None:
    reply = door.post(path, example, caller=visitor().address)
    assert reply.status not in (400, 413, 415, 500), reply.body


def test_answers_may_be_read_by_our_own_site_alone_with_the_headers_it_needs(door: Door) -> None:
    wrong = {"policy_no": "P" + secrets.token_hex(8), "id_no": "E" + secrets.token_hex(6)}
    for reply in (door.get("/v1/health"), door.post("/v1/queries", wrong)):
        assert reply.headers["Access-Control-Allow-Origin"] == "http://127.0.0.1:8000"
        exposed = reply.headers["Access-Control-Expose-Headers"]
        assert {"Retry-After", "X-Request-Id", "ETag"} <= set(exposed.split(","))


def test_a_path_parameter_longer_than_the_document_allows_names_nothing(door: Door) -> None:
    assert door.get(f"/v1/documents/{'a' * http.PATH_LIMIT}").status == 200
    assert door.get(f"/v1/documents/{'a' * (http.PATH_LIMIT + 1)}").status == 404


@pytest.mark.parametrize("number", ["-", "ﷺ" * 100])
def test_a_policy_number_that_can_be_no_key_is_answered_like_any_wrong_one(
    door: Door, number: str
) -> None:
    wrong = {"policy_no": number, "id_no": "E" + secrets.token_hex(6)}
    reply = door.post("/v1/queries", wrong, caller=visitor().address)
    assert (reply.status, reply.body["code"]) == (403, "verification-failed")
