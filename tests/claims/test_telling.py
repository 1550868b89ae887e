"""Reporters are told of what the core system's files say, once, and of news alone (C7)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.claims import service
from chalicelib.notifications import store as outbox
from tests.claims import test_moves
from tests.claims.desk import Desk
from tests.claims.test_routes import items
from tests.conftest import Aws

door, desk = test_moves.door, test_moves.desk
policy_no, bearer, claim_no = test_moves.policy_no, test_moves.bearer, test_moves.claim_no


@pytest.fixture
def files(aws: Aws, policy_no: str, claim_no: str) -> Callable[..., None]:
    """`files(("surveyed", minutes, more), …)`: rows of one file, as the import takes them."""
    seq = 0

    def take(*stops: tuple[str, float, dict[str, Any]]) -> None:
        nonlocal seq
        rows = []
        for stage, minutes, more in stops:
            seq += 1
            at = clock.stored(clock.now() + timedelta(minutes=minutes))
            row = {"claim_no": f"C{policy_no}", "seq": seq, "policy_no": policy_no}
            row |= {"report_no": claim_no, "stage": stage, "at": at, **more}
            rows.append((row, f"f#{seq}"))
        for _ in range(2):  # as queues do
            with aws.guard.acting("import_rows"):
                service.take([(dict(row), source) for row, source in rows], clock.now())

    return take


def told(aws: Aws) -> list[str]:
    """Kinds of the messages in the outbox beside that of the report."""
    messages = [item for item in items(aws, "OutboxTable") if item["sk"]["S"] == outbox.MESSAGE]
    found = [outbox.OutboxItem.from_raw_data(item).facts["kind"] for item in messages]
    return sorted(kind for kind in found if kind != "claim_reported")


def test_a_stop_of_the_core_system_is_told_once(aws: Aws, files: Any) -> None:
    files(("surveyed", 1, {"department": "查勘部"}))
    assert told(aws) == ["claim_stage"]
    files(("surveyed", 2, {"department": "理赔部"}))
    assert told(aws) == ["claim_stage"], "another desk is not another stage"


def test_many_stops_of_one_file_are_one_message(aws: Aws, files: Any) -> None:
    files(("dispatched", 1, {}), ("surveyed", 2, {}), ("registered", 3, {}), ("closed", 4, {}))
    assert told(aws) == ["thanks"]


def test_documents_that_the_core_system_waits_for_are_told_as_such(aws: Aws, files: Any) -> None:
    files(("docs_pending", 1, {}))
    assert told(aws) == ["document_missing"]


def test_history_is_told_to_nobody(aws: Aws, files: Any, claim_no: str) -> None:
    files(("surveyed", -60 * 24 * 30, {}))
    assert told(aws) == [], "it is not where the claim stands"


def test_what_the_desk_has_told_already_is_not_told_again(
    aws: Aws, files: Any, desk: Desk, claim_no: str
) -> None:
    moved = desk.act("clerk", claim_no, "accept")
    assert moved.status == 200, moved.body
    files(("accepted", 1, {}))
    assert told(aws) == ["claim_stage"]


def test_a_load_of_old_claims_of_ours_tells_nobody(
    aws: Aws, files: Any, claim_no: str, policy_no: str
) -> None:
    later = clock.now() + timedelta(days=30)
    at = clock.stored(clock.now() + timedelta(minutes=1))
    row = {"claim_no": f"C{policy_no}", "seq": 1, "policy_no": policy_no, "at": at}
    service.take([({**row, "report_no": claim_no, "stage": "surveyed"}, "g#1")], later)
    assert told(aws) == []
