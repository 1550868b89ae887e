"""Asking: what is typed, what is wrong with it, and what the service says no to."""

import json

import pytest
from playwright.sync_api import expect

from .service import ID_NO, POLICY_NO, SILENCE, answer, problem
from .visitor import Visitor


def test_the_right_pair_shows_the_policy(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    for words in ("有效", POLICY_NO, "2099年1月14日 24:00", "4,326.58 元", "专业代理", "陈晓岚"):
        expect(shown).to_contain_text(words)
    expect(visitor.page.locator("#answer h1")).to_be_focused()
    expect(visitor.page).to_have_title("查询结果 – " + visitor.insurer)


def test_the_service_gets_what_was_typed_and_the_language(visitor: Visitor) -> None:
    visitor.opens("query.html?lang=en")
    visitor.service.will_say("/v1/queries", answer())
    typed = " pdza 2026-4401-0000000001"
    visitor.types(typed, "１１０１０５19491231002x")
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_visible()
    asked = visitor.service.queries[-1]
    assert json.loads(asked["body"]) == {
        "policy_no": typed.strip(),
        "id_no": "１１０１０５19491231002x",
    }
    assert asked["headers"]["accept-language"] == "en"


@pytest.mark.parametrize(
    "id_no",
    ["440308199901101512", "110105491231002", "91350100M000100Y43", "D2143569-X", "H1234567(8)"],
)
def test_every_kind_of_identity_document_is_let_through(visitor: Visitor, id_no: str) -> None:
    visitor.opens()
    visitor.service.will_say("/v1/queries", answer())
    visitor.types(id_no=id_no)
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_visible()


def test_empty_fields_are_named_on_top_and_beside_the_field(visitor: Visitor) -> None:
    visitor.opens()
    visitor.page.click("button[type=submit]")
    expect(visitor.trouble).to_be_focused()
    expect(visitor.trouble.get_by_role("link")).to_have_text(
        ["请输入保单号", "请输入被保险人的证件号码"]
    )
    expect(visitor.page.locator("#policy_no-wrong")).to_have_text("错误：请输入保单号")
    expect(visitor.page.locator("#policy_no")).to_have_attribute("aria-invalid", "true")
    expect(visitor.page).to_have_title("有错误：车险承保理赔信息查询 – " + visitor.insurer)
    visitor.trouble.get_by_role("link").nth(1).click()
    expect(visitor.page.locator("#id_no")).to_be_focused()
    assert visitor.service.queries == []


def test_a_mistyped_resident_id_costs_no_attempt(visitor: Visitor) -> None:
    visitor.opens()
    visitor.types(id_no="110105194912310021")
    visitor.page.click("button[type=submit]")
    expect(visitor.trouble.get_by_role("link")).to_contain_text("最后一位对不上")
    expect(visitor.page.locator("#id_no")).to_have_value("110105194912310021")
    assert visitor.service.queries == []


def test_what_the_service_finds_wrong_stands_at_its_field(visitor: Visitor) -> None:
    visitor.opens()
    wrong = {"pointer": "/policy_no", "code": "too-long", "detail": "保单号太长"}
    visitor.asks(problem(400, "invalid-input", [wrong]))
    expect(visitor.trouble.get_by_role("link")).to_have_text(["保单号太长"])
    expect(visitor.page.locator("#policy_no-wrong")).to_have_text("错误：保单号太长")
    expect(visitor.page.locator("#id_no-wrong")).to_be_hidden()


def test_what_fits_no_field_is_told_without_a_link(visitor: Visitor) -> None:
    visitor.opens()
    wrong = {"pointer": "/partner", "code": "unknown", "detail": "来源不明"}
    visitor.asks(problem(400, "invalid-input", [wrong]))
    expect(visitor.trouble).to_contain_text("来源不明")
    expect(visitor.trouble.get_by_role("link")).to_have_count(0)


def test_a_refusal_says_what_to_check_and_keeps_everything_typed(visitor: Visitor) -> None:
    visitor.opens()
    visitor.asks(problem(403, "verification-failed"))
    expect(visitor.trouble).to_be_focused()
    expect(visitor.trouble).to_contain_text("没有查到与这两项都一致的保单")
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)
    expect(visitor.page.locator("#id_no")).to_have_value(ID_NO)
    for field in ("#policy_no", "#id_no"):
        assert visitor.page.get_attribute(field, "aria-invalid") is None, "it tells which one"


def test_too_many_attempts_count_down_and_then_let_ask_again(visitor: Visitor) -> None:
    visitor.page.clock.install()
    visitor.opens()
    visitor.asks(problem(429, "too-many-attempts", Retry_After=90))
    expect(visitor.trouble).to_contain_text("还要等 1 分 30 秒")
    visitor.page.clock.run_for(31_000)
    expect(visitor.trouble).to_contain_text("还要等 59 秒")
    visitor.asks(answer())
    assert len(visitor.service.queries) == 1, "the button asked although the pause is not over"
    visitor.page.clock.run_for(60_000)
    expect(visitor.trouble).to_contain_text("现在可以再次查询了")
    expect(visitor.page.locator("#notice")).to_have_text("现在可以再次查询了。")
    visitor.asks(answer())
    expect(visitor.page.locator("#answer h1")).to_be_visible()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (SILENCE, "现在连不上我们的服务"),
        (problem(500, "internal-error"), "req-7f3a"),
        (problem(503, "unavailable"), "我们的服务出了问题"),
        (problem(429, "too-many-attempts"), "请过几分钟再试"),
        (problem(403, "challenge-required"), "安全校验没有完成"),
    ],
)
def test_an_outage_is_told_as_ours_and_nothing_typed_is_lost(
    visitor: Visitor, reply, words
) -> None:
    visitor.opens()
    visitor.asks(reply)
    expect(visitor.trouble).to_contain_text(words)
    expect(visitor.trouble).to_contain_text(visitor.words["insurer.hotline"])
    expect(visitor.page.locator("#id_no")).to_have_value(ID_NO)


def test_a_gateway_page_instead_of_json_is_an_outage_too(visitor: Visitor) -> None:
    visitor.opens()
    reply = problem(502, "bad-gateway")
    reply.body = "<html>Bad Gateway</html>"
    visitor.asks(reply)
    expect(visitor.trouble).to_contain_text("我们的服务出了问题")


def test_after_an_outage_the_same_button_asks_again(visitor: Visitor) -> None:
    visitor.opens()
    visitor.asks(SILENCE)
    expect(visitor.trouble).to_be_visible()
    visitor.service.will_say("/v1/queries", answer())
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_visible()
    visitor.page.go_back()
    expect(visitor.trouble).to_be_hidden()


def test_an_impatient_second_press_asks_once(visitor: Visitor) -> None:
    visitor.opens()
    visitor.service.will_say("/v1/queries", answer())
    visitor.types()
    visitor.page.evaluate("() => { for (let i = 0; i < 3; i++) document.forms[0].requestSubmit() }")
    expect(visitor.page.locator("#answer h1")).to_be_visible()
    assert len(visitor.service.queries) == 1
