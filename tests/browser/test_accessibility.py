"""WCAG 2.2 AA in every state, by keyboard, on a small phone, enlarged, mirrored, on paper."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from . import losses, needs
from .axe import Axe
from .pages import reads_in
from .service import (
    ID_NO,
    OTHER_NO,
    OTHERS,
    POLICY_NO,
    SILENCE,
    Reply,
    answer,
    challenged,
    link,
    problem,
)
from .visitor import Visitor

GENUINE = {"genuine": True, "kind": "policy", "issued_on": "2026-01-10", "sha256": "ab" * 32}


def _home(visitor: Visitor) -> None:
    visitor.opens("index.html")


def _form(visitor: Visitor) -> None:
    visitor.opens()
    visitor.page.click(".where summary")


def _slips(visitor: Visitor) -> None:
    visitor.opens()
    visitor.page.click("button[type=submit]")
    expect(visitor.trouble).to_be_visible()


def _says(reply: Reply | None) -> Callable[[Visitor], None]:
    def state(visitor: Visitor) -> None:
        visitor.opens()
        visitor.asks(reply)
        expect(visitor.trouble).to_be_visible()

    return state


def _answer(visitor: Visitor) -> None:
    visitor.sees_answer()
    visitor.service.will_say("/document", link(visitor.site))
    visitor.page.click(".actions button")
    expect(visitor.page.locator(".told a")).to_be_visible()
    visitor.page.locator("details.section").evaluate_all(
        "(sections) => sections.forEach((section) => { section.open = true })"
    )


def _expired(visitor: Visitor) -> None:
    visitor.sees_answer(status="expired")


def _cleared(visitor: Visitor) -> None:
    visitor.sees_answer()
    visitor.page.locator(".ways .button").nth(1).click()
    expect(visitor.page.locator("#notice")).not_to_be_empty()


def _verified(**found: object) -> Callable[[Visitor], None]:
    def state(visitor: Visitor) -> None:
        visitor.service.will_say("/v1/documents/d1", Reply(200, GENUINE | found))
        visitor.opens("verify.html?d=d1")
        expect(visitor.page.locator(".finding")).to_be_visible()

    return state


def _other_line(visitor: Visitor) -> None:
    visitor.opens_other_lines("cargo")


def _other_slips(visitor: Visitor) -> None:
    visitor.opens_other_lines("property")
    visitor.page.click("button[type=submit]")
    expect(visitor.trouble).to_be_visible()


def _without_lines(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/lines", SILENCE)
    visitor.opens("query.html?entry=non-motor")
    expect(visitor.trouble).to_be_visible()


def _challenged(visitor: Visitor) -> None:
    visitor.opens()
    visitor.service.will_say("/v1/queries", challenged("0000000000"))
    visitor.types()
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#progress")).to_contain_text("安全校验")


def _weak(visitor: Visitor) -> None:
    visitor.sees_weak_answer()


def _others(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/policies", Reply(200, OTHERS))
    visitor.sees_answer()
    visitor.service.will_say("/queries", problem(401, "unauthenticated"))
    visitor.page.locator("[data-section=others] button").click()
    expect(visitor.page.locator(".others .told")).not_to_be_empty()


def _coinsured(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/policies", Reply(200, OTHERS))
    lead = {"name": "海川财产保险", "url": "https://lead.example/"}
    reply = answer()
    reply.body |= {"policy": None, "claims": [], "lead_insurer": lead}
    visitor.opens()
    visitor.asks(reply)
    expect(visitor.page.locator("#answer h1")).to_be_visible()


STATES = {
    "home": _home,
    "form": _form,
    "other line": _other_line,
    "other slips": _other_slips,
    "without lines": _without_lines,
    "challenged": _challenged,
    "unsolved": _says(problem(403, "challenge-required")),
    "weak": _weak,
    "others": _others,
    "coinsured": _coinsured,
    "slips": _slips,
    "refused": _says(problem(403, "verification-failed")),
    "limited": _says(problem(429, "too-many-attempts", Retry_After=90)),
    "outage": _says(SILENCE),
    "broken": _says(problem(500, "internal-error")),
    "answer": _answer,
    "expired": _expired,
    "cleared": _cleared,
    "genuine": _verified(superseded=False),
    "superseded": _verified(superseded=True),
    "forged": _verified(genuine=False),
    **losses.STATES,
    **needs.STATES,
}
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
SMALL = """() => [
  ...document.querySelectorAll(
    "a, button, input:not([type=radio], [type=checkbox]), select, .choice, summary",
  ),
]
  .filter((one) => one.checkVisibility() && !one.closest("p, li, dd, .skip, .told, .finding"))
  .filter((one) => one.getBoundingClientRect().height < 44)
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_in_either_language_in_light_and_dark(
    visitor: Visitor, axe: Axe, state: str
) -> None:
    STATES[state](visitor)
    for scheme in ("light", "dark"):
        visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert axe.faults(visitor.page) == [], scheme
    reads_in(visitor.page, "English")
    assert axe.faults(visitor.page) == []


@pytest.mark.parametrize("state", STATES)
def test_nothing_is_cut_off_on_a_small_phone_enlarged_or_mirrored(
    visitor: Visitor, state: str
) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    STATES[state](visitor)
    for language in ("中文", "English"):
        reads_in(visitor.page, language)
        assert visitor.page.evaluate(FITS), language
    visitor.page.evaluate("document.documentElement.dir = 'rtl'")
    assert visitor.page.evaluate(FITS), "right to left"
    assert visitor.page.evaluate(SMALL) == [], "targets too small for a thumb"
    visitor.page.evaluate("document.documentElement.style.fontSize = '34px'")
    visitor.page.set_viewport_size({"width": 640, "height": 640})
    assert visitor.page.evaluate(FITS), "text at 200 %"


def test_the_whole_way_goes_with_the_keyboard_alone(visitor: Visitor) -> None:
    visitor.opens("index.html")
    visitor.service.will_say("/v1/queries", answer())
    keys = visitor.page.keyboard
    visitor.tabs_to("查询车险保单")
    keys.press("Enter")
    visitor.page.wait_for_url("**/query.html?entry=motor")
    visitor.waits_for_words()
    visitor.tabs_to("policy_no")
    keys.type("wrong!")
    keys.press("Enter")
    expect(visitor.trouble).to_be_focused()
    visitor.tabs_to("保单号最多 40 位，只有字母和数字，请对照保单检查")
    keys.press("Enter")
    expect(visitor.page.locator("#policy_no")).to_be_focused()
    keys.press("Control+A")
    keys.type(POLICY_NO)
    visitor.tabs_to("id_no")
    keys.type(ID_NO)
    visitor.tabs_to("查询")
    keys.press("Enter")
    expect(visitor.page.locator("#answer h1")).to_be_focused()
    visitor.tabs_to("缴费信息")
    keys.press("Enter")
    expect(visitor.page.locator("[data-section=payments]")).to_have_attribute("open", "")
    visitor.tabs_to("结束查询并清除")
    keys.press("Enter")
    expect(visitor.page.locator("#ask h1")).to_be_focused()


def test_a_policy_other_than_motor_opens_with_the_keyboard_alone(visitor: Visitor) -> None:
    visitor.opens("index.html")
    visitor.service.will_say("/v1/queries", answer(line="cargo"))
    visitor.service.will_say("/v1/policies", Reply(200, OTHERS))
    keys = visitor.page.keyboard
    visitor.tabs_to("查询非车险保单")
    keys.press("Enter")
    visitor.page.wait_for_url("**/query.html?entry=non-motor")
    visitor.waits_for_words()
    # The lines come from the service: no key can choose one before they are there.
    expect(visitor.page.locator("#line option[value=cargo]")).to_be_attached()
    visitor.tabs_to("line")
    for _ in range(3):  # the third of the list
        keys.press("ArrowDown")
    expect(visitor.page.locator("#line")).to_have_value("cargo")
    visitor.tabs_to("policy_no")
    keys.type(POLICY_NO)
    keys.press("Tab")  # where the policy number is
    keys.press("Tab")
    keys.press("ArrowDown")
    visitor.tabs_to("insured_name")
    keys.type("周伟")
    visitor.tabs_to("查询")
    keys.press("Enter")
    expect(visitor.page.locator("#answer h1")).to_be_focused()
    visitor.service.will_say(f"/{OTHER_NO}/queries", answer(policy_no=OTHER_NO))
    visitor.tabs_to("查看")
    keys.press("Enter")
    expect(visitor.page.locator("#answer .number")).to_have_text(OTHER_NO)
    visitor.tabs_to("返回上一份保单")
    keys.press("Enter")
    expect(visitor.page.locator("#answer .number")).to_have_text(POLICY_NO)


def test_the_focus_can_always_be_seen(visitor: Visitor) -> None:
    visitor.sees_answer()
    visitor.page.keyboard.press("Tab")
    focused = visitor.page.locator(":focus-visible")
    width = focused.evaluate("(one) => parseFloat(getComputedStyle(one).outlineWidth)")
    assert width >= 2


def test_a_table_on_a_phone_is_still_a_table_to_a_screen_reader(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    table = shown.get_by_role("table", name="承保险别")
    expect(table.get_by_role("rowheader", name="新能源汽车损失保险")).to_be_visible()
    expect(table.get_by_role("columnheader", name="保费")).to_have_count(1)
    expect(table.get_by_role("cell", name="2,410.08 元")).to_be_visible()


def test_paper_shows_the_whole_record_and_no_buttons(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    visitor.page.emulate_media(media="print")
    expect(shown.get_by_text("SJ2026011000001")).to_be_visible()
    expect(shown.get_by_text("020-38880000")).to_be_visible()
    expect(shown.get_by_role("button", name="打印本页")).to_be_hidden()
    expect(visitor.page.locator(".languages")).to_be_hidden()
