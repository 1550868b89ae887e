"""Bodies: what is written without botocore's walk is what botocore would have written."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.session import Session

from chalicelib import bodies

ITEM = {
    "pk": {"S": "PDZA1"},
    "version": {"N": "1"},
    "sealed": {"B": b"\x00\xff\x01"},
    "id_marks": {"SS": ["1:a", "1:b"]},
    "facts": {"S": '{"insured_name":"阿卜杜拉·买买提 \\"𠮷\\""}'},
    "list": {"L": [{"BS": [b"\x01", b"\x02"]}, {"M": {"of": {"BOOL": True}}}, {"NULL": True}]},
}
REQUEST: dict[str, Any] = {
    "TransactItems": [
        {
            "Put": {
                "TableName": "policies",
                "Item": ITEM,
                "ConditionExpression": "#0 = :0",
                "ExpressionAttributeNames": {"#0": "sealed"},
                "ExpressionAttributeValues": {":0": {"B": b"\x00"}},
            }
        },
        {"Delete": {"TableName": "policies", "Key": {"pk": {"S": "PDZA2"}}}},
    ],
    "ReturnConsumedCapacity": "NONE",
}


class _Empty:
    """A response's body as urllib3 gives it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield b"{}"


@pytest.fixture
def client() -> Any:
    return Session().create_client(
        "dynamodb",
        "cn-north-1",
        aws_access_key_id="a",
        aws_secret_access_key="s",
        config=Config(parameter_validation=False, retries={"total_max_attempts": 2}),
    )


def sent(client: Any, answers: list[int] | None = None, **request: Any) -> list[dict[str, Any]]:
    """What leaves the client for one call, which fails with each status but the last, 200."""
    found = []
    statuses = iter([*(answers or []), 200])

    def take(request: Any, **_: Any) -> AWSResponse:
        assert request.headers["Content-Length"] == str(len(request.body))
        found.append(json.loads(request.body))
        return AWSResponse("", next(statuses), {}, _Empty())

    client.meta.events.register("before-send.dynamodb", take)
    client.transact_write_items(**request)
    client.meta.events.unregister("before-send.dynamodb", take)
    return found


def test_a_transaction_says_what_botocore_would_have_said_of_it(client: Any) -> None:
    (expected,) = sent(client, **REQUEST, ClientRequestToken="t")
    bodies.write_plainly(client)
    assert sent(client, **REQUEST, ClientRequestToken="t") == [expected]
    written = {**REQUEST, "TransactItems": bodies.Written(REQUEST["TransactItems"])}
    assert sent(client, **written, ClientRequestToken="t") == [expected]


def test_a_transaction_that_is_sent_again_has_the_same_token(client: Any) -> None:
    bodies.write_plainly(client)
    first, again = sent(client, [500], **REQUEST)
    assert first == again
    assert first["ClientRequestToken"]
    assert sent(client, **REQUEST)[0]["ClientRequestToken"] != first["ClientRequestToken"]


def test_what_somebody_reads_of_a_call_is_the_whole_of_it(client: Any) -> None:
    bodies.write_plainly(client)
    seen = []
    events = client.meta.events
    operation = "dynamodb.TransactWriteItems"

    def see(params: Any, **_: Any) -> None:
        seen.append({name: value for name, value in params.items() if name in REQUEST})

    events.register(f"provide-client-params.{operation}", see)
    # As infra/permissions/guard.py does.
    events.register("before-parameter-build", see)
    events.register(f"before-call.{operation}", lambda params, **_: seen.append(params["body"]))
    (body,) = sent(client, **REQUEST)
    assert seen[:2] == [REQUEST, REQUEST]
    assert json.loads(seen[2]) == body
