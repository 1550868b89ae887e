"""Reporting a loss on a phone by the roadside, and following it (C1–C4)."""

import json
import re

import pytest
from playwright.sync_api import Browser, expect

from . import losses
from .losses import CLAIM, CLAIM_NO, PHONE, PHOTO, attachment, onward
from .service import ID_NO, POLICY_NO, Reply, problem
from .visitor import Visitor

STORED = "() => JSON.stringify({...sessionStorage, ...localStorage})"


def test_a_report_goes_step_by_step_and_sends_what_was_answered_and_nothing_else(
    visitor: Visitor,
) -> None:
    losses.reports(visitor)
    (sent,) = visitor.service.to("/v1/claims")
    assert json.loads(sent["body"]) == {
        "policy_no": POLICY_NO,
        "injured": False,
        "occurred_at": "2026-11-20T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "collision",
        "description": "追尾",
        "reporter": {"name": "王芳", "phone": PHONE, "relation": "insured"},
        "verification": {"id_no": ID_NO},
    }
    assert re.fullmatch("[0-9a-f]{32}", sent["headers"]["idempotency-key"])
    expect(visitor.page.locator(".claim-no")).to_have_text(CLAIM_NO)


def test_from_an_answer_the_report_knows_the_policy_and_what_it_insures(visitor: Visitor) -> None:
    losses.prepare(visitor)
    visitor.sees_answer().get_by_role("link", name="报新的案").click()
    expect(visitor.page.locator("#q-policy_no")).to_have_value(POLICY_NO)
    onward(visitor)
    losses.heading(visitor, "先确认安全")


def test_without_proof_a_plate_is_enough(visitor: Visitor) -> None:
    losses.prepare(visitor)
    visitor.opens("report.html?line=motor")
    visitor.page.fill("#q-plate_no", "粤A12345")
    onward(visitor)
    losses.fills(visitor)
    expect(visitor.page.locator("#id_no")).to_have_count(0)
    onward(visitor)
    losses.heading(visitor, "报案已收到")
    (sent,) = visitor.service.to("/v1/claims")
    body = json.loads(sent["body"])
    assert body["plate_no"] == "粤A12345"
    assert not {"policy_no", "verification"} & body.keys()


def test_a_reload_costs_nothing_and_proof_is_never_kept(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.page.fill("#id_no", ID_NO)
    assert ID_NO not in visitor.page.evaluate(STORED)
    visitor.page.reload()
    losses.heading(visitor, "核对后提交")
    expect(visitor.page.locator("#notice")).to_contain_text("还在")
    expect(visitor.page.get_by_text("天河路385号")).to_be_visible()
    expect(visitor.page.locator("#id_no")).to_have_value("")


def test_what_was_typed_can_be_cleared_and_goes_once_it_is_sent(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.page.get_by_role("button", name="清除已填写的内容").click()
    losses.heading(visitor, "网上报案")
    assert "天河路" not in visitor.page.evaluate(STORED)
    visitor.page.goto("about:blank")
    losses.reports(visitor)
    assert "天河路" not in visitor.page.evaluate(STORED)
    visitor.page.get_by_role("button", name="结束并从这台设备上清除").click()
    losses.heading(visitor, "网上报案")
    assert PHONE not in visitor.page.evaluate(STORED)
    assert CLAIM_NO not in visitor.page.evaluate(STORED)


def test_a_lost_connection_is_tried_again_with_the_same_key_by_itself(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.page.clock.install()
    visitor.service.says_in_turn(
        "/v1/claims", problem(503, "x"), problem(502, "x"), Reply(201, losses.TAKEN)
    )
    onward(visitor)
    for seconds in (2, 5):
        expect(visitor.page.locator(".progress")).to_contain_text(f"{seconds} 秒后再试")
        visitor.page.clock.run_for(seconds * 1000)
    losses.heading(visitor, "报案已收到")
    keys = {sent["headers"]["idempotency-key"] for sent in visitor.service.to("/v1/claims")}
    assert (len(visitor.service.to("/v1/claims")), len(keys)) == (3, 1)


def test_the_network_that_comes_back_is_used_at_once(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.page.clock.install()
    visitor.service.will_say("/v1/claims", None)
    onward(visitor)
    expect(visitor.page.locator(".progress")).to_contain_text("秒后再试")
    visitor.service.will_say("/v1/claims", Reply(201, losses.TAKEN))
    visitor.page.evaluate("dispatchEvent(new Event('online'))")
    losses.heading(visitor, "报案已收到")


def test_after_all_tries_the_same_button_sends_the_same_report(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.page.clock.install()
    visitor.service.will_say("/v1/claims", None)
    onward(visitor)
    for seconds in (2, 5, 10):
        expect(visitor.page.locator(".progress")).to_contain_text(f"{seconds} 秒后再试")
        visitor.page.clock.run_for(seconds * 1000)
    expect(visitor.trouble).to_contain_text("现在连不上")
    visitor.page.reload()
    losses.heading(visitor, "核对后提交")
    visitor.service.will_say("/v1/claims", Reply(201, losses.TAKEN))
    onward(visitor)
    losses.heading(visitor, "报案已收到")
    keys = {sent["headers"]["idempotency-key"] for sent in visitor.service.to("/v1/claims")}
    assert len(keys) == 1


def test_what_the_service_finds_wrong_is_shown_where_it_was_asked(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    wrong = [{"pointer": "/occurred_at", "code": "in-the-future", "detail": "时间在将来"}]
    visitor.service.will_say("/v1/claims", problem(400, "invalid-input", wrong))
    onward(visitor)
    losses.heading(visitor, "时间和地点")
    expect(visitor.page.locator("#q-occurred_at-wrong")).to_contain_text("时间在将来")
    visitor.trouble.get_by_role("link").click()
    expect(visitor.page.locator("#q-occurred_at")).to_be_focused()


def test_wrong_proof_loses_nothing_and_the_report_can_go_without(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.service.will_say("/v1/claims", problem(403, "verification-failed"))
    visitor.page.fill("#id_no", ID_NO)
    onward(visitor)
    expect(visitor.trouble).to_contain_text("与保单不一致")
    expect(visitor.page.locator("#id_no")).to_have_value(ID_NO)
    visitor.page.fill("#id_no", "")
    visitor.service.will_say("/v1/claims", Reply(201, losses.TAKEN | {"verified": False}))
    onward(visitor)
    losses.heading(visitor, "报案已收到")
    expect(visitor.page.get_by_text("我们会先核实保单")).to_be_visible()


def test_a_question_comes_only_after_the_answer_that_it_depends_on(visitor: Visitor) -> None:
    losses.begins(visitor)
    losses.fills(visitor)
    visitor.page.get_by_role("button", name="修改：报警").click()
    number = visitor.page.locator("#q-police_no")
    expect(number).to_be_hidden()
    visitor.page.get_by_label("是", exact=True).check()
    number.fill("4401062026001")
    visitor.page.get_by_label("不清楚").check()
    expect(number).to_be_hidden()
    visitor.page.go_back()
    losses.heading(visitor, "核对后提交")
    expect(visitor.page.get_by_text("4401062026001")).to_have_count(0)
    onward(visitor)
    losses.heading(visitor, "报案已收到")
    body = json.loads(visitor.service.to("/v1/claims")[0]["body"])
    assert (body["police_called"], "police_no" in body) == ("unknown", False)


def test_each_line_asks_its_own(visitor: Visitor) -> None:
    losses.begins(visitor, "health")
    losses.heading(visitor, "时间和地点")
    visitor.page.go_back()
    visitor.page.select_option("#q-line", "cargo")
    onward(visitor)
    expect(visitor.page.locator(".step-of")).to_have_text("第 2 步，共 6 步")


def test_a_photo_is_sent_and_its_check_followed(visitor: Visitor) -> None:
    losses.reports(visitor)
    done = Reply(200, CLAIM | {"attachments": [attachment("received")]})
    visitor.service.will_say(f"/{CLAIM_NO}", done)
    visitor.page.get_by_label("保留照片里的拍摄地点").check()
    visitor.page.set_input_files("input[multiple]", PHOTO)
    expect(visitor.page.locator(".photos .badge")).to_have_text("已收到")
    (asked,) = visitor.service.to("/attachments")
    assert json.loads(asked["body"]) == {
        "filename": "现场.jpg",
        "content_type": "image/jpeg",
        "size": 3,
        "keep_location": True,
    }


def test_a_document_that_was_asked_for_is_sent_by_its_name(visitor: Visitor) -> None:
    losses.follows(visitor)
    done = CLAIM | {"attachments": [attachment("received")]}
    visitor.service.will_say(f"/{CLAIM_NO}", Reply(200, done))
    visitor.page.get_by_label("这是哪一份材料").select_option("维修发票")
    visitor.page.set_input_files("input[multiple]", PHOTO)
    expect(visitor.page.locator(".photos .badge")).to_have_text("已收到")
    (asked,) = visitor.service.to("/attachments")
    assert json.loads(asked["body"])["document"] == "invoice"


def test_a_photo_that_did_not_get_through_is_tried_again_alone(visitor: Visitor) -> None:
    losses.reports(visitor)
    visitor.service.will_say("/v1/storage", None)
    visitor.page.set_input_files("input[multiple]", PHOTO)
    expect(visitor.page.locator(".photos .badge")).to_have_text("没有传上去")
    visitor.service.will_say("/v1/storage", Reply(204, ""))
    done = Reply(200, CLAIM | {"attachments": [attachment("received")]})
    visitor.service.will_say(f"/{CLAIM_NO}", done)
    visitor.page.get_by_role("button", name="重试：现场.jpg").click()
    expect(visitor.page.locator(".photos .badge")).to_have_text("已收到")


def test_a_file_of_another_kind_is_refused_before_anything_is_sent(visitor: Visitor) -> None:
    losses.reports(visitor)
    film = PHOTO | {"name": "a.mp4", "mimeType": "video/mp4"}
    visitor.page.set_input_files("input[multiple]", film)
    expect(visitor.page.locator(".why")).to_contain_text("只能上传")
    assert visitor.service.to("/attachments") == []


def test_a_claim_is_followed_like_a_parcel_and_nothing_stays(visitor: Visitor) -> None:
    losses.follows(visitor)
    shown = visitor.page.locator("#claim")
    expect(shown.locator(".timeline .here")).to_contain_text("定损")
    expect(shown.get_by_text("请提交维修发票")).to_be_visible()
    visitor.page.get_by_role("button", name="结束查询并清除").click()
    expect(visitor.page.locator("#ask h1")).to_be_focused()
    assert CLAIM_NO not in visitor.page.evaluate(STORED)
    expect(visitor.page.locator("#phone")).to_have_value("")


def test_a_page_that_is_left_forgets_the_claim(visitor: Visitor) -> None:
    losses.follows(visitor)
    visitor.opens("index.html")
    visitor.page.go_back()
    visitor.waits_for_words()
    expect(visitor.page.locator("#claim")).to_be_hidden()
    expect(visitor.page.locator("#phone")).to_have_value("")


def test_a_token_that_ran_out_asks_once_more(visitor: Visitor) -> None:
    losses.follows(visitor)
    visitor.service.will_say(f"/{CLAIM_NO}", problem(401, "unauthenticated"))
    visitor.page.get_by_role("button", name="刷新").click()
    expect(visitor.trouble).to_contain_text("页面已过期")
    expect(visitor.page.locator("#ask")).to_be_visible()


def test_one_writes_to_the_handler_and_reads_until_when_the_answer_comes(visitor: Visitor) -> None:
    losses.follows(visitor)
    visitor.page.fill("#letter", "发票已寄出")
    mine = {"from": "customer", "at": "2026-11-21T11:00:00+08:00", "text": "发票已寄出"}
    until = "2026-11-24T00:00:00+08:00"
    visitor.service.will_say("/messages", Reply(200, {"items": [mine], "reply_by": until}))
    visitor.page.get_by_role("button", name="发送").click()
    expect(visitor.page.locator(".letters")).to_contain_text("发票已寄出")
    expect(visitor.page.get_by_text("2026年11月23日 24:00 前回复")).to_be_visible()


def test_a_service_without_a_message_box_shows_none(visitor: Visitor) -> None:
    losses.prepare(visitor)
    visitor.service.will_say("/messages", problem(404, "not-found"))
    visitor.opens("track.html")
    visitor.page.fill("#claim_no", CLAIM_NO)
    visitor.page.fill("#phone", PHONE)
    onward(visitor)
    expect(visitor.page.locator("#claim h1")).to_be_visible()
    expect(visitor.page.locator("#letter")).to_have_count(0)


def test_after_closing_one_is_asked_once_how_it_was(visitor: Visitor) -> None:
    losses.follows(visitor, satisfaction={"asked": True, "answered": False})
    visitor.page.get_by_label("非常满意").check()
    visitor.page.fill("#comment", "很快")
    visitor.page.get_by_role("button", name="提交评价").click()
    expect(visitor.page.get_by_text("谢谢您的评价")).to_be_visible()
    (sent,) = visitor.service.to("/satisfaction")
    assert json.loads(sent["body"]) == {"score": 5, "comment": "很快"}


@pytest.mark.parametrize("path", ["report.html", "track.html"])
def test_without_scripts_the_hotline_is_shown(browser: Browser, site: str, path: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{path}")
    expect(page.locator("noscript a.dial, .notice a.dial").first).to_be_visible()
    context.close()


def test_a_report_goes_with_the_keyboard_alone(visitor: Visitor) -> None:
    losses.prepare(visitor)
    visitor.opens("report.html?line=motor")
    keys = visitor.page.keyboard
    visitor.tabs_to("q-policy_no")
    keys.type(POLICY_NO)
    keys.press("Enter")
    losses.heading(visitor, "先确认安全")
    visitor.tabs_to("q-injured")
    keys.press("ArrowDown")
    keys.press("Enter")
    losses.heading(visitor, "时间和地点")
    visitor.tabs_to("继续")
    keys.press("Enter")
    expect(visitor.trouble).to_be_focused()
    visitor.tabs_to("请填写：在哪里出的险？")
    keys.press("Enter")
    expect(visitor.page.locator("#q-place")).to_be_focused()
