"""Losses reported on a day enter its figures, by the partner whose link brought them."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.figures import losses, service
from chalicelib.partners import service as partners
from tests.claims.test_routes import body, report
from tests.conftest import Aws
from tests.door import Door
from tests.figures.world import TREE, announce
from tests.policies.rows import number, policy, take


@pytest.fixture
def door(aws: Aws) -> Iterator[Door]:
    aws.empty()
    announce(TREE)
    yield Door()
    aws.empty()


def link(code: str) -> str:
    """The attribution that a partner's link carries."""
    if code == "bank":
        named = {"zh-CN": "银行", "en": "Bank"}
        partners.register(code, {"name": named, "active": True}, None)
    address = partners.follow(code, "claim", clock.now())
    return address.partition("partner=")[2].split("#")[0]


def counted() -> Counter[tuple[Any, ...]]:
    """Branch and dimensions of today's reports, by the newest roll-up."""
    today = clock.shanghai_day(clock.now())
    found = service.days(today, today)[today.isoformat()]
    return Counter(
        {(unit, *row[:-1]): row[-1] for unit, rows in service.reported(found) for row in rows}
    )


def test_a_days_reports_are_counted_by_partner_and_again_with_the_same_result(door: Door) -> None:
    mine = number()
    take(policy(mine, insured_name="王芳"))
    token = door.post("/v1/queries", {"policy_no": mine, "id_no": "11010519491231002X"}).body
    links = {code: link(code) for code in ("iac", "bank")} | {"other": "forged"}
    assert report(door, bearer=token["token"], policy_no=mine, partner=links["iac"]).status == 201
    for hour, partner in ((1, "iac"), (2, "iac"), (3, "bank"), (4, None), (5, "other")):
        at = clock.shown(clock.now() - timedelta(hours=2 * hour))
        more = {"partner": links[partner]} if partner else {}
        sent = body(plate_no=f"粤B1234{hour}", occurred_at=at, **more)
        assert door.post("/v1/claims", sent).status == 201
    tomorrow = clock.now() + timedelta(days=1)
    assert service.roll_up(tomorrow)["events"]["claims"] == 6
    dimensions = ("organisation", "line", "partner", "verified", "language")
    assert dimensions == losses.DIMENSIONS
    nobodys = ("1", None, None)
    assert counted() == {
        ("44", "4401", "motor", "iac", True, "zh-CN"): 1,
        (*nobodys, "iac", False, "zh-CN"): 2,
        (*nobodys, "bank", False, "zh-CN"): 1,
        (*nobodys, None, False, "zh-CN"): 2,
    }
    assert service.roll_up(tomorrow)["new"] is False
    late = body(plate_no="粤B99999", partner=links["bank"])
    assert door.post("/v1/claims", late).status == 201
    again = service.roll_up(tomorrow)
    assert (again["new"], again["late"], again["revision"]) == (True, 1, 2)
