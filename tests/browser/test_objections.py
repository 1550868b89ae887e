"""Objecting in place to an item of the answer just seen, and following what became of it."""

import json

import pytest
from playwright.sync_api import expect

from chalicelib import validation

from . import losses, objections
from .axe import Axe
from .objections import FOLLOWED, NUMBER, REPLY
from .pages import reads_in
from .service import ANSWER, SILENCE, TOKEN, Reply, answer, problem
from .test_accessibility import FITS, SMALL
from .test_privacy import KEPT
from .visitor import Visitor

PHONE = "138 0013 8000"
ANSWERED = validation.load("objections/answered")["examples"][0]


def test_an_objection_is_filed_in_place_and_says_its_number_and_when_it_is_due(
    visitor: Visitor,
) -> None:
    form = objections.objects(visitor)
    expect(form).to_contain_text("4,326.58 元")
    form.get_by_role("button", name="提交异议").click()
    receipt = visitor.page.get_by_role("group", name="已收到您的异议")
    expect(receipt).to_contain_text(NUMBER)
    expect(receipt).to_contain_text("2026年11月25日 24:00")
    expect(receipt.get_by_role("heading")).to_be_focused()
    (sent,) = visitor.service.to("/v1/objections")
    assert sent["headers"]["authorization"] == f"Bearer {TOKEN}"
    assert len(sent["headers"]["idempotency-key"]) == 32
    assert json.loads(sent["body"]) == {
        "query_id": ANSWER["query_id"],
        "item": "/policy/premium",
        "claimed": "3000.00",
        "description": "我实际缴纳的保费是3000元。",
        "phone": PHONE,
    }
    expect(visitor.page.locator(".followed")).to_contain_text("已收到")
    receipt.get_by_role("button", name="关闭").click()
    expect(visitor.page.get_by_role("button", name="有异议 保费", exact=True)).to_be_focused()


def test_whoever_suspects_misconduct_says_so_and_only_then(visitor: Visitor) -> None:
    form = objections.objects(visitor)
    form.get_by_label("我怀疑有违规行为").check()
    form.get_by_role("button", name="提交异议").click()
    expect(visitor.page.locator(".objection .number")).to_have_text(objections.NUMBER)
    (sent,) = visitor.service.to("/v1/objections")
    assert json.loads(sent["body"])["violation"] is True


def test_an_objection_that_is_late_or_stands_still_says_so(visitor: Visitor) -> None:
    one = objections.follows(visitor, overdue=True, extended=True)
    expect(one).to_contain_text("已经超过答复时限")
    expect(one).to_contain_text("已延长")
    expect(one).to_contain_text("有异议的项目")


def test_every_control_names_a_place_that_is_in_the_answer(visitor: Visitor) -> None:
    shown = objections.begins(visitor)
    pointers = shown.locator("[data-item]").evaluate_all("all => all.map(x => x.dataset.item)")
    for pointer in pointers:
        found: object = answer().body | {"claims": ANSWER["claims"]}
        for part in pointer.split("/")[1:]:
            found = found[int(part)] if isinstance(found, list) else found[part]  # type: ignore[index]  # JSON
    wanted = {"/policy/premium", "/policy/covers/0/sum_insured", "/claims/0/assessed_amount"}
    wanted |= {"/policy/status", "/claims/0/status", "/policy/special_agreements/0"}
    assert wanted <= set(pointers)
    assert len(set(pointers)) == len(pointers) == shown.locator(".object").count()
    names = shown.locator(".object").all_text_contents()
    assert len(set(names)) == len(names)


def test_what_is_missing_is_said_before_anything_is_sent(visitor: Visitor) -> None:
    form = objections.objects(visitor)
    form.get_by_label("您认为应该是").fill(" ")
    form.get_by_label("联系电话").fill("王芳")
    form.get_by_role("button", name="提交异议").click()
    expect(form.get_by_label("您认为应该是")).to_be_focused()
    expect(form).to_contain_text("请填写：您认为应该是")
    expect(form).to_contain_text("电话只能有数字")
    assert visitor.service.to("/v1/objections") == []


def test_what_the_service_refuses_stands_at_its_field(visitor: Visitor) -> None:
    form = objections.objects(visitor)
    errors = [{"pointer": "/phone", "code": "pattern", "detail": "号码不对"}]
    visitor.service.will_say("/v1/objections", problem(400, "invalid-input", errors))
    form.get_by_role("button", name="提交异议").click()
    expect(form.get_by_label("联系电话")).to_be_focused()
    expect(form).to_contain_text("号码不对")


def test_a_lost_reply_is_asked_for_again_with_the_same_key(visitor: Visitor) -> None:
    form = objections.objects(visitor)
    visitor.service.will_say("/v1/objections", SILENCE)
    form.get_by_role("button", name="提交异议").click()
    expect(form).to_contain_text("不会重复提交")
    form.get_by_role("button", name="提交异议").click()
    expect(form).to_contain_text("不会重复提交")
    form.get_by_label("请说明哪里不对").fill("少了一张收据。")
    objections.prepare(visitor)
    form.get_by_role("button", name="提交异议").click()
    expect(visitor.page.locator(".objection .number")).to_have_text(NUMBER)
    first, second, third = (
        sent["headers"]["idempotency-key"] for sent in visitor.service.to("/v1/objections")
    )
    assert first == second != third


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (problem(401, "unauthenticated"), "已经过了有效时间"),
        (problem(429, "too-many-requests", Retry_After=90), "1 分 30 秒"),
        (problem(500, "internal-error"), "几分钟后再试"),
    ],
)
def test_a_refusal_keeps_what_was_typed(visitor: Visitor, reply: Reply, words: str) -> None:
    form = objections.objects(visitor)
    visitor.service.will_say("/v1/objections", reply)
    form.get_by_role("button", name="提交异议").click()
    expect(form.get_by_role("status")).to_contain_text(words)
    expect(form.get_by_label("您认为应该是")).to_have_value("3000.00")


def test_an_objection_is_followed_by_its_number_to_the_reply(visitor: Visitor) -> None:
    objections.begins(visitor)
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, {**FOLLOWED, "reply": REPLY}))
    visitor.page.get_by_label("异议编号").fill(NUMBER.lower())
    visitor.page.get_by_role("button", name="查看进度").click()
    one = visitor.page.locator(".followed-one")
    told = ("提出异议", "3,280.50 元", "保费3,000.00 元", "收据与您说的一致", "12378")
    for words in (NUMBER, *told):
        expect(one).to_contain_text(words)
    expect(one.locator("h3")).to_be_focused()
    (asked,) = visitor.service.to(f"/v1/objections/{NUMBER}")
    assert asked["headers"]["authorization"] == f"Bearer {TOKEN}"


def test_what_is_asked_is_answered_in_place_once(visitor: Visitor) -> None:
    one = objections.is_asked(visitor)
    path = f"/v1/objections/{NUMBER}/answers"
    one.get_by_role("button", name="提交回答").click()
    expect(one.get_by_label("您的回答")).to_be_focused()
    expect(one).to_contain_text("请填写：您的回答")
    one.get_by_label("您的回答").fill("在我这里。")
    visitor.service.will_say(path, SILENCE)
    one.get_by_role("button", name="提交回答").click()
    expect(one).to_contain_text("不会重复提交")
    visitor.service.will_say(path, Reply(201, ANSWERED))
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, FOLLOWED))
    one.get_by_role("button", name="提交回答").click()
    expect(one.get_by_label("您的回答")).to_have_count(0)
    expect(one.locator("h3")).to_be_focused()
    lost, taken = visitor.service.to(path)
    assert lost["headers"]["idempotency-key"] == taken["headers"]["idempotency-key"]
    wanted = {"message": "在我这里。", "question_id": "5f0c1d2e3a4b5c6d"}
    assert json.loads(taken["body"]) == wanted


def test_an_answer_to_what_is_asked_no_more_shows_what_stands_now(visitor: Visitor) -> None:
    one = objections.is_asked(visitor)
    overtaken = problem(409, "overtaken")
    visitor.service.will_say(f"/v1/objections/{NUMBER}/answers", overtaken)
    again = {**FOLLOWED, "question": "请说明缴费方式。", "question_id": "another"}
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, again))
    one.get_by_label("您的回答").fill("在我这里。")
    one.get_by_role("button", name="提交回答").click()
    expect(one).to_contain_text("请说明缴费方式。")
    expect(one.get_by_label("您的回答")).to_have_value("在我这里。")


def test_evidence_is_sent_after_filing_and_its_check_followed(visitor: Visitor) -> None:
    objections.sends(visitor)
    visitor.service.will_say(f"/v1/objections/{NUMBER}/attachments", Reply(201, losses.INVITED))
    visitor.service.will_say("/v1/storage", Reply(204, None))
    checked = {**FOLLOWED, "evidence": [objections.sent("received")]}
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, checked))
    visitor.page.get_by_role("button", name="上传证明材料").click()
    group = visitor.page.get_by_role("group", name="证明材料")
    expect(group.get_by_label("拍照")).to_be_focused()
    group.get_by_label("选择照片或 PDF").set_input_files([losses.PHOTO])
    expect(group.locator(".badge")).to_have_text("已收到")
    (asked,) = visitor.service.to(f"/v1/objections/{NUMBER}/attachments")
    assert json.loads(asked["body"]) == {
        "filename": "现场.jpg",
        "content_type": "image/jpeg",
        "size": 3,
    }


def test_the_letter_opens_for_a_minute_and_only_by_the_id_number(visitor: Visitor) -> None:
    one = objections.follows(visitor, reply={**REPLY, "letter": "ready"})
    link = {"url": f"{visitor.site}/letter.pdf", "expires_at": "2099-01-01T00:00:00+08:00"}
    visitor.service.will_say(f"/v1/objections/{NUMBER}/letter", Reply(200, link))
    with visitor.page.expect_popup() as opened:
        one.get_by_role("button", name="打开答复书").click()
    assert opened.value.url.endswith("/letter.pdf")
    expect(one.get_by_role("link", name="打开答复书")).to_have_attribute("href", link["url"])
    expect(one.get_by_text("李合规")).to_be_visible()
    expect(one.get_by_role("group", name="证明材料")).to_have_count(0)


def test_a_number_of_nothing_is_said(visitor: Visitor) -> None:
    objections.begins(visitor)
    visitor.service.will_say("/v1/objections/Y1", problem(404, "not-found"))
    visitor.page.get_by_label("异议编号").fill("Y1")
    visitor.page.get_by_role("button", name="查看进度").click()
    expect(visitor.page.locator(".followed")).to_contain_text("没有这个编号的异议")


def test_a_change_of_language_keeps_what_was_typed_and_asks_for_progress_again(
    visitor: Visitor,
) -> None:
    objections.sends(visitor)
    visitor.page.get_by_role("button", name="有异议 签单日期").click()
    visitor.page.get_by_label("您认为应该是").fill("2026-01-09")
    english = {**FOLLOWED, "status_name": "Received"}
    visitor.service.will_say(f"/v1/objections/{NUMBER}", Reply(200, english))
    visitor.page.get_by_role("link", name="English").click()
    expect(visitor.page.get_by_label("What you say it should be")).to_have_value("2026-01-09")
    expect(visitor.page.locator(".followed .badge")).to_have_text("Received")
    expect(visitor.page.get_by_role("group", name="We have received")).to_contain_text(NUMBER)
    assert len(visitor.service.to("/v1/objections")) == 1


def test_what_objecting_needs_comes_only_when_somebody_objects(visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    visitor.sees_answer()
    visitor.page.wait_for_load_state("networkidle")
    assert {"objections.js", "objection.js", "followed.js", "objections.css"} & set(asked) == set()
    visitor.page.route("**/objections.js", lambda route: route.abort())
    visitor.page.get_by_role("button", name="提出异议").click()
    expect(visitor.page.locator(".actions")).to_contain_text("现在取不到")


def test_nothing_of_an_objection_is_in_an_address_or_kept(visitor: Visitor) -> None:
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    objections.sends(visitor)
    kept = visitor.page.evaluate(KEPT) + " ".join(urls)
    for secret in (TOKEN, "3000", "13800138000", "138%20", "138+0013"):
        assert secret not in kept
    visitor.page.get_by_role("button", name="结束查询并清除").click()
    expect(visitor.page.locator("#notice")).to_contain_text("都已清除")
    assert NUMBER not in visitor.page.content()


def test_an_objection_goes_with_the_keyboard_alone(visitor: Visitor) -> None:
    objections.prepare(visitor)
    visitor.sees_answer()
    keys = visitor.page.keyboard
    visitor.tabs_to("提出异议、查异议进度")
    keys.press("Enter")
    visitor.page.locator(".object").first.wait_for()
    visitor.tabs_to("有异议")
    keys.press("Enter")
    expect(visitor.page.get_by_label("您认为应该是")).to_be_focused()
    keys.type("3000.00")
    keys.press("Tab")
    keys.type("我实际缴纳的保费是3000元。")
    keys.press("Tab")
    keys.press("Tab")
    keys.type(PHONE)
    keys.press("Enter")
    expect(visitor.page.get_by_role("heading", name="已收到您的异议")).to_be_focused()
    visitor.tabs_to("关闭")
    keys.press("Enter")
    again = visitor.page.get_by_role("button", name="办理进度")
    expect(again).to_be_focused()


@pytest.mark.parametrize("state", objections.STATES)
def test_it_is_clean_in_both_languages_and_fits_a_phone(
    visitor: Visitor, axe: Axe, state: str
) -> None:
    objections.STATES[state](visitor)
    for width in (320, 360):
        visitor.page.set_viewport_size({"width": width, "height": 640})
        for language in ("English", "中文"):
            reads_in(visitor.page, language)
            expect(visitor.page.locator(".object").first).to_be_visible()
            assert visitor.page.evaluate(FITS), (language, width)
            assert visitor.page.evaluate(SMALL) == [], (language, width)
            if width == 320:
                assert axe.faults(visitor.page) == [], language
    visitor.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe.faults(visitor.page) == [], "dark"
