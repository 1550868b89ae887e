"""Somebody who reports a loss and follows it, before a canned service."""

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from .service import ANSWER, ID_NO, LINES, POLICY_NO, Reply, problem
from .visitor import Visitor

CLAIM_NO = "44010000-261121-7K3QX9M2-P"
PHONE = "13800138000"
_FORMS = json.loads(
    (Path(__file__).parents[2] / "schemas" / "data" / "report_forms.json").read_text("utf-8")
)["versions"][-1]
_CODES = json.loads(
    (Path(__file__).parents[2] / "schemas" / "data" / "codes.json").read_text("utf-8")
)["codes"]


def form(line: str, language: str = "zh-CN") -> dict[str, Any]:
    """GET /v1/lines/{line}/report-form as the data make it."""
    own = _FORMS["lines"][line]

    def question(field: str) -> dict[str, Any]:
        told = _FORMS["questions"][field]
        options = [
            {"code": one["code"], "name": one["name"][language]} for one in told.get("options", [])
        ]
        if field == "/cause":
            options = [
                {"code": code, "name": _CODES["loss_cause"][code][language]}
                for code in own["causes"]
            ]
        return {
            "field": field,
            "kind": told["kind"],
            "label": told["label"][language],
            "hint": told.get("hint", {}).get(language),
            "required": told.get("required", False),
            "max_length": told.get("max_length"),
            "when": told.get("when"),
            "options": options,
        }

    steps = [
        {"title": step["title"][language], "questions": [question(f) for f in step["fields"]]}
        for step in own["steps"]
    ]
    return {"line": line, "line_name": line, "from": _FORMS["from"], "steps": steps}


TAKEN: dict[str, Any] = {
    "claim_no": CLAIM_NO,
    "reported_at": "2026-11-21T09:00:00+08:00",
    "status": "reported",
    "status_name": "报案",
    "verified": True,
    "notices": [],
    "next_steps": [{"code": "keep-number", "text": "请记下报案号。"}],
}
CLAIM: dict[str, Any] = {**ANSWER["claims"][0], "claim_no": CLAIM_NO, "attachments": []}
INVITED: dict[str, Any] = {
    "attachment_id": "a1",
    "upload": {"url": "/v1/storage", "fields": {"key": "arrived/a1", "Content-Type": "image/jpeg"}},
    "expires_at": "2099-01-01T00:00:00+08:00",
}
PHOTO = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff"}


def attachment(status: str, why: str | None = None) -> dict[str, Any]:
    """An attachment as tracking shows it."""
    reason = {"code": "damaged", "text": why} if why else None
    shown = {"attachment_id": "a1", "status": status, "status_name": status, "document": None}
    return (
        shown
        | {"content_type": "image/jpeg", "size": 3, "reason": reason}
        | {
            "asked_at": "2026-11-21T09:00:00+08:00",
            "arrived_at": None,
        }
    )


def prepare(visitor: Visitor) -> None:
    """The service takes reports, opens claims, has a message box and stores files."""
    say = visitor.service.will_say
    for line in ("motor", "cargo", "health"):
        say(f"/{line}/report-form", Reply(200, form(line)))
    motor = [one for one in LINES["lines"] if one["line"] == "motor"]
    others = [one for one in LINES["lines"] if one["line"] != "motor"]
    say("/v1/lines", Reply(200, {"lines": motor + others}))
    say("/v1/claims", Reply(201, TAKEN))
    say("/v1/claims/track", Reply(200, {"token": "t", "expires_at": "2099-01-01T00:00:00+08:00"}))
    say(f"/{CLAIM_NO}", Reply(200, CLAIM))
    say("/attachments", Reply(201, INVITED))
    say("/v1/storage", Reply(204, ""))
    letter = {"from": "staff", "at": "2026-11-21T10:00:00+08:00", "text": "请补交发票。"}
    say("/messages", Reply(200, {"items": [letter], "reply_by": None}))
    say("/satisfaction", Reply(201, {}))


def begins(visitor: Visitor, line: str = "motor") -> None:
    """Opens the page and names the policy."""
    prepare(visitor)
    visitor.opens("report.html")
    visitor.page.select_option("#q-line", line)
    visitor.page.fill("#q-policy_no", POLICY_NO)
    onward(visitor)


def onward(visitor: Visitor) -> None:
    visitor.page.click("form button[type=submit]")


def heading(visitor: Visitor, words: str) -> None:
    expect(visitor.page.locator("h1")).to_have_text(words)


def fills(visitor: Visitor) -> None:
    """What a motor report needs, up to the page on which it is checked."""
    page = visitor.page
    heading(visitor, "先确认安全")
    page.get_by_label("否").check()
    onward(visitor)
    page.fill("#q-occurred_at", "2026-11-20T08:30")
    page.fill("#q-place", "天河路385号")
    onward(visitor)
    page.select_option("#q-cause", "collision")
    page.fill("#q-description", "追尾")
    onward(visitor)
    for _ in range(3):  # the car, the other side, the police: nothing of it has to be known
        onward(visitor)
    heading(visitor, "怎么联系您")
    page.fill("#q-reporter-name", "王芳")
    page.fill("#q-reporter-phone", PHONE)
    page.get_by_label("被保险人", exact=True).check()
    onward(visitor)
    heading(visitor, "核对后提交")


def reports(visitor: Visitor) -> None:
    """The whole way to the confirmation."""
    begins(visitor)
    fills(visitor)
    visitor.page.fill("#id_no", ID_NO)
    onward(visitor)
    heading(visitor, "报案已收到")
    expect(visitor.page.locator("#photos")).to_be_visible()


def follows(visitor: Visitor, **changes: Any) -> None:
    """The whole way to a claim."""
    prepare(visitor)
    visitor.service.will_say(f"/{CLAIM_NO}", Reply(200, CLAIM | changes))
    visitor.opens("track.html")
    visitor.page.fill("#claim_no", CLAIM_NO)
    visitor.page.fill("#phone", PHONE)
    onward(visitor)
    expect(visitor.page.locator("#claim h1")).to_be_visible()


def _start(visitor: Visitor) -> None:
    prepare(visitor)
    visitor.opens("report.html")
    expect(visitor.page.locator("#q-line")).to_be_visible()


def _slips(visitor: Visitor) -> None:
    begins(visitor)
    onward(visitor)
    onward(visitor)
    expect(visitor.trouble).to_be_visible()


def _car(visitor: Visitor) -> None:
    begins(visitor)
    fills(visitor)
    visitor.page.get_by_role("button", name="修改：对方的情况").click()
    visitor.page.get_by_label("是", exact=True).check()
    expect(visitor.page.locator("#q-other_party-name")).to_be_visible()


def _check(visitor: Visitor) -> None:
    begins(visitor)
    fills(visitor)


def _outage(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/lines", None)
    visitor.opens("report.html")
    expect(visitor.trouble).to_be_visible()


def _refused(visitor: Visitor) -> None:
    begins(visitor)
    fills(visitor)
    visitor.service.will_say("/v1/claims", problem(403, "verification-failed"))
    onward(visitor)
    expect(visitor.trouble).to_be_visible()


def _sent(visitor: Visitor) -> None:
    reports(visitor)
    bad = attachment("rejected", "文件已损坏，无法打开。")
    visitor.service.will_say(f"/{CLAIM_NO}", Reply(200, CLAIM | {"attachments": [bad]}))
    visitor.page.set_input_files("input[multiple]", PHOTO)
    expect(visitor.page.locator(".why")).to_be_visible()


def _lost(visitor: Visitor) -> None:
    prepare(visitor)
    visitor.opens("track.html")
    visitor.service.will_say("/v1/claims/track", problem(403, "verification-failed"))
    visitor.page.fill("#claim_no", CLAIM_NO)
    visitor.page.fill("#phone", PHONE)
    onward(visitor)
    expect(visitor.trouble).to_be_visible()


def _closed(visitor: Visitor) -> None:
    follows(visitor, satisfaction={"asked": True, "answered": False})
    expect(visitor.page.get_by_text("这次理赔您满意吗？")).to_be_visible()


STATES = {
    "report": _start,
    "report slips": _slips,
    "report conditional": _car,
    "report check": _check,
    "report outage": _outage,
    "report refused": _refused,
    "report sent": _sent,
    "track refused": _lost,
    "track": follows,
    "track closed": _closed,
}
