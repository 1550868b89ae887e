"""Somebody who objects to an item of the answer just seen, before a canned service."""

from typing import Any

from playwright.sync_api import Locator, expect

from chalicelib import validation

from . import losses
from .service import Reply
from .visitor import Visitor

FILED = validation.load("objections/filed")["examples"][0]
NUMBER: str = FILED["objection_no"]
FOLLOWED = validation.load("objections/followed")["examples"][0]
REPLY = {
    "result": "corrected",
    "result_name": "更正",
    "items": [
        {
            "item": "/policy/premium",
            "item_name": "保费",
            "decided": {"amount": 300_000, "currency": "CNY"},
        }
    ],
    "reasons": "收据与您说的一致。",
    "next_instance": "不满意可以向保险消费者投诉维权热线 12378 反映。",
    "replied_at": "2026-11-24T10:00:00+08:00",
    "complaint_no": None,
    "correction": "ordered",
    "letter": None,
}


def prepare(visitor: Visitor) -> None:
    """The service takes objections and knows one."""
    visitor.service.will_say("/v1/objections", Reply(201, FILED))
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, FOLLOWED))


def begins(visitor: Visitor) -> Locator:
    """An answer with the controls beside its items."""
    prepare(visitor)
    shown = visitor.sees_answer()
    visitor.page.get_by_role("button", name="提出异议").click()
    expect(shown.get_by_role("button", name="有异议 保费", exact=True)).to_be_visible()
    return shown


def objects(visitor: Visitor, item: str = "保费") -> Locator:
    """The form of one item, filled in."""
    begins(visitor).get_by_role("button", name=f"有异议 {item}", exact=True).click()
    form = visitor.page.get_by_role("group", name="有异议")
    form.get_by_label("您认为应该是").fill("3000.00")
    form.get_by_label("请说明哪里不对").fill("我实际缴纳的保费是3000元。")
    form.get_by_label("联系电话").fill("138 0013 8000")
    return form


def sends(visitor: Visitor) -> None:
    """Presses the button and sees the number."""
    objects(visitor).get_by_role("button", name="提交异议").click()
    expect(visitor.page.locator(".objection .number")).to_have_text(NUMBER)


def _slips(visitor: Visitor) -> None:
    begins(visitor).get_by_role("button", name="有异议", exact=False).nth(4).click()
    visitor.page.locator("tr.objection, .objection form").first.wait_for()
    visitor.page.get_by_role("button", name="提交异议").click()
    expect(visitor.page.locator(".objection [aria-invalid]")).to_have_count(3)


def _row(visitor: Visitor) -> None:
    item = "新能源汽车损失保险：保险金额"
    begins(visitor).get_by_role("button", name=f"有异议 {item}").click()
    expect(visitor.page.locator("tr.objection form")).to_be_visible()
    visitor.page.locator("details.section").evaluate_all(
        "(sections) => sections.forEach((section) => { section.open = true })"
    )


def follows(visitor: Visitor, **told: Any) -> Locator:
    """An objection that stands like this, asked for by its number."""
    begins(visitor)
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, {**FOLLOWED, **told}))
    visitor.page.get_by_label("异议编号").fill(NUMBER)
    visitor.page.get_by_role("button", name="查看进度").click()
    one = visitor.page.locator(".followed-one")
    expect(one).to_be_visible()
    return one


def is_asked(visitor: Visitor) -> Locator:
    """The same while something is asked and one file was not good."""
    waiting = {"status": "waiting", "status_name": "待您补充", "paused": True}
    asked = {"question": "请问收据在您手里吗？", "question_id": "5f0c1d2e3a4b5c6d"}
    return follows(visitor, **waiting, **asked, evidence=[sent("rejected", "文件已损坏。")])


def sent(status: str, why: str | None = None) -> dict[str, Any]:
    """A file as tracking shows it."""
    shown = losses.attachment(status, why)
    del shown["document"]
    return shown


def _replied(visitor: Visitor) -> None:
    reply = {**REPLY, "letter": "ready"}
    one = follows(visitor, reply=reply, evidence=[sent("received")])
    expect(one.get_by_role("button", name="打开答复书")).to_be_visible()


STATES = {
    "objecting": _row,
    "objection slips": _slips,
    "objected": sends,
    "asked": is_asked,
    "replied": _replied,
}
