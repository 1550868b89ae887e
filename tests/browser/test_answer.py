"""Answering: the policy, its document, its claims, and the ways out."""

import pytest
from playwright.sync_api import expect

from .service import ANSWER, POLICY_NO, SILENCE, TOKEN, Reply, answer, link, problem
from .visitor import Visitor


def test_every_section_of_the_record_can_be_read(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    for name, words in {
        "claims": "查勘",
        "facts": "广州市天河支公司",
        "covers": "绝对免赔率 10%",
        "subject": "LGXC***********01",
        "payments": "SJ2026011000001",
        "endorsements": "新车上牌",
        "channel": "260018000000800",
        "agreements": "不得用于网约车营运",
    }.items():
        section = shown.locator(f"[data-section={name}]")
        if section.get_attribute("open") is None:
            section.locator("summary").click()
        expect(section.get_by_text(words).last).to_be_visible()


def test_the_handler_can_be_called(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    call = shown.get_by_role("link", name="拨打 020-38880000")
    expect(call).to_have_attribute("href", "tel:02038880000")


def test_a_policy_without_handler_claims_or_extras_is_whole(visitor: Visitor) -> None:
    bare = dict.fromkeys(
        ("handler", "channel", "product", "motor_kind", "sum_insured", "special_agreements"), None
    )
    reply = answer(**bare, covers=[], payments=[], endorsements=[], subject={})
    reply.body |= {"claims": [], "data_as_of": None}
    visitor.opens()
    visitor.asks(reply)
    shown = visitor.page.locator("#answer")
    expect(shown.locator("h1")).to_contain_text("机动车辆保险")
    expect(shown).to_contain_text("这份保单没有指定经手人")
    assert "null" not in shown.inner_text()
    assert "undefined" not in shown.inner_text()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("pending", "保障还没有开始"),
        ("suspended", "保障暂停"),
        ("expired", "保险期间已经结束"),
        ("cancelled", "已经退保"),
        ("terminated", "已经终止"),
    ],
)
def test_each_status_says_what_it_means(visitor: Visitor, status: str, words: str) -> None:
    expect(visitor.sees_answer(status=status).locator(".status")).to_contain_text(words)


def test_days_left_are_counted_by_shanghais_calendar(visitor: Visitor) -> None:
    visitor.page.clock.install(time="2026-11-20T16:30:00Z")  # 21 November, 00:30 in Shanghai
    shown = visitor.sees_answer(ends_on="2026-12-01", ends_at="2026-12-02T00:00:00+08:00")
    expect(shown.locator(".status")).to_contain_text("还有 10 天到期")
    expect(shown.locator(".period")).to_contain_text("2026年12月1日 24:00")


def test_cover_that_begins_and_ends_at_odd_hours_says_so(visitor: Visitor) -> None:
    shown = visitor.sees_answer(
        starts_at="2026-01-15T09:30:00+08:00", ends_at="2027-01-15T09:30:00+08:00"
    )
    expect(shown.locator(".period")).to_contain_text("2026年1月15日 09:30")
    expect(shown.locator(".period")).to_contain_text("2027年1月15日 09:30")


def test_the_document_opens_through_its_minute_link(visitor: Visitor) -> None:
    visitor.sees_answer()
    visitor.service.will_say("/document", link(visitor.site))
    with visitor.page.context.expect_page() as opened:
        visitor.page.get_by_role("button", name="打开电子保单").click()
    assert opened.value.url.endswith("mark.svg?signed")
    (asked,) = visitor.service.to(f"/v1/policies/{POLICY_NO}/document")
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"
    expect(visitor.page.locator(".told")).to_contain_text("60 秒内有效")


def test_who_reads_english_gets_the_document_in_both_languages(visitor: Visitor) -> None:
    visitor.opens("query.html?lang=en")
    visitor.asks(answer())
    visitor.service.will_say("/document?language=bilingual", link(visitor.site))
    with visitor.page.context.expect_page():
        visitor.page.get_by_role("button", name="in Chinese and English").click()
    (asked,) = visitor.service.to("/document?language=bilingual")
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"


def test_the_link_is_taken_away_when_its_minute_is_over(visitor: Visitor) -> None:
    visitor.page.clock.install()
    visitor.sees_answer()
    visitor.service.will_say("/document", link(visitor.site))
    visitor.page.get_by_role("button", name="打开电子保单").click()
    expect(visitor.page.locator(".told a")).to_have_count(1)
    visitor.page.clock.run_for(61_000)
    expect(visitor.page.locator(".told")).to_contain_text("链接已经失效")
    expect(visitor.page.locator(".told a")).to_have_count(0)


def test_a_document_in_the_making_says_when_to_come_back(visitor: Visitor) -> None:
    visitor.page.clock.install()
    visitor.sees_answer(document={"available": False, "version": 1})
    visitor.service.will_say("/document", problem(404, "document-not-ready", Retry_After=30))
    visitor.page.get_by_role("button", name="打开电子保单").click()
    told, clock = visitor.page.locator(".told"), visitor.page.locator("[role=timer]")
    expect(told).to_have_text("电子保单正在制作，请在 30 秒后再试。")
    visitor.page.clock.run_for(10_000)
    expect(clock).to_have_text("还要等 20 秒。")
    expect(told).to_have_text("电子保单正在制作，请在 30 秒后再试。")  # said once, not each second
    visitor.page.clock.run_for(21_000)
    expect(told).to_have_text("现在可以再试一次了。")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (problem(401, "unauthenticated"), "已经过了有效时间"),
        (problem(404, "document-not-ready"), "现在取不到"),
        (problem(500, "internal-error"), "现在取不到"),
        (SILENCE, "现在取不到"),
    ],
)
def test_a_document_that_does_not_come_says_what_to_do(visitor: Visitor, reply, words) -> None:
    visitor.sees_answer()
    visitor.service.will_say("/document", reply)
    visitor.page.get_by_role("button", name="打开电子保单").click()
    expect(visitor.page.locator(".told")).to_contain_text(words)


def test_a_coinsured_policy_sends_to_the_lead_insurer(visitor: Visitor) -> None:
    lead = {"name": "海川财产保险", "url": "https://lead.example/"}
    visitor.opens()
    visitor.asks(Reply(200, ANSWER | {"policy": None, "lead_insurer": lead, "claims": []}))
    go = visitor.page.get_by_role("link", name="前往 海川财产保险 的网站")
    expect(go).to_have_attribute("href", "https://lead.example/")


def test_text_from_the_service_is_never_markup(visitor: Visitor) -> None:
    evil = '<img src=x onerror="document.title=1">'
    shown = visitor.sees_answer(product=evil)
    expect(shown.locator("h1")).to_contain_text(evil)
    expect(shown.locator("img")).to_have_count(0)
