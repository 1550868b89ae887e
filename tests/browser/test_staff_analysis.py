"""Figures for decisions before staff: tables with bars, what is hidden named as hidden."""

from typing import Any

from playwright.sync_api import expect

from chalicelib import validation

from .axe import Axe
from .colleagues import Colleague
from .pages import reads_in
from .service import Reply, problem
from .test_accessibility import FITS, SMALL

FOUND: dict[str, Any] = validation.load("analysis/tables")["examples"][0]
FEW = {"table": "region", "name": "地区", "left_out": True, "rows": []}
PAID = {"amount": 328_050, "currency": "CNY"}
ROW = {"code": "motor", "name": "机动车辆保险", "people": None, "policies": 12, "premium": PAID}
POPULATION = FOUND["populations"][0]
PEOPLE = [None if place % 2 else 500 + place for place in range(24)]
MANY = {
    **FEW,
    "left_out": False,
    "rows": [{"code": f"44{n}", "name": f"地区{n}号", "people": p} for n, p in enumerate(PEOPLE)],
}
TABLES = [
    *POPULATION["tables"],
    FEW,
    MANY,
    {**FEW, "name": "险种", "left_out": False, "rows": [ROW]},
]
ANSWER = {**FOUND, "populations": [{**POPULATION, "tables": TABLES}]}
AT = "/v1/staff/analysis/44"


def test_figures_are_tables_with_bars_and_say_what_they_hide(
    page: Any, site: str, service: Any, axe: Axe
) -> None:
    manager = Colleague(page, site, service)
    service.will_say(AT, Reply(200, ANSWER))
    page.set_viewport_size({"width": 320, "height": 640})
    manager.signs_in("branch_manager", place="#analysis", organisation="44")
    expect(page.locator("#desk")).to_contain_text("120 人")
    expect(page.locator("#desk tbody tr").first.locator("svg")).to_have_count(1)
    expect(page.locator("#desk")).to_contain_text("为保护个人信息")
    expect(page.locator("#desk")).to_contain_text("地区22号")
    expect(page.locator("#desk")).to_contain_text("另有 12 行不显示。")
    expect(page.locator("#desk")).not_to_contain_text("地区21号")
    expect(page.locator("#desk tbody tr").last).to_contain_text("不显示")
    expect(page.locator("#desk tbody tr").last).to_contain_text("3,280.50")
    reads_in(page, "English")
    assert page.evaluate(FITS)
    assert page.evaluate(SMALL) == []
    assert axe.faults(page) == []
    service.will_say("/v1/staff/analysis/45?day=2026-11-20", problem(404, "not-found"))
    page.get_by_label("Code of the organisation").fill("45")
    page.get_by_label("As of").fill("2026-11-20")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#desk")).to_contain_text("There are no figures.")
