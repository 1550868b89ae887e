"""Web reports go out to the core system, each once, under a key that says nothing personal."""

import json
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock
from chalicelib.claims import outgoing, store
from tests.claims import test_moves
from tests.claims.test_routes import report
from tests.conftest import Aws
from tests.door import Door

bearer, door, policy_no = test_moves.bearer, test_moves.door, test_moves.policy_no


def files(aws: Aws) -> dict[str, Any]:
    bucket = aws.name("DocumentsBucket")
    s3 = aws.resources.clients.s3
    found = s3.list_objects_v2(Bucket=bucket, Prefix="outgoing/claims/").get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found
    }


def test_a_report_goes_out_once_whoever_asks_and_however_often(
    aws: Aws, door: Door, bearer: str, policy_no: str
) -> None:
    claim_no = report(door, bearer=bearer).body["claim_no"]
    (waiting,) = store.outgoing()
    told = {"key": waiting.pk, "sort_key": waiting.sk}
    outgoing.hand_out(**told)
    outgoing.hand_out(**told)
    assert outgoing.sweep() == 0
    key = f"outgoing/claims/{clock.shanghai_day(clock.now())}/{claim_no}.jsonl"
    line = json.loads(files(aws)[key])
    assert (line["report_no"], line["policy_no"], line["verified"]) == (claim_no, policy_no, True)
    assert line["reporter"]["name"] == "王芳"
    assert not any(word in key for word in ("13800138000", "王芳", "110105"))


def test_a_crash_between_the_file_and_the_note_writes_nothing_twice(
    aws: Aws, door: Door, bearer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_no = report(door, bearer=bearer).body["claim_no"]

    class CrashError(Exception):
        """What a killed process leaves behind: nothing after the file."""

    def crash(item: store.ClaimItem) -> None:
        raise CrashError

    with monkeypatch.context() as patch:
        patch.setattr(store, "handed_out", crash)
        with pytest.raises(outgoing.NotHandedOutError):
            outgoing.sweep()
    before = {key: body for key, body in files(aws).items() if claim_no in key}
    assert outgoing.sweep() == 1
    assert {key: body for key, body in files(aws).items() if claim_no in key} == before
    bucket = aws.name("DocumentsBucket")
    (key,) = before
    versions = aws.resources.clients.s3.list_object_versions(Bucket=bucket, Prefix=key)
    assert len(versions["Versions"]) == 1


def test_one_report_that_cannot_go_keeps_no_other(
    aws: Aws, door: Door, bearer: str, policy_no: str
) -> None:
    lost = outgoing.item("0-261122-GONE0000-0", f"policy/{policy_no}", clock.now())
    assert store.add([lost])
    claim_no = report(door, bearer=bearer).body["claim_no"]
    with pytest.raises(outgoing.NotHandedOutError):
        outgoing.sweep()
    assert any(claim_no in key for key in files(aws))
    store.handed_out(lost)


def test_a_report_that_the_queue_does_not_take_is_answered_and_swept(
    aws: Aws, door: Door, bearer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("OUTGOING_QUEUE_URL", "http://127.0.0.1:9/none")
        taken = report(door, bearer=bearer)
    assert taken.status == 201
    assert outgoing.sweep() == 1
    assert any(taken.body["claim_no"] in key for key in files(aws))
    assert clients.client("s3") is not None
