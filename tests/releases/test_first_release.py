"""Tables that an earlier release wrote are read by this one: the same answers, the same people."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chalicelib import clock, keys, settings, tokens
from chalicelib.claims import tracking
from chalicelib.leads import service as leads
from chalicelib.leads import store as lead_store
from chalicelib.queries import service as queries
from infra import backup
from infra.local.resources import Resources
from tests.queries.visitors import visitor

from .record import PHONE, SHOWN, read

RELEASES = sorted(path.parent.name for path in Path(__file__).parent.glob("*/tables.jsonl"))


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What was kept of a release."""
    return read(Path(__file__).parent / request.param / "tables.jsonl")


@pytest.fixture
def filled(release: dict[str, Any], elsewhere: Resources) -> Iterator[dict[str, Any]]:
    """An empty stack with those tables; the release's data keys are wrapped by its own KMS key."""
    kms, dynamodb = elsewhere.clients.kms, elsewhere.clients.dynamodb
    again = {
        base64.b64decode(key["wrapped"]): kms.encrypt(
            KeyId=settings.get("DATA_KEY_ID"),
            Plaintext=base64.b64decode(key["plain"]),
            EncryptionContext={"table": key["table"]},
        )["CiphertextBlob"]
        for key in release["data_keys"]
    }
    for line in release["items"]:
        table = elsewhere.physical(line["table"]).ref
        dynamodb.put_item(TableName=table, Item=_wrapped(line["item"], again))
    elsewhere.clients.secretsmanager.put_secret_value(
        SecretId=elsewhere.physical("Secrets").ref, SecretString=json.dumps(release["secret"])
    )
    keys.forget()
    yield release
    keys.forget()


def test_a_query_is_answered_as_it_was_then(filled: dict[str, Any]) -> None:
    answer = queries.verify(filled["asked"], visitor("zh-CN"), clock.now())
    assert {name: answer[name] for name in SHOWN} == filled["answer"]


def test_a_claim_is_still_followed_by_the_reporters_telephone(filled: dict[str, Any]) -> None:
    at = clock.now()
    body = {"claim_no": filled["claim_no"], "phone": PHONE}
    token, _ = tracking.open_by_phone(body, visitor().address, at)
    claim, _ = tracking.follow(filled["claim_no"], tokens.read_any(token), "zh-CN", at)
    assert claim["timeline"][0]["stage"] == "reported"


def test_a_lead_still_names_whom_to_call(filled: dict[str, Any]) -> None:
    item = lead_store.get(f"lead/{filled['lead_no']}", "lead")
    assert item
    assert leads.unseal(item)["phone"] == PHONE


def _wrapped(line: dict[str, Any], again: dict[bytes, bytes]) -> dict[str, Any]:
    """A kept item as DynamoDB takes it, its sealed values under the new wrapped data keys."""
    item = backup.typed(line)
    for name, value in item.items():
        if "B" in value:
            sealed = value["B"]
            end = 3 + int.from_bytes(sealed[1:3])
            key = again[sealed[3:end]]
            item[name] = {"B": sealed[:1] + len(key).to_bytes(2) + key + sealed[end:]}
    return item
