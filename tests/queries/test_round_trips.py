"""Round trips of a query: three, whatever became of it; one more where losses were reported."""

from collections.abc import Iterator

import pytest

from chalicelib import clock
from chalicelib.claims import store as claims
from chalicelib.errors import VerificationFailedError
from chalicelib.limits import store as limits
from chalicelib.policies import store as policies
from chalicelib.queries import service, store
from tests import rounds
from tests.door import Door
from tests.limits.test_guessing import own, person
from tests.policies.rows import number
from tests.queries.visitors import visitor

MODELS = (store.EventItem, policies.PolicyItem, limits.CounterItem, claims.ClaimItem)
READ_AND_DECIDED = ["BatchGetItem", "Query", "TransactWriteItems"]


@pytest.fixture
def sent(door: Door) -> Iterator[list[str]]:
    """Grows by an operation for every request that leaves for DynamoDB, after all is warm."""
    policy_no, id_no = own()
    verify(policy_no, id_no)
    with rounds.sent(MODELS) as operations:
        yield operations


def verify(policy_no: str, id_no: str) -> dict[str, object]:
    asked = {"policy_no": policy_no, "id_no": id_no}
    return service.verify(asked, visitor(), clock.now())


def reported(door: Door) -> tuple[str, str]:
    """A policy of which a stranger reported a loss."""
    policy_no, id_no = own()
    body = {
        "policy_no": policy_no,
        "occurred_at": "2026-10-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "collision",
        "description": "追尾",
        "reporter": {"name": "王芳", "phone": "13800138000", "relation": "other"},
    }
    assert door.post("/v1/claims", body).status == 201
    return policy_no, id_no


def test_a_verified_query_makes_three_round_trips(sent: list[str]) -> None:
    policy_no, id_no = own()
    sent.clear()
    verify(policy_no, id_no)
    assert sent == READ_AND_DECIDED


@pytest.mark.parametrize("case", ["unknown", "wrong", "excluded", "reported"])
def test_every_failure_makes_the_same_three(sent: list[str], door: Door, case: str) -> None:
    targets = {
        "unknown": number,
        "wrong": lambda: own()[0],
        "excluded": lambda: own(line="special_risk")[0],
        "reported": lambda: reported(door)[0],
    }
    policy_no = targets[case]()
    sent.clear()
    with pytest.raises(VerificationFailedError):
        verify(policy_no, person())
    assert sent == READ_AND_DECIDED


def test_reports_are_read_where_losses_were_reported_and_only_when_verified(
    sent: list[str], door: Door
) -> None:
    policy_no, id_no = reported(door)
    sent.clear()
    verify(policy_no, id_no)
    assert sent == [*READ_AND_DECIDED, "Query"]
