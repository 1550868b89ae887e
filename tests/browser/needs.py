"""Somebody who asks what insurance he needs, before a canned service."""

from datetime import date
from typing import Any

from playwright.sync_api import Page, expect

from chalicelib.leads import assessment, questionnaires

from .service import Reply, problem
from .visitor import Visitor

DAY = date(2026, 11, 20)
PHONE = "13800138000"
LEAD_NO = "L7K3-QX9M-2PAB"
TOKEN = "q7manageTokenOfTheLead-x1234567"
AGENT = {
    "code": "440103010001",
    "name": "李华",
    "registration_no": "440103010001",
    "organisation_name": "广州荔湾区营业部",
    "phone": "13900139000",
}
BRANCHES = [
    {"region": "440100", "name": "广州中心支公司"},
    {"region": "440300", "name": "深圳中心支公司"},
]


def taken(answers: dict[str, Any] | None = None, language: str = "zh-CN") -> dict[str, Any]:
    """What POST /v1/leads answers, by the rules themselves."""
    asked = questionnaires._held(DAY)
    told = assessment.told(answers or asked["example"], asked, assessment.rules(DAY), language)
    return {
        "lead_no": LEAD_NO,
        "manage_token": TOKEN,
        **told,
        "agent": AGENT,
        "contact_by": "2026-11-23T09:00:00+08:00",
    }


def prepare(visitor: Visitor, **taken_: Any) -> None:
    """The service asks, takes leads, knows branches and lets consent be taken back."""
    say = visitor.service.will_say
    say("/v1/questionnaires/current", Reply(200, questionnaires.current(DAY, "zh-CN")))
    say("/v1/leads", Reply(201, taken() | taken_))
    say("&region=44", Reply(200, {"branches": BRANCHES, "cursor": None}))
    say("&region=65", Reply(200, {"branches": [], "cursor": None}))
    say("/withdrawal", Reply(204, ""))


def heading(visitor: Visitor, words: str) -> None:
    expect(visitor.page.locator("h1")).to_have_text(words)


def onward(visitor: Visitor) -> None:
    visitor.page.click("form button[type=submit]")


def begins(visitor: Visitor) -> None:
    """Says what is to be protected: a vehicle and a home."""
    prepare(visitor)
    _begins(visitor.page, visitor.site)


def answers(visitor: Visitor) -> None:
    """Answers what the vehicle and the home lead to, up to how to be reached."""
    prepare(visitor)
    reaches_contact(visitor.page, visitor.site)


def reaches_contact(page: Page, site: str) -> None:
    """The same before whatever service the page has."""
    _begins(page, site)
    page.check("#q-vehicle_use")
    page.fill("#q-vehicle_age", "3")
    _onward(page, "住房")
    page.check("#q-home_tenure")
    page.check("#q-home_empty-false")
    _onward(page, "已有保障和预算")
    page.check("#q-existing")
    page.check("#q-budget-2000_10000")
    page.check("#q-means")
    _onward(page, "联系方式")
    page.check("#q-contact_how")
    page.check("#q-contact_when-evening")
    page.check("#q-contact_when-weekend")
    _onward(page, "怎么联系您")


def heading_of(page: Page, words: str) -> None:
    expect(page.locator("h1")).to_have_text(words, timeout=15_000)


def _begins(page: Page, site: str) -> None:
    page.goto(f"{site}/lead.html")
    page.check("#q-for_whom-family")
    page.check("#q-protect")
    page.check("#q-protect-home")
    _onward(page, "车辆")


def _onward(page: Page, title: str) -> None:
    page.click("form button[type=submit]")
    heading_of(page, title)


def checks(visitor: Visitor) -> None:
    """Up to the page on which everything is checked and consent is asked for."""
    page = visitor.page
    answers(visitor)
    page.fill("#q-contact-name", "王芳")
    page.fill("#q-contact-phone", PHONE)
    page.select_option("#q-contact-region", "440000")
    page.check("#q-nearest")
    onward(visitor)
    heading(visitor, "核对后提交")


def agrees(visitor: Visitor) -> None:
    """The whole way to the result."""
    checks(visitor)
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    heading(visitor, "评估结果")


def _start(visitor: Visitor) -> None:
    prepare(visitor)
    visitor.opens("lead.html")
    expect(visitor.page.locator("#q-protect")).to_be_visible()


def _slips(visitor: Visitor) -> None:
    begins(visitor)
    visitor.page.fill("#q-vehicle_age", "99")
    onward(visitor)
    expect(visitor.trouble).to_be_visible()


def _without_consent(visitor: Visitor) -> None:
    checks(visitor)
    onward(visitor)
    expect(visitor.trouble).to_be_visible()


def _stop(visitor: Visitor) -> None:
    checks(visitor)
    stop = {"stop_advice": "这笔支出会给您带来负担，建议先不要投保。", "agent": None}
    visitor.service.will_say("/v1/leads", Reply(201, taken() | stop))
    visitor.page.check("#q-consent-contact")
    onward(visitor)
    heading(visitor, "评估结果")


def _sure(visitor: Visitor) -> None:
    agrees(visitor)
    visitor.page.get_by_role("button", name="我改主意了").click()
    expect(visitor.page.get_by_role("button", name="撤回并删除")).to_be_visible()


def _refused(visitor: Visitor) -> None:
    prepare(visitor)
    visitor.service.will_say("/withdrawal", problem(404, "not-found"))
    visitor.opens("withdraw.html")
    visitor.page.fill("#lead_no", LEAD_NO)
    visitor.page.fill("#manage_token", TOKEN)
    onward(visitor)
    expect(visitor.trouble).to_be_visible()


def _outage(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/questionnaires/current", None)
    visitor.opens("lead.html")
    expect(visitor.trouble).to_be_visible()


STATES = {
    "lead": _start,
    "lead slips": _slips,
    "lead reach": answers,
    "lead without consent": _without_consent,
    "lead result": agrees,
    "lead stop": _stop,
    "lead withdrawal": _sure,
    "lead outage": _outage,
    "withdrawal refused": _refused,
}
