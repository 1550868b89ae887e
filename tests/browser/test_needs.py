"""From a need to an agent on a phone: the questionnaire, the result, the way back (L1)."""

import json
import re

import pytest
from playwright.sync_api import Browser, expect

from chalicelib import validation
from chalicelib.leads import questionnaires

from . import needs
from .needs import LEAD_NO, PHONE, TOKEN, onward
from .pages import WEB
from .service import Reply, challenged, problem
from .visitor import Visitor

STORED = "() => JSON.stringify({...sessionStorage, ...localStorage})"


def test_what_was_answered_is_sent_and_nothing_else(visitor: Visitor) -> None:
    needs.agrees(visitor)
    (sent,) = visitor.service.to("/v1/leads")
    body = json.loads(sent["body"])
    validation.validate("leads/lead", body)
    answers = {
        "for_whom": "family",
        "protect": ["vehicle", "home"],
        "vehicle_use": "private",
        "vehicle_age": 3,
        "home_tenure": "owned",
        "home_empty": False,
        "existing": ["motor_compulsory"],
        "budget": "2000_10000",
        "means": "easy",
        "contact_how": "call",
        "contact_when": ["evening", "weekend"],
    }
    asked = questionnaires._held(needs.DAY)
    assert questionnaires.check(asked, body["answers"], "zh-CN") == answers
    assert body == {
        "questionnaire": {"id": asked["id"], "version": asked["version"]},
        "answers": answers,
        "contact": {"name": "王芳", "phone": PHONE, "region": "440100"},
        "consent": {
            "contact": True,
            "marketing": False,
            "text_version": asked["consent"]["text_version"],
        },
    }
    assert re.fullmatch("[0-9a-f]{32}", sent["headers"]["idempotency-key"])


def test_every_question_of_the_data_can_be_asked_in_its_branch(visitor: Visitor) -> None:
    needs.prepare(visitor)
    visitor.opens("lead.html")
    visitor.page.check("#q-for_whom")
    everything = visitor.page.locator("[data-field='/protect'] input")
    for place in range(everything.count()):
        everything.nth(place).check()
    asked = questionnaires._held(needs.DAY)
    seen: set[str] = set()
    for step in asked["steps"]:
        needs.heading(visitor, step["title"]["zh-CN"] if seen else "我需要什么保险？")
        for name in step["questions"]:
            place = visitor.page.locator(f"[data-field='/{name}']")
            expect(place).to_be_visible()
            seen.add(name)
            if asked["questions"][name]["kind"] == "number":
                visitor.page.fill(f"#q-{name}", "7")
            else:
                visitor.page.check(f"#q-{name}")
        onward(visitor)
    assert seen == set(asked["questions"])
    needs.heading(visitor, "怎么联系您")


def test_no_box_is_ticked_and_without_consent_nothing_is_sent(visitor: Visitor) -> None:
    needs.checks(visitor)
    boxes = visitor.page.locator("input[type=checkbox]")
    expect(boxes).to_have_count(2)
    for place in range(2):
        expect(boxes.nth(place)).not_to_be_checked()
    onward(visitor)
    expect(visitor.trouble).to_contain_text("不能收下")
    visitor.trouble.get_by_role("link").click()
    expect(visitor.page.locator("#q-consent-contact")).to_be_focused()
    assert visitor.service.to("/v1/leads") == []


def test_a_reload_costs_no_answer_but_consent_is_given_anew(visitor: Visitor) -> None:
    needs.checks(visitor)
    visitor.page.check("#q-consent-contact")
    visitor.page.check("#q-consent-marketing")
    visitor.page.reload()
    needs.heading(visitor, "核对后提交")
    expect(visitor.page.locator("#notice")).to_contain_text("还在")
    expect(visitor.page.get_by_text("王芳")).to_be_visible()
    expect(visitor.page.locator("input:checked")).to_have_count(0)


def test_marketing_is_agreed_to_apart(visitor: Visitor) -> None:
    needs.checks(visitor)
    visitor.page.check("#q-consent-marketing")
    onward(visitor)
    expect(visitor.trouble).to_be_visible()
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    needs.heading(visitor, "评估结果")
    assert json.loads(visitor.service.to("/v1/leads")[0]["body"])["consent"]["marketing"] is True


def test_a_branch_that_was_left_is_neither_shown_nor_sent(visitor: Visitor) -> None:
    needs.checks(visitor)
    visitor.page.get_by_role("button", name="修改：您和要保障的").click()
    visitor.page.uncheck("#q-protect")
    onward(visitor)
    needs.heading(visitor, "住房")
    for _ in range(4):
        onward(visitor)
    needs.heading(visitor, "核对后提交")
    expect(visitor.page.get_by_text("车龄几年？")).to_have_count(0)
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    needs.heading(visitor, "评估结果")
    sent = json.loads(visitor.service.to("/v1/leads")[0]["body"])["answers"]
    assert sent["protect"] == ["home"]
    assert not {"vehicle_use", "vehicle_age"} & sent.keys()


def test_back_leads_through_the_steps_that_were_asked(visitor: Visitor) -> None:
    needs.answers(visitor)
    for title in ("联系方式", "已有保障和预算", "住房", "车辆", "我需要什么保险？"):
        visitor.page.get_by_role("button", name="上一步").click()
        needs.heading(visitor, title)
    expect(visitor.page.locator("#q-protect-home")).to_be_checked()


def test_where_there_is_no_branch_the_province_is_enough(visitor: Visitor) -> None:
    needs.answers(visitor)
    visitor.page.fill("#q-contact-name", "阿依古丽")
    visitor.page.fill("#q-contact-phone", PHONE)
    visitor.page.select_option("#q-contact-region", "650000")
    expect(visitor.page.locator("#q-contact-region")).to_be_focused()
    expect(visitor.page.locator("#q-nearest")).to_have_count(0)
    onward(visitor)
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    needs.heading(visitor, "评估结果")
    sent = json.loads(visitor.service.to("/v1/leads")[0]["body"])
    assert sent["contact"]["region"] == "650000"


def test_the_result_names_reasons_answers_the_agent_and_his_number(visitor: Visitor) -> None:
    needs.agrees(visitor)
    page = visitor.page
    for one in needs.taken()["recommendations"]:
        for reason in one["reasons"]:
            expect(page.get_by_text(reason["text"])).to_be_visible()
    expect(page.get_by_text("您的回答：车龄几年？“3 年”").first).to_be_visible()
    expect(page.get_by_text(needs.taken()["affordability"]["text"])).to_be_visible()
    told = page.locator(".received")
    expect(told).to_contain_text(needs.AGENT["name"])
    expect(told).to_contain_text(needs.AGENT["registration_no"])
    expect(told).to_contain_text("2026年11月23日 09:00")
    expect(page.get_by_text(LEAD_NO)).to_be_visible()
    expect(page.get_by_text(TOKEN)).to_be_visible()


def test_who_should_not_buy_is_told_so_first(visitor: Visitor) -> None:
    needs.STATES["lead stop"](visitor)
    first = visitor.page.locator("#after > :first-child")
    expect(first).to_contain_text("建议先不要投保")
    expect(visitor.page.get_by_text("正在为您安排业务员")).to_be_visible()


def test_the_result_stays_over_a_reload_until_it_is_ended(visitor: Visitor) -> None:
    needs.agrees(visitor)
    visitor.page.reload()
    needs.heading(visitor, "评估结果")
    expect(visitor.page.get_by_text(TOKEN)).to_be_visible()
    assert PHONE not in visitor.page.evaluate(STORED)
    visitor.page.get_by_role("button", name="结束并从这台设备上清除").click()
    needs.heading(visitor, "我需要什么保险？")
    assert TOKEN not in visitor.page.evaluate(STORED)


def test_consent_is_taken_back_at_once_after_one_question(visitor: Visitor) -> None:
    needs.STATES["lead withdrawal"](visitor)
    assert visitor.service.to("/withdrawal") == []
    visitor.page.get_by_role("button", name="撤回并删除").click()
    expect(visitor.page.locator("#notice")).to_contain_text("已撤回")
    (asked,) = visitor.service.to("/withdrawal")
    assert asked["url"].endswith(f"/v1/leads/{LEAD_NO}/withdrawal")
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in visitor.page.evaluate(STORED)


def test_consent_is_taken_back_later_by_number_and_code(visitor: Visitor) -> None:
    needs.prepare(visitor)
    visitor.opens("withdraw.html")
    onward(visitor)
    expect(visitor.trouble).to_be_visible()
    visitor.page.fill("#lead_no", f" {LEAD_NO.lower()} ")
    visitor.page.fill("#manage_token", f"{TOKEN} ")
    onward(visitor)
    expect(visitor.page.locator("#notice")).to_contain_text("已撤回")
    (asked,) = visitor.service.to("/withdrawal")
    assert asked["url"].endswith(f"/v1/leads/{LEAD_NO}/withdrawal")
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"
    expect(visitor.page.locator("#manage_token")).to_be_hidden()
    assert TOKEN not in visitor.page.evaluate(STORED)


def test_a_challenge_is_solved_without_the_visitor(visitor: Visitor) -> None:
    needs.checks(visitor)
    visitor.service.says_in_turn("/v1/leads", challenged(), Reply(201, needs.taken()))
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    needs.heading(visitor, "评估结果")
    first, second = visitor.service.to("/v1/leads")
    assert "challenge" in json.loads(second["body"])
    assert first["headers"]["idempotency-key"] == second["headers"]["idempotency-key"]


def test_what_the_service_finds_wrong_is_shown_where_it_was_asked(visitor: Visitor) -> None:
    needs.checks(visitor)
    wrong = [{"pointer": "/answers/vehicle_age", "code": "maximum", "detail": "车龄不对"}]
    visitor.service.will_say("/v1/leads", problem(400, "invalid-input", wrong))
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    needs.heading(visitor, "车辆")
    expect(visitor.page.locator("#q-vehicle_age-wrong")).to_contain_text("车龄不对")
    visitor.trouble.get_by_role("link").click()
    expect(visitor.page.locator("#q-vehicle_age")).to_be_focused()


def test_without_questions_the_page_says_so_and_asks_again(visitor: Visitor) -> None:
    needs.STATES["lead outage"](visitor)
    needs.prepare(visitor)
    visitor.page.get_by_role("button", name="再试一次").click()
    expect(visitor.page.locator("#q-protect")).to_be_visible()


def test_a_partner_is_carried_into_the_lead_and_never_in_the_way(visitor: Visitor) -> None:
    needs.prepare(visitor)
    visitor.opens("index.html?partner=iac.20261120.abc")
    visitor.page.get_by_role("link", name="开始需求评估").click()
    visitor.page.wait_for_url("**/lead.html?partner=iac.20261120.abc")
    needs.checks(visitor)
    visitor.page.goto(f"{visitor.site}/lead.html?partner=iac.20261120.abc")
    for _ in range(6):
        onward(visitor)
    needs.heading(visitor, "核对后提交")
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    needs.heading(visitor, "评估结果")
    assert json.loads(visitor.service.to("/v1/leads")[0]["body"])["partner"] == "iac.20261120.abc"


@pytest.mark.parametrize("path", ["lead.html", "withdraw.html"])
def test_without_scripts_the_hotline_is_shown(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{path}")
    expect(page.locator(".notice a.dial").first).to_be_visible()
    context.close()


def test_the_questionnaire_goes_with_the_keyboard_alone(visitor: Visitor) -> None:
    needs.prepare(visitor)
    visitor.opens("lead.html")
    keys = visitor.page.keyboard
    visitor.tabs_to("q-for_whom")
    keys.press("ArrowDown")
    visitor.tabs_to("q-protect")
    keys.press("Space")
    keys.press("Enter")
    needs.heading(visitor, "车辆")
    visitor.tabs_to("继续")
    keys.press("Enter")
    expect(visitor.trouble).to_be_focused()
    visitor.tabs_to("请填写：车龄几年？")
    keys.press("Enter")
    expect(visitor.page.locator("#q-vehicle_age")).to_be_focused()


def test_what_has_the_focus_is_never_under_the_button(visitor: Visitor) -> None:
    needs.prepare(visitor)
    visitor.opens("lead.html")
    for _ in range(16):
        visitor.page.keyboard.press("Tab")
        covered = visitor.page.evaluate(
            """() => {
              const one = document.activeElement;
              if (!one.matches("form input")) return false;
              const bar = document.querySelector(".onward").getBoundingClientRect();
              return one.getBoundingClientRect().bottom > bar.top;
            }"""
        )
        assert not covered


def test_provinces_have_the_codes_of_the_standard() -> None:
    listed = re.findall(r'"(\d{2})"', (WEB / "assets/regions.js").read_text("utf-8"))
    named = json.loads((WEB / "texts/lead/zh-CN.json").read_text("utf-8"))
    assert [f"region.{code}0000" for code in listed] == [k for k in named if k[:7] == "region."]
