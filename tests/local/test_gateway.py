"""The gateway: events as API Gateway sends them, its own answers, its limits."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
import requests

from .conftest import Sample


def event_of(response: requests.Response) -> dict:
    assert response.status_code == 200, response.text
    return response.json()["event"]


def test_an_event_has_every_field_that_api_gateway_sends(sample: Sample) -> None:
    response = sample.stack.get(
        "/v1/things/a?x=1&x=2&y=%E4%BF%9D+%E5%8D%95&z=",
        headers={"X-Local-Source-Ip": "203.0.113.7", "User-Agent": "test", "Accept": "text/x"},
    )
    event = event_of(response)
    context = event.pop("requestContext")
    headers = event.pop("headers")
    many = event.pop("multiValueHeaders")
    assert event == {
        "resource": "/v1/things/{name}",
        "path": "/v1/things/a",
        "httpMethod": "GET",
        "queryStringParameters": {"x": "2", "y": "保 单", "z": ""},
        "multiValueQueryStringParameters": {"x": ["1", "2"], "y": ["保 单"], "z": [""]},
        "pathParameters": {"name": "a"},
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
    }
    assert headers["Accept"] == "text/x"
    assert headers["X-Forwarded-For"] == "203.0.113.7"
    assert headers["X-Forwarded-Proto"] == "https"
    assert "X-Local-Source-Ip" not in headers
    assert many["Accept"] == ["text/x"]
    assert context["identity"]["sourceIp"] == "203.0.113.7"
    assert context["identity"]["userAgent"] == "test"
    assert uuid.UUID(context["requestId"]).version == 4
    assert context["requestId"] == response.headers["x-amzn-RequestId"]
    assert (context["stage"], context["path"]) == ("api", "/api/v1/things/a")
    assert (context["resourcePath"], context["httpMethod"]) == ("/v1/things/{name}", "GET")
    assert context["requestTime"].endswith("+0000")
    assert context["protocol"] == "HTTP/1.1"


def test_without_query_parameters_and_body_the_fields_are_null(sample: Sample) -> None:
    event = event_of(sample.stack.get("/v1/things"))
    absent = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "body")
    assert [event[name] for name in absent] == [None] * 4


def test_path_parameters_are_decoded_and_the_path_is_not(sample: Sample) -> None:
    event = event_of(sample.stack.get("/v1/things/a%20b%2F%E4%BF%9D"))
    assert event["pathParameters"] == {"name": "a b/保"}
    assert event["path"] == "/v1/things/a%20b%2F%E4%BF%9D"


def test_a_fixed_segment_wins_over_a_variable_one(sample: Sample) -> None:
    assert event_of(sample.stack.get("/v1/things/fixed"))["resource"] == "/v1/things/fixed"


def test_repeated_headers_are_all_there_and_the_last_one_counts(sample: Sample) -> None:
    connection = HTTPConnection(urlsplit(sample.stack.url).netloc)
    connection.putrequest("GET", "/v1/things")
    connection.putheader("X-Twice", "1")
    connection.putheader("X-Twice", "2")
    connection.endheaders()
    event = json.loads(connection.getresponse().read())["event"]
    connection.close()
    assert event["multiValueHeaders"]["X-Twice"] == ["1", "2"]
    assert event["headers"]["X-Twice"] == "2"


def test_text_comes_as_text_and_a_binary_type_as_base64(sample: Sample) -> None:
    text = event_of(sample.stack.post_json("/v1/things", {"名": "值"}))
    assert (json.loads(text["body"]), text["isBase64Encoded"]) == ({"名": "值"}, False)
    raw = sample.stack.http.post(
        f"{sample.stack.url}/v1/things", data=b"\xff\xd8", headers={"Content-Type": "image/jpeg"}
    )
    event = event_of(raw)
    assert (event["body"], event["isBase64Encoded"]) == ("/9g=", True)


def test_bytes_come_only_to_who_asks_for_their_type_first(sample: Sample) -> None:
    asked = sample.stack.get("/v1/things?mode=bytes", headers={"Accept": "application/pdf"})
    assert asked.content == b"%PDF"
    other = sample.stack.get("/v1/things?mode=bytes", headers={"Accept": "*/*"})
    assert other.content == b"JVBERg=="


def test_cookies_come_one_by_one_and_www_authenticate_is_renamed(sample: Sample) -> None:
    response = sample.stack.get("/v1/things?mode=headers")
    assert response.status_code == 401
    assert response.raw.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    assert response.headers["X-One"] == "1"
    assert response.headers["x-amzn-Remapped-WWW-Authenticate"] == "Bearer"
    assert "WWW-Authenticate" not in response.headers


@pytest.mark.parametrize("mode", ["fail", "die", "malformed"])
def test_a_broken_handler_is_502_and_the_next_request_is_served(sample: Sample, mode: str) -> None:
    response = sample.stack.get(f"/v1/things?mode={mode}")
    assert (response.status_code, response.json()) == (502, {"message": "Internal server error"})
    assert sample.stack.get("/v1/things").status_code == 200


def test_a_function_beyond_its_timeout_is_504_and_its_process_is_replaced(sample: Sample) -> None:
    told = sample.stack.get("/v1/things").json()
    assert 1000 < told["remaining_ms"] <= 2000
    assert ":lambda:" in told["arn"]
    late = sample.stack.get("/v1/things?mode=sleep&seconds=20")
    assert (late.status_code, late.json()) == (504, {"message": "Endpoint request timed out"})
    assert late.elapsed.total_seconds() < 5
    assert sample.stack.get("/v1/things").status_code == 200


def test_sixteen_requests_at_once_are_never_mixed_up(sample: Sample) -> None:
    def ask(number: int) -> tuple[str, str, int]:
        told = requests.post(
            f"{sample.stack.url}/v1/things?mode=sleep&seconds=0.02",
            json={"number": number},
            headers={"X-Local-Source-Ip": f"10.0.0.{number % 250}"},
            timeout=30,
        ).json()
        address = told["event"]["requestContext"]["identity"]["sourceIp"]
        return json.loads(told["event"]["body"])["number"], address, told["process"]

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(ask, range(160)))
    assert [number for number, _, _ in answers] == list(range(160))
    assert all(address == f"10.0.0.{number % 250}" for number, address, _ in answers)
    assert len({process for _, _, process in answers}) > 1


def test_an_unknown_path_gets_the_response_of_the_template(sample: Sample) -> None:
    for response in (sample.stack.get("/v1/nothing"), sample.stack.post_json("/v1/things/a")):
        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
        own = response.headers["x-amzn-RequestId"]
        assert response.json() == {"status": 404, "request_id": own}
        assert response.headers["X-Request-Id"] == own


def test_a_preflight_is_answered_by_the_mock_of_the_template(sample: Sample) -> None:
    response = sample.stack.http.options(f"{sample.stack.url}/v1/things")
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Methods"] == "GET,POST,OPTIONS"


def test_more_than_ten_megabytes_are_413_with_the_headers_of_default_4xx(sample: Sample) -> None:
    url = f"{sample.stack.url}/v1/things"
    declared = sample.stack.http.post(url, data=b"x" * (10 * 1024 * 1024 + 1))
    flowing = sample.stack.http.post(url, data=iter([b"x" * 1024 * 1024] * 11))
    for response in (declared, flowing):
        assert response.status_code == 413
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.json() == {"message": "Request Too Long"}


def test_a_chunked_body_arrives_whole(sample: Sample) -> None:
    response = sample.stack.http.post(f"{sample.stack.url}/v1/things", data=iter([b"ab", b"c"]))
    assert event_of(response)["body"] == "abc"


def test_an_authorizer_decides_and_its_answer_is_remembered(sample: Sample) -> None:
    good = {"Authorization": "good"}
    event = event_of(sample.stack.get("/v1/staff", headers=good))
    assert event["requestContext"]["authorizer"] == {"principalId": "a-person", "roles": "agent"}
    assert sample.stack.get("/v1/staff/other", headers=good).status_code == 200
    asked = [e for e in sample.seen("authorize") if e["authorizationToken"] == "good"]
    assert len(asked) == 1
    assert asked[0]["type"] == "TOKEN"
    assert asked[0]["methodArn"].endswith("/api/GET/v1/staff")


def test_a_policy_that_names_one_method_denies_the_next_one(sample: Sample) -> None:
    narrow = {"Authorization": "narrow"}
    assert sample.stack.get("/v1/staff", headers=narrow).status_code == 200
    assert sample.stack.get("/v1/staff/other", headers=narrow).status_code == 403


@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("unknown", 401), ("forbidden", 403), ("broken", 500)]
)
def test_who_is_not_let_in_gets_the_gateways_answer(
    sample: Sample, token: str | None, status: int
) -> None:
    headers = {"Authorization": token} if token else {}
    assert sample.stack.get("/v1/staff", headers=headers).status_code == status
