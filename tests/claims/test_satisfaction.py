"""Asked once after a claim has ended (issue 7, K2): one answer, its words sealed, figures apart."""

from typing import Any

import pytest

from chalicelib import validation
from tests.claims.desk import Desk
from tests.claims.test_moves import (  # noqa: F401 - fixtures
    bearer,
    claim_no,
    desk,
    door,
    policy_no,
)
from tests.claims.test_routes import items
from tests.conftest import Aws
from tests.door import Door, Reply

WORDS = "查勘员很耐心"


def rate(door: Door, claim_no: str, bearer: str, score: int = 5, **more: Any) -> Reply:  # noqa: F811
    body = {"score": score, **more}
    return door.post(f"/v1/claims/{claim_no}/satisfaction", body, token=bearer)


@pytest.fixture
def refused(desk: Desk, claim_no: str) -> str:  # noqa: F811
    """A claim at its end."""
    assert desk.act("clerk", claim_no, "take").status == 200
    assert desk.act("clerk", claim_no, "refuse", reason="不属于保险责任").status == 200
    return claim_no


def asked(door: Door, claim_no: str, bearer: str) -> dict[str, bool]:  # noqa: F811
    followed = door.get(f"/v1/claims/{claim_no}", token=bearer)
    validation.validate("claims/claim", followed.body)
    found: dict[str, bool] = followed.body["satisfaction"]
    return found


def test_nobody_is_asked_before_the_end(door: Door, claim_no: str, bearer: str) -> None:  # noqa: F811
    assert asked(door, claim_no, bearer) == {"asked": False, "answered": False}
    early = rate(door, claim_no, bearer)
    assert (early.status, early.body["code"]) == (409, "not-asked")


def test_one_answer_is_kept_and_the_same_again_is_the_same(
    aws: Aws,
    door: Door,  # noqa: F811
    refused: str,
    bearer: str,  # noqa: F811
) -> None:
    assert asked(door, refused, bearer) == {"asked": True, "answered": False}
    first = rate(door, refused, bearer, comment=WORDS)
    assert first.status == 201
    validation.validate("claims/satisfaction_told", first.body)
    assert asked(door, refused, bearer) == {"asked": True, "answered": True}
    assert rate(door, refused, bearer, comment=WORDS).body == first.body
    assert rate(door, refused, bearer, score=1).status == 409
    figures = [
        item for item in items(aws, "ClaimsTable") if item["pk"]["S"].startswith("satisfaction/")
    ]
    (figure,) = figures
    assert '"score":5' in figure["facts"]["S"]
    assert refused not in str(figure)
    assert WORDS not in str(items(aws, "ClaimsTable"))


@pytest.mark.parametrize("body", [{"score": 0}, {"score": 6}, {}, {"score": 3, "comment": ""}])
def test_a_score_is_one_to_five(
    door: Door,  # noqa: F811
    refused: str,
    bearer: str,  # noqa: F811
    body: dict[str, Any],
) -> None:
    path = f"/v1/claims/{refused}/satisfaction"
    assert door.post(path, body, token=bearer).status == 400


def test_another_cannot_answer_for_it(door: Door, refused: str) -> None:  # noqa: F811
    assert rate(door, refused, "x").status == 401
