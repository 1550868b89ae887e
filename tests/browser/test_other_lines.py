"""Asking for policies other than motor: each line asks for what its own rule needs."""

import json

import pytest
from playwright.sync_api import expect

from .service import ID_NO, LINES, POLICY_NO, SILENCE, Reply, answer, problem
from .visitor import Visitor

NAME = "迪丽热巴·阿不都"
SERIAL = "YA2026000123"
OTHERS = [line for line in LINES["lines"] if line["entry"] == "non-motor"]
VALUES = {"insured_name": NAME, "serial_no": SERIAL, "id_no": ID_NO}


def _ways() -> list[tuple[str, list[str]]]:
    return [(line["line"], way[1:]) for line in OTHERS for way in line["verification"]]


def _choose(visitor: Visitor, way: list[str]) -> None:
    choice = visitor.page.locator(f"[name=way][value='{' '.join(way)}']")
    if choice.count():
        choice.check()


def test_the_entry_leads_to_both_forms(visitor: Visitor) -> None:
    for link, title in (
        ("查询车险保单", "车险承保理赔信息查询"),
        ("查询非车险保单", "非车险承保理赔信息查询"),
    ):
        visitor.opens("index.html")
        visitor.page.get_by_role("link", name=link, exact=True).click()
        expect(visitor.page.locator("#ask h1")).to_have_text(title)
        expect(visitor.page).to_have_title(f"{title} – {visitor.insurer}")


def test_motor_asks_for_what_its_rule_says() -> None:
    (motor,) = [line for line in LINES["lines"] if line["entry"] == "motor"]
    assert motor["verification"] == [["policy_no", "id_no"]], "the form of motor is written out"


@pytest.mark.parametrize(("line", "way"), _ways())
def test_each_line_opens_by_each_way_of_its_rule(
    visitor: Visitor, line: str, way: list[str]
) -> None:
    visitor.opens_other_lines(line)
    visitor.service.will_say("/v1/queries", answer(line=line))
    visitor.page.fill("#policy_no", POLICY_NO)
    _choose(visitor, way)
    for field in way:
        visitor.page.fill(f"#{field}", VALUES[field])
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_focused()
    (asked,) = visitor.service.queries
    sent = {"policy_no": POLICY_NO} | {field: VALUES[field] for field in way}
    assert json.loads(asked["body"]) == sent


def test_a_line_that_the_page_does_not_know_is_asked_for_by_its_rule(visitor: Visitor) -> None:
    new = {"line": "satellite", "name": "卫星保险", "entry": "non-motor"}
    rule = new | {"verification": [["policy_no", "insured_name", "id_no"]]}
    visitor.service.will_say("/v1/lines", Reply(200, {"lines": [rule]}))
    visitor.opens_other_lines("satellite")
    for field in ("#insured_name", "#id_no"):
        expect(visitor.page.locator(field)).to_be_visible()


def test_the_id_number_may_be_added_where_the_rule_does_not_ask_for_it(visitor: Visitor) -> None:
    visitor.opens_other_lines("accident")
    expect(visitor.page.locator("#id_no-optional")).to_be_visible()
    visitor.service.will_say("/v1/queries", answer(line="accident"))
    for field in ("policy_no", "serial_no", "id_no"):
        visitor.page.fill(f"#{field}", {"policy_no": POLICY_NO, **VALUES}[field])
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_visible()
    assert json.loads(visitor.service.queries[-1]["body"])["id_no"] == ID_NO


def test_a_change_of_line_or_way_keeps_what_was_typed_and_sends_only_what_is_shown(
    visitor: Visitor,
) -> None:
    visitor.opens_other_lines("cargo")
    page = visitor.page
    page.fill("#policy_no", POLICY_NO)
    page.fill("#serial_no", SERIAL)
    page.get_by_role("radio", name="被保险人的姓名或名称").check()
    expect(page.locator("#serial_no")).to_be_hidden()
    page.fill("#insured_name", NAME)
    page.select_option("#line", "property")
    expect(page.locator("#insured_name")).to_have_value(NAME)
    page.select_option("#line", "cargo")
    page.get_by_role("radio", name="单证流水号").check()
    expect(page.locator("#serial_no")).to_have_value(SERIAL)
    visitor.service.will_say("/v1/queries", answer(line="cargo"))
    page.click("button[type=submit]")
    expect(page.locator("#answer h1")).to_be_visible()
    assert "insured_name" not in json.loads(visitor.service.queries[-1]["body"])


def test_what_is_missing_is_named_for_the_fields_that_are_shown(visitor: Visitor) -> None:
    visitor.opens("query.html?entry=non-motor")
    visitor.page.click("button[type=submit]")
    links = visitor.trouble.get_by_role("link")
    expect(links).to_have_text(["请选择险种", "请输入保单号"])
    links.first.click()
    expect(visitor.page.locator("#line")).to_be_focused()
    visitor.page.select_option("#line", "property")
    visitor.page.click("button[type=submit]")
    expect(links).to_have_text(
        ["请输入保单号", "请输入被保险人的姓名或名称", "请输入被保险人的证件号码"]
    )
    assert visitor.service.queries == []


def test_a_refusal_names_what_to_check_in_this_form(visitor: Visitor) -> None:
    visitor.opens_other_lines("property")
    for field, value in {"policy_no": POLICY_NO, "insured_name": NAME, "id_no": ID_NO}.items():
        visitor.page.fill(f"#{field}", value)
    visitor.service.will_say("/v1/queries", problem(403, "verification-failed"))
    visitor.page.click("button[type=submit]")
    expect(visitor.trouble).to_contain_text("没有查到与您填写的内容都一致的保单")
    expect(visitor.page.locator("#insured_name")).to_have_value(NAME)


@pytest.mark.parametrize("reply", [SILENCE, problem(503, "unavailable")])
def test_lines_that_do_not_come_are_asked_for_again_by_the_button(
    visitor: Visitor, reply: Reply | None
) -> None:
    visitor.service.will_say("/v1/lines", reply)
    visitor.opens("query.html?entry=non-motor")
    expect(visitor.trouble).to_be_focused()
    visitor.page.fill("#policy_no", POLICY_NO)
    visitor.service.will_say("/v1/lines", Reply(200, LINES))
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#line option")).to_have_count(len(OTHERS) + 1)
    expect(visitor.trouble).to_be_hidden()
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)


def test_back_finds_the_whole_form_as_it_was(visitor: Visitor) -> None:
    visitor.sees_weak_answer()
    visitor.page.go_back()
    expect(visitor.page.locator("#line")).to_have_value("cargo")
    expect(visitor.page.locator("#serial_no")).to_have_value(SERIAL)


def test_who_comes_back_from_elsewhere_finds_line_and_number_but_no_secret(
    visitor: Visitor,
) -> None:
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    visitor.sees_weak_answer()
    assert not any(SERIAL in url for url in (*urls, visitor.page.url))
    visitor.page.reload()
    visitor.waits_for_words()
    expect(visitor.page.locator("#line")).to_have_value("cargo")
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)
    expect(visitor.page.locator("#serial_no")).to_have_value("")
    kept = visitor.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert SERIAL not in kept


def test_a_weak_answer_says_what_shows_more_and_leads_there(visitor: Visitor) -> None:
    shown = visitor.sees_weak_answer()
    expect(shown).to_contain_text("只显示一部分内容")
    expect(shown.locator("[data-section=payments]")).to_have_count(0)
    expect(shown.locator("[data-section=others]")).to_have_count(0)
    shown.get_by_role("button", name="补充证件号码，查看更多").click()
    expect(visitor.page.locator("#id_no")).to_be_focused()
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)


def test_the_subject_is_described_in_the_words_that_come_with_it(visitor: Visitor) -> None:
    names = {"cargo_name": "货物名称", "transport_mode": "运输方式", "sailed_on": "起运日期"}
    subject = {
        "cargo_name": "瓷砖",
        "transport_mode": "road",
        "transport_mode_name": "公路运输",
        "sailed_on": "2026-02-03",
    }
    shown = visitor.sees_answer(line="cargo", subject=subject, subject_names=names)
    section = shown.locator("[data-section=insured-subject]")
    section.locator("summary").click()
    for words in ("保险标的", "货物名称", "瓷砖", "公路运输", "2026年2月3日"):
        expect(section).to_contain_text(words)
    assert "road" not in section.inner_text()
