"""Quarterly reports before staff: read, signed by two, submitted; what waits for others."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib import validation

from .axe import Axe
from .colleagues import Colleague
from .pages import reads_in
from .service import Reply, problem
from .test_accessibility import FITS, SMALL
from .test_languages import TEXTS
from .test_staff_objections import LATE, NUMBER, REVIEWED

SCHEMAS = Path(__file__).parents[2] / "schemas"
LISTED: dict[str, Any] = validation.load("reports/list")["examples"][0]["items"][0]
SHA256 = "ab" * 32
FIRST: dict[str, Any] = {**LISTED, "state": "submitted", "made_at": "2027-01-01T03:30:00+08:00"}
FIRST["submissions"] = [
    {
        "version": 1,
        "submitted_at": "2027-01-06T10:00:00+08:00",
        "recipient": "广东监管局",
        "receipt": "粤金监收15号",
        "recorded_by": "R1",
    }
]
SECOND: dict[str, Any] = {
    **LISTED,
    "version": 2,
    "made_at": "2027-01-07T03:30:00+08:00",
    "figures_sha256": SHA256,
    "etag": '"2-1-0"',
    "state": "signed_once",
    "submissions": FIRST["submissions"],
    "missing_days": 1,
}
SECOND["files"] = [
    {"key": f"reports/2026Q4/44/0002/report.{form}", "sha256": SHA256, "size": 20480}
    for form in ("json", "pdf", "xlsx")
]
FILED: dict[str, Any] = {
    **validation.load("reports/file")["examples"][0],
    "version": 2,
    "figures_sha256": SHA256,
    "previous": {"version": 1, "figures_sha256": "0" * 64},
    "differences": [{"pointer": "/totals/queries", "before": 6, "after": 7}],
    "missing_days": ["2026-11-11"],
}
DAY: dict[str, Any] = validation.load("reports/day")["examples"][0]
FILED["days"] = [
    {
        "day": DAY["day"],
        "queries": 3,
        "queries_verified": 3,
        "views": 2,
        "objections_received": 1,
        "objections_closed": 0,
    }
]
CASE = {
    "case_no": "2026Q4-44-001",
    "branch": "44",
    "discovered_on": "2026-11-10",
    "objection_no": "Y20261110-7K3QX9M2",
    "line": "motor",
    "facts": "截留保费",
    "rule": None,
    "amount": 194_851,
    "persons": [{"name": "赵某", "measure": "fine"}],
    "rectification": None,
    "reported_to_police": False,
    "status": "closed",
}
AT = "/v1/staff/reports/2026Q4/44"
APPROVAL: dict[str, Any] = validation.load("approvals/approvals")["examples"][0]["items"][0]
DECISION = f"/v1/staff/approvals/{APPROVAL['approval_id']}"


@pytest.fixture
def officer(page: Any, site: str, service: Any) -> Colleague:
    service.will_say("/v1/staff/reports", Reply(200, {"items": [SECOND], "cursor": None}))
    service.will_say(f"{AT}/versions", Reply(200, {"items": [SECOND, FIRST], "cursor": None}))
    service.will_say(AT, Reply(200, FILED, {"ETag": SECOND["etag"]}))
    objections = {"items": [{**LATE, "objection_no": NUMBER}], "cursor": None}
    service.will_say("/v1/staff/objections?state=to_review", Reply(200, objections))
    service.will_say("/v1/staff/approvals", Reply(200, {"items": [APPROVAL], "cursor": None}))
    return Colleague(page, site, service)


def sent(officer: Colleague, ending: str) -> Any:
    return json.loads(officer.service.to(ending)[-1]["body"])


def test_forms_are_named_as_in_the_files() -> None:
    rules = json.loads((SCHEMAS / "data/quarterly_report.json").read_text("utf-8"))["versions"][-1]
    for language, words in TEXTS.items():
        for group in rules["line_groups"]:
            assert words[f"staff-reports.group.{group['code']}"] == group["name"][language]
        for name, form in rules["forms"].items():
            assert words[f"staff-reports.form.{name}"] == form["title"][language]
            for column in form["columns"] if name != "A6" else ():
                key = f"staff-reports.{name}.{column['code']}"
                assert words[key] == column["name"][language]


def test_a_report_shows_what_it_says_and_what_differs_from_the_version_before(
    officer: Colleague,
) -> None:
    officer.signs_in("compliance_officer", place="#reports")
    page = officer.page
    expect(page.locator("#desk tbody tr")).to_contain_text("已报送的是旧版本")
    expect(page.locator("#desk tbody tr")).to_contain_text("粤金监收15号")
    page.get_by_role("link", name="广东分公司").click()
    desk = page.locator("#desk")
    for words in ("2026年11月11日", SHA256, "取代第 1 版", "/totals/queries", "R1"):
        expect(desk).to_contain_text(words)
    page.get_by_text("A3").click()
    expect(desk.locator("details[open]")).to_contain_text("查询人次")
    expect(desk.get_by_role("img")).to_be_visible()
    first = {**FILED, "version": 1, "previous": None, "differences": []}
    officer.service.will_say(f"{AT}?version=1", Reply(200, first))
    page.get_by_role("link", name="第 1 版").click()
    expect(desk).to_contain_text("这是旧版本")
    expect(page.get_by_role("button", name="签字")).to_have_count(0)


def test_a_figure_leads_to_its_day_and_to_the_events_behind_it(
    officer: Colleague, axe: Axe
) -> None:
    service, page = officer.service, officer.page
    page.set_viewport_size({"width": 320, "height": 640})
    (event,) = validation.load("reports/events")["examples"][0]["items"]
    later = {**event, "query_id": "2026101599999999", "outcome": "locked"}
    place = f"{AT}/days/{DAY['day']}"
    (filed,) = DAY["objections"]
    back = {**filed, "kind": "reviewed", "approve": False}
    late = {**filed, "kind": "closed", "result": "unfounded", "on_time": False}
    service.will_say(place, Reply(200, {**DAY, "objections": [filed, back, late]}))
    service.will_say(f"{place}/events", Reply(200, {"items": [event], "cursor": "00/a"}))
    service.will_say(
        f"{place}/events?cursor=00%2Fa", Reply(200, {"items": [later], "cursor": None})
    )
    officer.signs_in("compliance_officer", place="#reports/2026Q4/44")
    page.get_by_role("heading", name="逐日明细").click()
    page.get_by_role("link", name="2026年10月15日").click()
    desk = page.locator("#desk")
    for words in ("验证通过", "机动车辆保险", "互联网", "理赔信息 2", DAY["rollup"]):
        expect(desk).to_contain_text(words)
    number = filed["objection_no"]
    expect(desk).to_contain_text("复核退回")
    expect(desk).not_to_contain_text("复核通过")
    expect(desk).to_contain_text("本期办结 · 异议不成立 · 超期")
    link = desk.get_by_role("link", name=number).first
    expect(link).to_have_attribute("href", f"#objections/{number}")
    assert service.to(f"{place}/events") == []
    page.get_by_role("button", name="查看逐次查询").click()
    expect(desk).to_contain_text(event["query_id"])
    page.get_by_role("button", name="显示更多").click()
    expect(desk).to_contain_text("受限未受理")
    assert axe.faults(page) == []
    assert page.evaluate(FITS)
    reads_in(page, "English")
    expect(desk).to_contain_text("Sections opened")


def test_days_in_a_row_are_one_and_who_was_held_responsible_is_named(officer: Colleague) -> None:
    forms = {**FILED["forms"], "A6": {"nil": False, "cases": [CASE]}}
    days = ["2026-11-11", "2026-11-12", "2026-11-13", "2026-12-01"]
    told = {**FILED, "missing_days": days, "forms": forms}
    officer.service.will_say(AT, Reply(200, told, {"ETag": SECOND["etag"]}))
    officer.signs_in("compliance_officer", place="#reports/2026Q4/44")
    desk = officer.page.locator("#desk")
    expect(desk).to_contain_text("2026年11月11日至2026年11月13日; 2026年12月1日")
    officer.page.get_by_role("heading", name="A6").click()
    expect(desk).to_contain_text("赵某 罚款")


def test_a_second_person_signs_what_was_read_and_puts_the_submission_on_record(
    officer: Colleague,
) -> None:
    service, page = officer.service, officer.page
    officer.signs_in("reporting_officer", place="#reports/2026Q4/44", sub="R1")
    expect(page.locator("#desk")).to_contain_text("等待另一个人签字")
    # Who signs reads: he may have the files too.
    expect(page.locator("#purpose")).to_be_visible()
    expect(page.get_by_role("button", name="签字")).to_have_count(0)
    page.get_by_role("button", name="退出").click()
    officer.signs_in("compliance_reviewer", place="#reports/2026Q4/44", sub="R2")
    service.will_say(f"{AT}/signatures", problem(403, "same-person"))
    page.get_by_role("button", name="签字").click()
    expect(page.locator("#trouble")).to_contain_text("要由另一个人签字")
    signed = {"signed_by": "R2", "signed_at": "2027-01-08T09:00:00+08:00"}
    both = {**SECOND, "state": "signed", "signatures": [*SECOND["signatures"], signed]}
    both["etag"] = '"2-2-0"'
    service.will_say(f"{AT}/signatures", Reply(201, both))
    service.will_say(f"{AT}/versions", Reply(200, {"items": [both, FIRST], "cursor": None}))
    page.get_by_role("button", name="签字").click()
    expect(page.locator("#notice")).to_have_text("已签字。")
    assert sent(officer, f"{AT}/signatures") == {"version": 2, "figures_sha256": SHA256}
    assert service.to(f"{AT}/signatures")[-1]["headers"]["if-match"] == SECOND["etag"]
    page.get_by_role("button", name="登记报送").click()
    expect(page.locator("#trouble li")).to_have_count(3)
    page.get_by_label("报送时间").fill("2027-01-09T10:30")
    page.get_by_label("报送给").fill("广东监管局")
    page.get_by_label("回执").fill("粤金监收16号")
    service.will_say(f"{AT}/submissions", Reply(201, both))
    page.get_by_role("button", name="登记报送").click()
    expect(page.locator("#notice")).to_have_text("已登记。")
    expect(page.get_by_label("回执")).to_have_value("")
    assert sent(officer, f"{AT}/submissions") == {
        "version": 2,
        "figures_sha256": SHA256,
        "submitted_at": "2027-01-09T10:30:00+08:00",
        "recipient": "广东监管局",
        "receipt": "粤金监收16号",
    }


def test_a_file_is_fetched_for_a_purpose_by_a_link_that_goes(officer: Colleague) -> None:
    page = officer.page
    page.clock.install()
    officer.signs_in("compliance_officer", place="#reports/2026Q4/44")
    page.get_by_role("button", name="取得 PDF 链接").click()
    expect(page.locator("#trouble")).to_contain_text("下载用途")
    page.get_by_label("下载用途").fill("季度报送")
    until = page.evaluate("new Date(Date.now() + 60_000).toISOString()")
    link = {**validation.load("downloads/link")["examples"][0], "expires_at": until}
    officer.service.will_say("/downloads", Reply(201, link))
    page.get_by_role("button", name="取得 PDF 链接").click()
    expect(page.get_by_role("link", name="打开")).to_have_attribute("href", link["url"])
    (asked,) = officer.service.to("/downloads")
    assert asked["url"].split("/")[-2] == "cmVwb3J0cy8yMDI2UTQvNDQvMDAwMi9yZXBvcnQucGRm"
    assert json.loads(asked["body"]) == {"purpose": "季度报送"}
    page.clock.fast_forward("01:01")
    expect(page.get_by_role("link", name="打开")).to_have_count(0)


def test_what_waits_for_a_second_person_is_in_one_place(officer: Colleague) -> None:
    service, page = officer.service, officer.page
    officer.signs_in("compliance_reviewer", place="#reviews")
    parts = page.locator("#desk .part")
    expect(parts.nth(0)).to_contain_text("审批延期")
    expect(parts.nth(1)).to_contain_text("已一人签字")
    expect(parts.nth(2)).to_contain_text("export_rows")
    service.will_say(DECISION, Reply(200, {**APPROVAL, "state": "refused"}))
    service.will_say("/v1/staff/approvals", Reply(200, {"items": [], "cursor": None}))
    page.get_by_label("说明").fill("行数不对")
    page.get_by_role("button", name="不同意").click()
    expect(page.locator("#notice")).to_have_text("已拒绝。")
    assert sent(officer, DECISION) == {"decision": "refuse", "reason": "行数不对"}
    service.will_say(f"/v1/staff/objections/{NUMBER}", Reply(200, REVIEWED, {"ETag": '"2"'}))
    page.get_by_role("link", name=NUMBER).click()
    expect(page.get_by_label("结论")).to_be_visible()


def test_each_role_sees_the_parts_that_it_may_work_on(officer: Colleague) -> None:
    officer.signs_in("business_admin", place="#reviews")
    expect(officer.page.locator("#desk .part")).to_have_count(1)
    expect(officer.page.locator("#who nav a")).to_have_count(1)


@pytest.mark.parametrize(
    ("place", "words"), [("reports/2026Q4/44", "2026Q4"), ("reports", "季"), ("reviews", "审批")]
)
def test_reports_and_reviews_are_clean_in_both_languages_and_fit_a_phone(
    officer: Colleague, axe: Axe, place: str, words: str
) -> None:
    page = officer.page
    page.set_viewport_size({"width": 320, "height": 640})
    officer.signs_in("compliance_reviewer", place=f"#{place}", sub="R2")
    expect(page.locator("#desk h1")).to_contain_text(words)
    for details in page.locator("details").all():
        details.evaluate("(one) => { one.open = true }")
    assert axe.faults(page) == []
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    reads_in(page, "English")
    expect(page.locator("#who nav a[aria-current]")).to_have_text(
        TEXTS["en"][f"staff.desk.{place.split('/')[0]}"]
    )
    expect(page.locator("#desk")).to_contain_text("igned by")
    assert page.evaluate(FITS)
    assert page.evaluate(SMALL) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert axe.faults(page) == []
    assert page.evaluate(FITS)
