"""After the answer: other policies without typing, sections counted, a partner's attribution."""

import json

import pytest
from playwright.sync_api import expect

from .service import OTHER_NO, OTHERS, POLICY_NO, SILENCE, TOKEN, Reply, answer, problem
from .visitor import Visitor

OPENS = f"/v1/policies/{OTHER_NO}/queries"


def _others(visitor: Visitor):
    visitor.service.will_say("/v1/policies", Reply(200, OTHERS))
    visitor.sees_answer()
    return visitor.page.locator("[data-section=others]")


def test_the_persons_other_policies_are_listed_without_the_one_that_is_shown(
    visitor: Visitor,
) -> None:
    listed = _others(visitor)
    expect(listed.get_by_role("listitem")).to_have_count(1)
    for words in ("家庭财产综合保险", OTHER_NO, "2098年5月31日 到期", "何敏"):
        expect(listed).to_contain_text(words)
    expect(listed.get_by_role("link", name="020-38881111")).to_be_visible()
    (asked,) = visitor.service.to("/v1/policies")
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"


def test_another_policy_opens_without_typing_and_back_leads_to_the_one_before(
    visitor: Visitor,
) -> None:
    listed = _others(visitor)
    visitor.service.will_say(OPENS, answer(policy_no=OTHER_NO, product="家庭财产综合保险"))
    listed.get_by_role("button", name="查看").click()
    heading = visitor.page.locator("#answer h1")
    expect(heading).to_contain_text("家庭财产综合保险")
    expect(heading).to_be_focused()
    (asked,) = visitor.service.to(OPENS)
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"
    visitor.page.get_by_role("button", name="返回上一份保单").click()
    expect(heading).to_contain_text("新能源汽车商业保险")
    visitor.page.go_forward()
    expect(heading).to_contain_text("家庭财产综合保险")
    visitor.page.get_by_role("button", name="结束查询并清除").click()
    expect(visitor.page.locator("#notice")).to_contain_text("都已清除")
    expect(visitor.page.locator("#policy_no")).to_have_value("")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (problem(401, "unauthenticated"), "已经过了有效时间"),
        (problem(429, "too-many-attempts", Retry_After=60), "请在 1 分钟后再试"),
        (problem(500, "internal-error"), "现在取不到"),
        (SILENCE, "现在取不到"),
    ],
)
def test_another_policy_that_does_not_open_says_what_to_do(visitor: Visitor, reply, words) -> None:
    listed = _others(visitor)
    visitor.service.will_say(OPENS, reply)
    listed.get_by_role("button", name="查看").click()
    expect(listed.get_by_role("status")).to_contain_text(words)
    expect(visitor.page.locator("#answer .number")).to_have_text(POLICY_NO)


def test_a_list_that_does_not_come_leaves_the_rest_of_the_answer_whole(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/policies", problem(401, "unauthenticated"))
    shown = visitor.sees_answer()
    expect(shown.locator("[data-section=others]")).to_contain_text("已经过了有效时间")
    expect(shown).to_contain_text("4,326.58 元")


def test_a_coinsured_policy_still_lists_the_others(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/policies", Reply(200, OTHERS))
    reply = answer()
    reply.body |= {"policy": None, "claims": [], "lead_insurer": {"name": "海川", "url": None}}
    visitor.opens()
    visitor.asks(reply)
    expect(visitor.page.locator("[data-section=others] li")).to_have_count(2)
    expect(visitor.page.locator("#answer a.button")).to_have_count(0)


def test_each_section_is_reported_once_when_it_is_opened(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    payments = shown.locator("[data-section=payments] summary")
    for _ in range(3):
        payments.click()
    visitor.page.get_by_role("link", name="English").click()
    expect(shown).to_contain_text("In force")
    told = [json.loads(asked["body"])["section"] for asked in visitor.service.to("/views")]
    assert sorted(told) == ["claims", "payment", "underwriting"]
    (first, *_) = visitor.service.to("/v1/queries/q-01/views")
    assert first["headers"]["authorization"] == f"Bearer {TOKEN}"


def test_a_report_that_fails_is_told_again_at_the_next_opening(visitor: Visitor) -> None:
    visitor.service.will_say("/views", SILENCE)
    shown = visitor.sees_answer()
    channel = shown.locator("[data-section=channel] summary")
    with visitor.page.expect_event("requestfailed", lambda one: "channel" in (one.post_data or "")):
        channel.click()
    visitor.service.will_say("/views", Reply(204, ""))
    channel.click()
    with visitor.page.expect_response(lambda one: "channel" in (one.request.post_data or "")):
        channel.click()


@pytest.mark.parametrize("entry", ["motor", "non-motor"])
def test_the_partners_attribution_goes_along_into_the_query(visitor: Visitor, entry: str) -> None:
    visitor.opens("index.html?partner=gdia.a1b2")
    page = visitor.page
    page.locator(f"a.button[href*='entry={entry}&']").click()
    visitor.waits_for_words()
    assert "partner=gdia.a1b2" in page.url
    if entry == "non-motor":
        page.select_option("#line", "property")
        page.fill("#insured_name", "周伟")
    visitor.asks(answer())
    expect(page.locator("#answer h1")).to_be_visible()
    assert json.loads(visitor.service.queries[-1]["body"])["partner"] == "gdia.a1b2"
    page.go_back()
    page.locator(".masthead-home").click()
    visitor.waits_for_words()
    assert "partner=gdia.a1b2" in page.url
    assert page.evaluate("document.cookie") == ""


def test_an_attribution_that_the_service_refuses_never_stops_a_customer(visitor: Visitor) -> None:
    visitor.opens("query.html?partner=stale")
    wrong = {"pointer": "/partner", "code": "unknown", "detail": "来源不明"}
    visitor.service.says_in_turn("/v1/queries", problem(400, "invalid-input", [wrong]), answer())
    visitor.types()
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_visible()
    assert "partner" not in json.loads(visitor.service.queries[-1]["body"])
