"""The API's face: a valid document, complete, whose examples the service takes; CORS headers."""

import importlib
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from chalicelib import http, validation
from chalicelib.organisations import service as organisations
from chalicelib.reference import openapi
from tests.door import Door
from tests.policies.rows import number, policy, take
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
ROLES = sorted(validation.load("access")["roles"])
BODIES: list[tuple[http.Endpoint, Any]] = [
    (endpoint, example)
    for endpoint in http.ENDPOINTS
    if endpoint.body
    for example in validation.load(endpoint.body)["examples"]
]


@pytest.fixture
def bearers(door: Door, staff_token: Callable[..., str]) -> dict[str, str | None]:
    """A token for each kind of access; the organisations that examples name are known."""
    rows = [{"code": code, "name": code, "level": "province"} for code in ("4401", "3101")]
    organisations.take("organisations", [(row, f"x#{row['code']}") for row in rows])
    policy_no = number()
    take(policy(policy_no))
    asked = {"policy_no": policy_no, "id_no": "11010519491231002X"}
    query = door.post("/v1/queries", asked, caller=visitor().address).body["token"]
    staff = staff_token(ROLES, "4401", department="理赔部")
    return {"public": None, "query": query, "claim": query, "staff": staff}


@pytest.mark.parametrize(("endpoint", "example"), BODIES)
def test_the_examples_are_taken_by_the_service(
    door: Door, bearers: dict[str, str | None], endpoint: http.Endpoint, example: Any
) -> None:
    """What its path names need not be there; what it says must be understood."""
    reply = door.call(
        endpoint.method,
        re.sub(r"\{\w+\}", "nobody", endpoint.path),
        body=example,
        token=bearers[endpoint.access],
        caller=visitor().address,
    )
    assert reply.status not in (400, 401, 413, 415, 500), reply.body


def test_headers_are_declared_where_routes_take_them() -> None:
    paths = openapi.document("en")["paths"]
    taken = {
        (path, method): {one["name"] for one in told["parameters"] if one["in"] == "header"}
        for path, operations in paths.items()
        for method, told in operations.items()
    }
    assert all("Accept-Language" in names for names in taken.values())
    assert "Idempotency-Key" in taken["/v1/claims", "post"]
    assert "If-None-Match" in taken["/v1/claims/{claim_no}", "get"]
    assert "If-Match" in taken["/v1/staff/partners/{code}", "put"]


@pytest.mark.parametrize("header", ["Idempotency-Key", "If-Match", "If-None-Match"])
def test_no_room_reads_a_header_that_none_of_its_routes_declares(header: str) -> None:
    declared = {endpoint.room for endpoint in http.ENDPOINTS if header in openapi.headers(endpoint)}
    rooms = Path(http.__file__).parent.glob("*/routes.py")
    # By its name, or by the call that the door offers for it.
    ways = (header.lower(), f"call.{header.lower().replace('-', '_')}()")
    texts = {path.parent.name: path.read_text("utf-8") for path in rooms}
    reading = {room for room, text in texts.items() if any(way in text for way in ways)}
    assert reading == declared


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
