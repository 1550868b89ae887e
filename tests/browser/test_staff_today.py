"""The agent's day on a telephone: the list, a lead, a customer's card, and logging a call."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib import validation

from .axe import Axe
from .colleagues import Colleague
from .pages import reads_in
from .service import Reply, problem
from .test_accessibility import FITS, SMALL

LEAD_NO, CUSTOMER = "L7K3-QX9M-2PAB", "1-3q2-7w"
ENDING: dict[str, Any] = validation.load("agenda/today")["examples"][0]["items"][0]
NEW = {
    **{name: None for name, value in ENDING.items() if not isinstance(value, (bool, list))},
    "kind": "new_lead",
    "kind_name": "新线索",
    "due_on": "2027-01-31",
    "overdue": True,
    "due_at": "2027-01-31T10:00:00+08:00",
    "lead_no": LEAD_NO,
    "name": "王芳",
    "phone": "13900139000",
    "wrong_phones": [],
    "line": "motor",
    "line_name": "机动车辆保险",
    "marketing_consent": True,
    "do_not_call": False,
}
CALLED = {"at": "2027-01-20T10:00:00+08:00", "outcome": "reached", "outcome_name": "已接通"}
SILENT = {**ENDING, "do_not_call": True, "phone": None, "last_contact": CALLED}
PLAN = "建议家庭财产综合保险，不必重复投保交强险。"
LEAD = {**validation.load("leads/record")["examples"][0], "lead_no": LEAD_NO, "plan": PLAN}
CARD = {
    **validation.load("customers/customer")["examples"][0],
    "customer_id": CUSTOMER,
    "contacts": [
        {
            "phone": "13800138000",
            "kind": "mobile",
            "kind_name": "移动电话",
            "source": "underwriting",
            "source_name": "承保",
            "recorded_on": "2026-03-01",
            "wrong_since": None,
            "policy_no": "PDZA202644010000000001",
        },
        {
            "phone": "02088888888",
            "kind": "home",
            "kind_name": "家庭电话",
            "source": "renewal",
            "source_name": "续保",
            "recorded_on": "2025-03-01",
            "wrong_since": "2026-01-01",
            "policy_no": "PDZA202644010000000001",
        },
    ],
    "do_not_call": False,
    "marketing_consent": None,
    "next_on": "2027-02-03",
    "log": [
        {
            **CALLED,
            "by": "A1",
            "channel": "call",
            "next_on": "2027-02-03",
            "note": "下周再谈",
            "policy_no": "PDZA202644010000000001",
        }
    ],
}
TODAY = "/v1/staff/today"
CARD_AT = f"/v1/staff/customers/{CUSTOMER}"
LEAD_AT = f"/v1/staff/leads/{LEAD_NO}"


@pytest.fixture
def agent(page: Any, site: str, service: Any) -> Colleague:
    counts = {"new_lead": 1, "due_contact": 0, "wrong_number": 0, "premium_due": 0}
    counts |= {"birthday": 0, "expiring": 2}
    items = [NEW, ENDING, SILENT]
    answer = {"day": "2027-01-30", "counts": counts, "items": items, "cursor": None}
    service.will_say(TODAY, Reply(200, answer))
    service.will_say(LEAD_AT, Reply(200, LEAD, {"ETag": '"4"'}))
    service.will_say(CARD_AT, Reply(200, CARD))
    left = validation.load("customers/contacted")["examples"][0]
    service.will_say(f"{CARD_AT}/contacts", Reply(201, left))
    return Colleague(page, site, service)


def test_the_day_says_whom_to_call_on_which_number_and_why(agent: Colleague) -> None:
    agent.signs_in("agent", place="#today")
    rows = agent.page.locator("#desk li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("已过期")
    expect(rows.nth(0).get_by_role("link", name="13900139000")).to_have_attribute(
        "href", "tel:13900139000"
    )
    expect(rows.nth(1)).to_contain_text("3,280.50")
    expect(rows.nth(2)).to_contain_text("不再联系")
    expect(rows.nth(2)).to_contain_text("上次联系")


def test_a_call_to_a_customer_is_logged_in_one_request(agent: Colleague) -> None:
    agent.signs_in("agent", place=f"#today/customer/{CUSTOMER}")
    agent.page.get_by_label("下次联系日期").fill("2027-02-10")
    agent.page.get_by_label("备注").fill("周三下午再打")
    agent.page.get_by_role("button", name="保存记录").click()
    expect(agent.page.locator("#notice")).to_have_text("已记录。")
    (sent,) = agent.service.to(f"{CARD_AT}/contacts")
    assert json.loads(sent["body"]) == {
        "channel": "call",
        "outcome": "reached",
        "next_on": "2027-02-10",
        "note": "周三下午再打",
    }


def test_what_is_typed_stays_in_another_language(agent: Colleague) -> None:
    agent.signs_in("agent", place=f"#today/lead/{LEAD_NO}")
    expect(agent.page.locator("#desk")).to_contain_text(PLAN)
    agent.page.get_by_label("结果").select_option("lost")
    agent.page.get_by_label("流失原因").select_option("price")
    agent.page.get_by_label("备注").fill("嫌贵")
    agent.page.get_by_role("link", name="English").click()
    expect(agent.page.locator("html[lang=en]")).to_have_count(1)
    expect(agent.page.locator("#call-lost_reason")).to_have_value("price")
    expect(agent.page.locator("#call-lost_reason")).to_be_visible()
    expect(agent.page.locator("#call-note")).to_have_value("嫌贵")


def test_a_lost_lead_is_asked_why_and_a_silent_one_is_not_planned_for(agent: Colleague) -> None:
    agent.signs_in("agent", place=f"#today/lead/{LEAD_NO}")
    slip = [{"pointer": "/lost_reason", "code": "required", "detail": "请填写"}]
    agent.service.will_say(f"{LEAD_AT}/contacts", problem(400, "invalid-input", slip))
    page = agent.page
    expect(page.get_by_label("流失原因")).to_be_hidden()
    page.get_by_label("结果").select_option("do_not_call")
    expect(page.get_by_label("下次联系日期")).to_be_hidden()
    page.get_by_label("结果").select_option("lost")
    page.get_by_label("流失原因").select_option("price")
    page.get_by_role("button", name="保存记录").click()
    page.locator("#trouble").get_by_role("link", name="请填写").click()
    expect(page.get_by_label("流失原因")).to_be_focused()
    (sent,) = agent.service.to(f"{LEAD_AT}/contacts")
    assert json.loads(sent["body"]) == {
        "channel": "call",
        "outcome": "lost",
        "lost_reason": "price",
    }
    assert sent["headers"]["if-match"] == '"4"'


@pytest.mark.parametrize("place", ["", f"/lead/{LEAD_NO}", f"/customer/{CUSTOMER}"])
def test_the_day_is_clean_in_both_languages_and_fits_a_phone(
    agent: Colleague, axe: Axe, place: str
) -> None:
    agent.page.set_viewport_size({"width": 320, "height": 640})
    agent.signs_in("agent", place=f"#today{place}")
    for language in ("中文", "English"):
        reads_in(agent.page, language)
        expect(agent.page.locator("#desk h1")).to_be_visible()
        assert axe.faults(agent.page) == [], language
        assert agent.page.evaluate(FITS), language
        assert agent.page.evaluate(SMALL) == [], language
