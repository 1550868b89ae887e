"""Introductions of the lines and branches (L1): dated data, for everybody, in both languages."""

import pytest

from chalicelib import codes, validation
from chalicelib.organisations import branches
from chalicelib.organisations import service as organisations
from tests.door import Door

OPEN = [
    {"code": "4400", "name": "广东分公司", "level": "province", "region": "440000"},
    {"code": "44010301", "name": "荔湾营业部", "level": "outlet", "region": "440103"},
    {"code": "44999", "name": "没有地址的网点", "level": "outlet", "region": "445200"},
    {"code": "3100", "name": "上海分公司", "level": "province", "region": "310000"},
]


@pytest.fixture
def opened(door: Door) -> Door:
    organisations.take("organisations", [(row, "f#1") for row in OPEN])
    branches._directory.cache_clear()  # what other tests announced within the minute
    return door


def test_every_line_but_special_risks_is_introduced(door: Door) -> None:
    found = door.get("/v1/products").body["products"]
    offered = [one["line"] for one in codes.lines() if one["queryable"]]
    assert [one["line"] for one in found] == offered
    assert all(one["suits"] and one["steps"] and one["papers"] for one in found)
    validation.validate("products/products", door.get("/v1/products").body)


def test_introductions_speak_the_callers_language(door: Door) -> None:
    chinese = door.get("/v1/products").body["products"]
    english = door.get("/v1/products", headers={"accept-language": "en"}).body["products"]
    assert all(one["summary"].isascii() for one in english)
    assert not any(one["summary"].isascii() for one in chinese)


def test_branches_of_a_region_are_listed_with_address_and_hours_where_known(opened: Door) -> None:
    answer = opened.get("/v1/branches", query={"region": "44", "level": "outlet"}).body
    validation.validate("organisations/branches", answer)
    found = {one["code"]: one for one in answer["branches"]}
    assert "4400" not in found
    assert "3100" not in found
    assert found["44010301"]["name"] == "荔湾营业部"
    assert found["44010301"]["address"] == "广东省广州市荔湾区示范路30号"
    assert found["44010301"]["hours"][0]["from"] == "09:00"
    assert found["44999"]["address"] is None
    assert found["44999"]["phone"] == "400-000-9510"
    assert found["44999"]["hours"] is None


def test_a_branch_has_a_name_in_english_where_one_is_known(opened: Door) -> None:
    asked = {"region": "440103"}
    english = opened.get("/v1/branches", query=asked, headers={"accept-language": "en"}).body
    assert english["branches"][0]["name"] == "Guangzhou Liwan outlet"
    assert english["branches"][0]["level_name"] == "Outlet"


def test_pages_of_branches_go_on_where_they_ended(opened: Door) -> None:
    seen, cursor = [], None
    while cursor is not None or not seen:
        query = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        answer = opened.get("/v1/branches", query=query).body
        seen += [one["code"] for one in answer["branches"]]
        cursor = answer["cursor"]
    assert {row["code"] for row in OPEN} <= set(seen)
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("query", [{"region": "4x"}, {"region": "4"}, {"level": "hut"}])
def test_a_filter_that_cannot_be_is_named(opened: Door, query: dict[str, str]) -> None:
    answer = opened.get("/v1/branches", query=query)
    assert answer.status == 400
    assert answer.body["errors"][0]["pointer"] == f"/{next(iter(query))}"
