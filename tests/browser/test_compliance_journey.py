"""On the real stack: an objection up to its reviewed reply, a report signed by two people."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from chalicelib import clock
from chalicelib.reports import periods
from infra.generator.organisations import HEAD_OFFICE

from .colleagues import at_the_stack
from .test_on_the_stack import ask, credentials

OFFICER = ("C1001", "compliance_officer")
REVIEWER = ("C2001", "compliance_reviewer")
REASONS = "经核对投保单，系统录入有误，保险金额应为三十万元。"
RECEIPT = "金监收〔2027〕3号"


@pytest.fixture
def people(page: Page, stack: Any) -> Any:
    """Signs somebody of the head office's compliance in, and whoever was there before out."""
    page.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    yield lambda who, place: at_the_stack(page, stack, *who, HEAD_OFFICE, place)
    expect.set_options(timeout=5_000)


def test_a_customers_objection_is_handled_by_one_reviewed_by_another_and_answered(
    page: Page, stack: Any, people: Any
) -> None:
    policies = page.request.get(f"{stack.url}/_local/info").json()["demo"]["policies"]
    motor = credentials(next(one for one in policies if one["line"] == "motor"))
    number = _objects(page, stack.url, motor)

    people(OFFICER, f"#objections/{number}")
    expect(page.locator("#desk table").first).to_contain_text("300000")
    _step(page, "acknowledge", "受理")
    page.select_option("#step", "propose")
    page.select_option("#propose-result", "corrected")
    page.fill("#propose-items-0-decided", "300,000.00")
    page.fill("#propose-reasons", REASONS)
    page.get_by_role("button", name="送复核").click()
    expect(page.locator("#desk")).to_contain_text("参与过这件异议办理的人不能复核")

    people(REVIEWER, "#reviews")
    page.get_by_role("link", name=number).click()
    expect(page.locator("#desk")).to_contain_text(REASONS)
    page.select_option("#review-approve", "yes")
    page.get_by_role("button", name="提交复核结论").click()
    expect(page.locator(".marks")).to_contain_text("复核通过")

    people(OFFICER, f"#objections/{number}")
    _step(page, "reply", "答复客户并办结")
    expect(page.locator("#desk")).to_contain_text("案件办结")
    _follows(page, stack.url, motor, number)
    expect(page.locator(".followed-one")).to_contain_text(REASONS)
    expect(page.locator(".followed-one")).to_contain_text("300,000.00")


def test_a_quarterly_report_is_signed_by_two_people_and_its_submission_put_on_record(
    page: Page, stack: Any, people: Any
) -> None:
    quarter = _reported(stack)
    place = f"#reports/{quarter}/head_office"
    for who in (("R1001", "reporting_officer"), REVIEWER):
        people(who, place)
        page.get_by_role("button", name="签字", exact=True).click()
        expect(page.locator("#notice")).to_have_text("已签字。")
    expect(page.locator(".marks")).to_contain_text("已签字，待报送")
    at = clock.now().astimezone(clock.SHANGHAI)
    page.fill("#submission-submitted_at", f"{at:%Y-%m-%dT%H:%M}")
    page.fill("#submission-recipient", "国家金融监督管理总局")
    page.fill("#submission-receipt", RECEIPT)
    page.get_by_role("button", name="登记报送").click()
    expect(page.locator("#notice")).to_have_text("已登记。")
    expect(page.locator("#desk")).to_contain_text(RECEIPT)
    page.fill("#purpose", "季度报送")
    page.get_by_role("button", name="取得 XLSX 链接").click()
    link = page.get_by_role("link", name="打开").get_attribute("href")
    assert page.request.get(link).body().startswith(b"PK")


def _objects(page: Page, site: str, known: dict[str, str]) -> str:
    """As a customer: the number of an objection to the first sum insured."""
    ask(page, site, "motor", known)
    page.get_by_role("button", name="提出异议").click()
    page.locator("td[data-item='/policy/covers/0/sum_insured'] .object").click()
    page.get_by_label("您认为应该是").fill("300000")
    page.get_by_label("请说明哪里不对").fill("投保单上写的是三十万元。")
    page.get_by_label("联系电话").fill("138 0013 8000")
    page.get_by_role("button", name="提交异议").click()
    return page.locator(".objection .number").inner_text()


def _follows(page: Page, site: str, known: dict[str, str], number: str) -> None:
    ask(page, site, "motor", known)
    page.get_by_role("button", name="提出异议").click()
    page.get_by_label("异议编号").fill(number)
    page.get_by_role("button", name="查看进度").click()


def _step(page: Page, action: str, button: str) -> None:
    page.select_option("#step", action)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator("#notice")).to_have_text("已办理。")


def _reported(stack: Any) -> str:
    """The quarter of today, counted and reported as if it were over."""
    now = clock.now()
    quarter = periods.last_ended(now).next
    over = datetime.combine(quarter.next.first, datetime.min.time(), clock.SHANGHAI)
    for name, at in (("roll_up_day", now + timedelta(days=1)), ("report_quarter", over)):
        made = stack.post_json(f"/_local/schedules/{name}?at={clock.stored(at)}")
        assert made.status_code == 200, made.text
    return quarter.key
