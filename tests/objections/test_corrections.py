"""Corrections ordered of the core system: which entry they name, and when they count as made."""

import json
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, settings
from chalicelib.claims import service as claims
from chalicelib.objections import deadlines
from tests.objections import test_moves
from tests.objections.test_filing import file, query
from tests.objections.test_moves import Desk
from tests.policies.rows import policy, take

desk = test_moves.desk
FIRST, LATER = "2026-06-02T09:00:00+08:00", "2026-08-02T09:00:00+08:00"


def money(fen: int) -> dict[str, Any]:
    return {"amount": fen, "currency": "CNY"}


def paid(desk: Desk, claim_no: str, at: str, fen: int, seq: int = 1) -> None:
    row = {
        "claim_no": claim_no,
        "seq": seq,
        "policy_no": desk.policy_no,
        "stage": "paid",
        "at": clock.stored(clock.parse(at)),
        "paid_amount": fen,
    }
    assert claims.take([(row, f"{claim_no}#{seq}")], clock.now()) == ["accepted"]


def ordered(desk: Desk, **one: Any) -> dict[str, Any]:
    """The line of the order once the objection has been answered by a correction."""
    desk.did("clerk", "acknowledge")
    desk.did("clerk", "propose", result="corrected", items=[one], reasons="录入有误")
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    deadlines.watch(clock.now())
    day = clock.shanghai_day(clock.now()).isoformat()
    key = f"outgoing/corrections/{day}/{desk.number}.jsonl"
    bucket = settings.get("DOCUMENTS_BUCKET")
    body = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    (line,) = body.decode().splitlines()
    return dict(json.loads(line))


def correction(desk: Desk, days: int) -> Any:
    deadlines.watch(clock.now() + timedelta(days=days))
    return desk.followed()["reply"]["correction"]


def test_an_order_names_the_claim_and_is_seen_in_that_one_wherever_it_stands_by_then(
    desk: Desk,
) -> None:
    paid(desk, "C1", FIRST, 400_000)
    desk.answer = query(desk.door, desk.policy_no)
    item = "/claims/0/paid_amount"
    desk.number = file(desk.door, desk.answer, item=item).body["objection_no"]
    # Between filing and result another claim takes the first place, and has what will be decided.
    paid(desk, "C2", LATER, 500_000)
    line = ordered(desk, item=item, decided=money(500_000))
    assert (line["item"], line["entry"]) == (item, {"claim_no": "C1"})
    assert correction(desk, 1) == "ordered"
    paid(desk, "C1", FIRST, 500_000, seq=2)
    assert correction(desk, 2) == "seen"


def test_a_further_item_names_the_entry_in_which_it_stands_when_it_is_decided(desk: Desk) -> None:
    paid(desk, "C1", FIRST, 400_000)
    paid(desk, "C2", LATER, 300_000)
    line = ordered(desk, item="/claims/1/paid_amount", decided=money(500_000))
    assert line["entry"] == {"claim_no": "C1"}


@pytest.mark.parametrize(
    ("item", "field", "before", "decided"),
    [
        ("/policy/insured/name", "insured_name", "王芳", "王红"),
        ("/policy/subject/vin", "vin", "LATPAB071W1005301", "1M8GDM9AXKP042788"),
    ],
)
def test_what_answers_mask_is_compared_in_clear(
    desk: Desk, item: str, field: str, before: str, decided: str
) -> None:
    take(policy(desk.policy_no, 2, **{"insured_name": "王芳", field: before}))
    ordered(desk, item=item, decided=decided)
    # 王* is shown for both: that they look alike is no correction.
    assert correction(desk, 1) == "ordered"
    take(policy(desk.policy_no, 3, **{"insured_name": "王芳", field: decided}))
    assert correction(desk, 2) == "seen"
