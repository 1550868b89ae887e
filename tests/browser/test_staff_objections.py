"""The register of objections: lists with their marks, one with all there is, and every step."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib import validation

from . import objections
from .axe import Axe
from .colleagues import Colleague
from .pages import reads_in
from .service import Reply, problem
from .test_accessibility import FITS, SMALL

BRIEF: dict[str, Any] = validation.load("objections/desk")["examples"][0]["items"][0]
NUMBER: str = BRIEF["objection_no"]
LATE = {
    **BRIEF,
    "objection_no": "Y20261118-2ABCD3EF",
    "status": "proposed",
    "status_name": "复核中",
    "handler": "C2002",
    "cause": "after_urging",
    "cause_name": "督办后人工指派",
    "overdue": True,
    "breached": ["acknowledge", "reply"],
    "warned": ["acknowledge", "limit", "reply"],
    "urged_at": "2026-11-20T10:00:00+08:00",
    "violation": True,
    "extension_asked": True,
}
FILED = {
    "seq": 0,
    "event": "filed",
    "event_name": "提出异议",
    "at": BRIEF["filed_at"],
    "by": None,
    "facts": {},
    "cause_name": None,
    "words": {"phone": "13800138000", "evidence": "收据一张", "claim_no": None},
}
WHOLE: dict[str, Any] = {
    **validation.load("objections/whole")["examples"][0],
    "clocks": [
        {
            "code": code,
            "due_at": "2026-11-26T00:00:00+08:00",
            "warn_at": "2026-11-25T00:00:00+08:00",
            "paused": False,
            "overdue": False,
        }
        for code in ("acknowledge", "reply", "limit")
    ],
    "events": [FILED],
    "evidence": [
        {**objections.sent("received"), "filename": "收据.jpg"},
        {**objections.sent("rejected", "文件已损坏。"), "attachment_id": "a2", "filename": "2.pdf"},
    ],
    "actions": ["acknowledge", "assign", "hold_responsible", "propose", "urge"],
}
REASONS = "核对收据，录入有误。"
ITEM = {
    "item": "/policy/premium",
    "item_name": "保费",
    "old": {"amount": 328_050, "currency": "CNY"},
    "claimed": "3000.00",
    "decided": {"amount": 300_000, "currency": "CNY"},
}
PROPOSED = {
    **FILED,
    "seq": 1,
    "event": "proposed",
    "event_name": "提交复核",
    "by": "C2002",
    "facts": {"result": "corrected"},
    "words": {"items": [ITEM], "reasons": REASONS},
}
REVIEWED: dict[str, Any] = {
    **WHOLE,
    "desk": {**BRIEF, "status": "proposed", "status_name": "复核中"},
    "events": [FILED, PROPOSED],
    "actions": ["review"],
}
LIST = "/v1/staff/objections?state=open"
AT = f"/v1/staff/objections/{NUMBER}"


@pytest.fixture
def officer(page: Any, site: str, service: Any) -> Colleague:
    service.will_say(LIST, Reply(200, {"items": [LATE, BRIEF], "cursor": None}))
    service.will_say(AT, Reply(200, WHOLE, {"ETag": '"1"'}))
    return Colleague(page, site, service)


def sent(officer: Colleague) -> list[Any]:
    return [json.loads(one["body"]) for one in officer.service.to(f"{AT}/events")]


def test_the_register_shows_what_is_late_urged_or_waits(officer: Colleague) -> None:
    officer.signs_in("compliance_officer", place="#objections")
    rows = officer.page.locator("#desk tbody tr")
    expect(rows).to_have_count(2)
    for words in ("已超期", "受理曾超时", "督办", "疑似违规", "延期待批", "C2002 · 督办", "待复核"):
        expect(rows.nth(0)).to_contain_text(words)
    expect(rows.nth(1)).to_contain_text("待受理")
    expect(rows.nth(1).locator(".badge")).to_have_count(0)
    asked = "/v1/staff/objections?state=to_review&due_before="
    officer.service.replies[""] = Reply(200, {"items": [], "cursor": None})
    officer.page.get_by_label("办理状态").select_option("to_review")
    officer.page.get_by_label("截止时间").select_option("day")
    officer.page.get_by_label("处理机构代码").fill("44")
    officer.page.get_by_role("button", name="筛选").click()
    expect(officer.page.locator("#desk")).to_contain_text("没有符合条件的异议")
    url = officer.service.asked[-1]["url"]
    assert asked in url
    assert url.endswith("&organisation=44")


def test_it_is_said_who_has_it_and_why_and_by_the_end_of_which_day(officer: Colleague) -> None:
    why = {"handler": "C2002", "cause": "handler_left"}
    given = {**FILED, "seq": 1, "event": "assigned", "event_name": "指派", "facts": why}
    given |= {"cause_name": "原经办人离职", "words": {}}
    desk = {**BRIEF, **why, "cause_name": "原经办人离职"}
    officer.service.will_say(AT, Reply(200, {**WHOLE, "desk": desk, "events": [FILED, given]}))
    officer.signs_in("compliance_officer", place=f"#objections/{NUMBER}")
    shown = officer.page.locator("#desk")
    expect(shown.locator(".timeline li").first).to_contain_text("C2002 · 原经办人离职")
    expect(shown.locator(".pairs", has_text="经办人")).to_contain_text("C2002 · 原经办人离职")
    expect(shown).to_contain_text("2026年11月25日 24:00")
    reads_in(officer.page, "English")
    expect(shown).to_contain_text("end of 25 November 2026")


def test_whoever_only_sees_figures_is_not_led_into_an_objection(officer: Colleague) -> None:
    officer.signs_in("branch_manager", place="#objections")
    expect(officer.page.locator("#desk tbody tr")).to_have_count(2)
    expect(officer.page.locator("#desk tbody a")).to_have_count(0)


def test_evidence_opens_for_a_minute_with_a_purpose(officer: Colleague) -> None:
    officer.signs_in("compliance_officer", place=f"#objections/{NUMBER}")
    shown = officer.page.locator(".files li")
    expect(shown.nth(1)).to_contain_text("文件已损坏。")
    expect(officer.page.get_by_role("button", name="打开", exact=False)).to_have_count(1)
    link = {"url": f"{officer.site}/receipt.jpg", "expires_at": "2099-01-01T00:00:00+08:00"}
    officer.service.will_say(f"{AT}/attachments/a1/links", Reply(200, link))
    with officer.page.expect_popup() as opened:
        officer.page.get_by_role("button", name="打开 收据.jpg").click()
    assert opened.value.url == link["url"]
    (asked,) = officer.service.to(f"{AT}/attachments/a1/links")
    assert json.loads(asked["body"]) == {"purpose": "核实异议"}
    expect(shown.nth(0)).to_contain_text("60 秒")


def test_a_result_is_proposed_item_by_item_with_what_was_shown_and_claimed(
    officer: Colleague,
) -> None:
    officer.signs_in("compliance_officer", place=f"#objections/{NUMBER}")
    page = officer.page
    expect(page.locator("#desk table")).to_contain_text("3,280.50")
    expect(page.get_by_role("link", name="13800138000")).to_be_visible()
    page.get_by_label("办理事项").select_option("propose")
    expect(page.get_by_label("投诉编号")).to_be_hidden()
    page.get_by_label("处理结果").select_option("corrected")
    page.get_by_label("核定为（元）").fill("三千")
    page.get_by_label("理由").fill(REASONS)
    page.get_by_role("button", name="送复核").click()
    expect(page.locator("#trouble")).to_contain_text("最多两位小数")
    page.locator("#trouble a").click()
    expect(page.get_by_label("核定为（元）")).to_be_focused()
    page.get_by_label("核定为（元）").fill("3,000.00")
    page.get_by_role("button", name="再加一项").click()
    page.get_by_label("项目", exact=True).select_option("签单日期（2026-01-01）")
    page.get_by_label("核定为", exact=True).fill("2026-01-10")
    officer.service.will_say(f"{AT}/events", Reply(200, REVIEWED, {"ETag": '"2"'}))
    page.get_by_role("button", name="送复核").click()
    expect(page.locator("#notice")).to_have_text("已办理。")
    expect(page.locator("#desk table")).to_contain_text("3,000.00")
    named = {name: value for name, value in ITEM.items() if name != "item_name"}
    assert sent(officer) == [
        {
            "action": "propose",
            "result": "corrected",
            "reasons": REASONS,
            "items": [
                named,
                {"item": "/policy/issued_on", "old": "2026-01-01", "decided": "2026-01-10"},
            ],
        }
    ]
    (asked,) = officer.service.to(f"{AT}/events")
    assert asked["headers"]["if-match"] == '"1"'


def test_what_is_typed_stays_in_another_language_and_when_somebody_was_faster(
    officer: Colleague,
) -> None:
    officer.signs_in("compliance_officer", place=f"#objections/{NUMBER}")
    page = officer.page
    page.get_by_label("办理事项").select_option("hold_responsible")
    page.get_by_role("button", name="再加一人").click()
    page.get_by_label("责任人姓名").nth(1).fill("李雷")
    page.get_by_label("已移送司法").nth(1).check()
    page.get_by_role("link", name="English").click()
    name = page.get_by_label("Name of who is responsible").nth(1)
    expect(name).to_have_value("李雷")
    expect(page.get_by_label("Handed to the police").nth(1)).to_be_checked()
    page.get_by_label("Name of who is responsible").nth(0).fill("韩梅梅")
    officer.service.will_say(f"{AT}/events", problem(412, "precondition-failed"))
    newest = {**WHOLE, "desk": {**BRIEF, "urged_at": BRIEF["due_at"]}}
    officer.service.will_say(AT, Reply(200, newest, {"ETag": '"7"'}))
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#trouble")).to_contain_text("Somebody has just worked on this objection")
    expect(page.locator(".marks")).to_contain_text("Urged")
    expect(name).to_have_value("李雷")
    officer.service.will_say(f"{AT}/events", Reply(200, newest, {"ETag": '"8"'}))
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#notice")).to_have_text("Done.")
    assert officer.service.to(f"{AT}/events")[-1]["headers"]["if-match"] == '"7"'
    assert [one["name"] for one in sent(officer)[-1]["persons"]] == ["韩梅梅", "李雷"]


def test_words_that_nothing_takes_any_more_are_shown_to_whoever_wrote_them(
    officer: Colleague,
) -> None:
    officer.signs_in("compliance_officer", place=f"#objections/{NUMBER}")
    page = officer.page
    page.get_by_label("办理事项").select_option("urge")
    page.locator("#urge-note").fill("请在本周内办结")
    closed = {**WHOLE, "desk": {**BRIEF, "status": "replied"}, "actions": []}
    officer.service.will_say(AT, Reply(200, closed, {"ETag": '"9"'}))
    officer.service.will_say(f"{AT}/events", problem(409, "move-not-allowed"))
    page.get_by_role("button", name="发出督办").click()
    expect(page.locator("#desk")).to_contain_text("请在本周内办结")
    expect(page.locator("#desk")).to_contain_text("案件办结")


def test_another_person_reviews_and_whoever_cannot_is_told_why(officer: Colleague) -> None:
    officer.service.will_say(AT, Reply(200, {**REVIEWED, "actions": ["urge"]}, {"ETag": '"2"'}))
    officer.signs_in("compliance_reviewer", place=f"#objections/{NUMBER}")
    page = officer.page
    expect(page.locator("#desk")).to_contain_text("参与过这件异议办理的人不能复核")
    officer.service.will_say(AT, Reply(200, REVIEWED, {"ETag": '"2"'}))
    page.get_by_role("link", name="返回登记簿").click()
    page.get_by_role("link", name=NUMBER).click()
    expect(page.locator("#desk")).to_contain_text(REASONS)
    page.get_by_role("button", name="提交复核结论").click()
    expect(page.locator("#trouble")).to_contain_text("请选择")
    page.get_by_label("结论").select_option("no")
    slip = [{"pointer": "/note", "code": "required", "detail": "请填写"}]
    officer.service.will_say(f"{AT}/events", problem(400, "invalid-input", slip))
    page.get_by_role("button", name="提交复核结论").click()
    expect(page.locator("#review-note")).to_have_attribute("aria-invalid", "true")
    assert sent(officer) == [{"action": "review", "approve": False}]


PLACES = {"register": "", "received": f"/{NUMBER}", "to review": f"/{NUMBER}"}


@pytest.mark.parametrize("state", PLACES)
def test_the_register_is_clean_in_both_languages_and_fits_a_phone(
    officer: Colleague, axe: Axe, state: str
) -> None:
    page = officer.page
    page.set_viewport_size({"width": 320, "height": 640})
    if state == "to review":
        officer.service.will_say(AT, Reply(200, REVIEWED, {"ETag": '"2"'}))
    officer.signs_in("compliance_reviewer", place=f"#objections{PLACES[state]}")
    for language, words in (("中文", "异议"), ("English", "Objection")):
        reads_in(page, language)
        expect(page.locator("#desk h1")).to_contain_text(words)
        if state == "received":
            page.locator("#step").select_option("propose")
        assert page.evaluate(FITS), language
        assert page.evaluate(SMALL) == [], language
        assert axe.faults(page) == [], language
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(FITS)


OFFICERS = "/v1/staff/objection-officers"


def test_an_absence_is_told_and_taken_back_at_the_desk(officer: Colleague, axe: Axe) -> None:
    first = validation.load("objections/officers")["examples"][0]["items"][0]
    second = {**first, "subject": "S4402", "name": "吴合规", "absences": []}
    there = [{**first, "absences": []}, second]
    officer.service.will_say(OFFICERS, Reply(200, {"items": there, "cursor": None}))
    officer.signs_in("compliance_officer", place="#objections")
    page = officer.page
    page.get_by_role("link", name="专岗与请假").click()
    page.get_by_label("首日").fill("2026-11-23")
    told = f"{OFFICERS}/S4401/absences"
    wrong = [{"pointer": "/until", "code": "invalid", "detail": "请填写末日"}]
    officer.service.will_say(told, problem(400, "invalid-input", errors=wrong))
    page.get_by_role("button", name="登记", exact=True).click()
    page.locator("#trouble a").click()
    expect(page.get_by_label("末日")).to_be_focused()
    page.get_by_label("末日").fill("2026-11-27")
    page.get_by_label("代班人").select_option("吴合规")
    after = {"items": [first, second], "cursor": None}
    officer.service.will_say(told, Reply(200, {**after, "items": [first]}))
    officer.service.will_say(OFFICERS, Reply(200, after))
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#desk")).to_contain_text("由吴合规代班")
    body = {"action": "record", "from": "2026-11-23", "until": "2026-11-27", "stand_in": "S4402"}
    assert json.loads(officer.service.to(told)[-1]["body"]) == body
    page.get_by_role("button", name="撤回李合规的请假").click()
    expect(page.locator("#notice")).to_have_text("已办理。")
    taken_back = json.loads(officer.service.to(told)[-1]["body"])
    assert taken_back == {"action": "end", "from": "2026-11-23"}
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate(FITS)
    assert page.evaluate(SMALL) == []
    assert axe.faults(page) == []
