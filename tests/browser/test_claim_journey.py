"""The journey on the real stack: report, photo, staff moves, tracking, closed, satisfaction."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.attachments.files import photo

PHONE = "13800138000"
DEPARTMENTS = {
    "clerk": ("claims_handler", "理赔部"),
    "surveyor": ("claims_handler", "查勘部"),
    "reviewer": ("claims_reviewer", "两核部"),
    "cashier": ("claims_handler", "财务部"),
}
AMOUNT = {"amount": {"amount": 480_000, "currency": "CNY"}}
NOTE = "内部备注不可外传"


class Staff:
    """The departments, over HTTP."""

    def __init__(self, stack: Any, organisation: str) -> None:
        self.stack = stack
        self.tokens = {
            who: stack.staff_token([role], organisation, sub=f"journey-{who}", department=place)
            for who, (role, place) in DEPARTMENTS.items()
        }

    def act(self, who: str, claim_no: str, action: str, **step: Any) -> None:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"}
        path = f"/v1/staff/claims/{claim_no}/events"
        answer = self.stack.post_json(path, {"action": action, **step}, headers=headers)
        assert answer.status_code == 200, (action, answer.text)


def test_report_photo_staff_moves_tracking_closed_satisfaction(page: Page, stack: Any) -> None:
    demo = page.request.get(f"{stack.url}/_local/info").json()["demo"]["policies"]
    motor = next(policy for policy in demo if policy["line"] == "motor")
    claim_no = _reports(page, stack.url, motor)
    file = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    page.set_input_files("input[multiple]", file)
    expect(page.locator(".photos .badge")).to_have_text("已收到", timeout=20_000)

    staff = Staff(stack, claim_no.partition("-")[0])
    staff.act("clerk", claim_no, "take")
    staff.act("clerk", claim_no, "accept", note=NOTE)
    staff.act("clerk", claim_no, "dispatch")
    staff.act("surveyor", claim_no, "survey", message="查勘员将与您联系。")
    _follows(page, claim_no)
    expect(page.locator(".timeline .here")).to_contain_text("查勘")
    expect(page.get_by_text("查勘员将与您联系。")).to_be_visible()
    expect(page.locator(".photos .badge")).to_have_text("已收到")

    staff.act("surveyor", claim_no, "assess", **AMOUNT)
    staff.act("reviewer", claim_no, "approve_loss")
    staff.act("clerk", claim_no, "request_documents", documents=["settlement"])
    page.get_by_role("button", name="刷新").click()
    expect(page.get_by_text("还缺的材料")).to_be_visible()
    page.get_by_label("这是哪一份材料").select_option("settlement")
    page.set_input_files("input[multiple]", {**file, "name": "协议.jpg"})
    expect(page.locator(".photos .badge").last).to_have_text("已收到", timeout=20_000)
    page.get_by_role("button", name="刷新").click()
    expect(page.get_by_text("已收到的材料")).to_be_visible()
    page.fill("#letter", "材料已寄出")
    page.get_by_role("button", name="发送").click()
    expect(page.locator(".letters")).to_contain_text("材料已寄出")
    _closes(staff, claim_no)

    page.get_by_role("button", name="刷新").click()
    expect(page.locator(".timeline .here")).to_contain_text("结案")
    page.get_by_label("非常满意", exact=True).check()
    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("谢谢您的评价")).to_be_visible()
    page.get_by_role("button", name="刷新").click()
    expect(page.get_by_text("这次理赔您满意吗？")).to_have_count(0)
    assert NOTE not in page.content()


def _closes(staff: Staff, claim_no: str) -> None:
    """From the documents to the end, as the stages of motor claims go."""
    staff.act("clerk", claim_no, "receive_documents", documents=["claim_form", "settlement"])
    staff.act("clerk", claim_no, "complete_documents")
    staff.act("clerk", claim_no, "calculate", **AMOUNT)
    staff.act("reviewer", claim_no, "adjudicate")
    staff.act("clerk", claim_no, "agree", **AMOUNT)
    staff.act("cashier", claim_no, "pay", **AMOUNT)
    staff.act("clerk", claim_no, "close")


def _reports(page: Page, site: str, policy: dict[str, str]) -> str:
    """The claim number of a verified report."""
    page.goto(f"{site}/report.html?line=motor")
    page.fill("#q-policy_no", policy["policy_no"])
    _onward(page, "先确认安全")
    _onward(page, "时间和地点")
    page.fill("#q-occurred_at", "2026-11-20T08:30")
    page.fill("#q-place", "天河路385号")
    _onward(page, "发生了什么")
    page.select_option("#q-cause", "collision")
    page.fill("#q-description", "追尾")
    for title in ("车和驾驶人", "对方的情况", "报警", "怎么联系您"):
        _onward(page, title)
    page.fill("#q-reporter-name", "王芳")
    page.fill("#q-reporter-phone", PHONE)
    page.get_by_label("被保险人", exact=True).check()
    _onward(page, "核对后提交")
    page.fill("#id_no", policy["id_no"])
    _onward(page, "报案已收到")
    return page.locator(".claim-no").inner_text()


def _onward(page: Page, title: str) -> None:
    page.click("form button[type=submit]")
    expect(page.locator("h1")).to_have_text(title, timeout=15_000)


def _follows(page: Page, claim_no: str) -> None:
    page.get_by_role("link", name="查看理赔进度").click()
    expect(page.locator("#claim_no")).to_have_value(claim_no)
    page.fill("#phone", PHONE)
    page.click("form button[type=submit]")
    expect(page.locator("#claim h1")).to_be_visible(timeout=15_000)
