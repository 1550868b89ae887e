"""Is this document genuine? By the number in its QR code, and by the file itself."""

import hashlib

import pytest
from playwright.sync_api import Route, expect

from .service import SILENCE, Reply, problem
from .visitor import Visitor

FILE = {"name": "policy.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 policy"}
DIGEST = hashlib.sha256(FILE["buffer"]).hexdigest()
FOUND = {"genuine": True, "kind": "policy", "issued_on": "2026-01-10", "sha256": DIGEST}


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, FOUND | {"superseded": False}), "这个编号的文件由我们出具"),
        (Reply(200, FOUND | {"superseded": True}), "已经被新的版本取代"),
        (Reply(200, FOUND | {"genuine": False}), "我们没有出具过这份文件"),
        (problem(404, "not-found"), "我们没有出具过这份文件"),
        (problem(500, "internal-error"), "还不能说这份文件是真是假"),
        (SILENCE, "还不能说这份文件是真是假"),
    ],
)
def test_the_number_of_the_qr_code_tells(visitor: Visitor, reply, words) -> None:
    visitor.service.will_say("/v1/documents/d%2F1", reply)
    visitor.opens("verify.html?d=d/1")
    expect(visitor.page.locator("#verdict-code")).to_contain_text(words)


def test_either_name_of_the_number_in_the_address_is_read(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/documents/d1", Reply(200, FOUND | {"superseded": False}))
    visitor.opens("verify.html?document=d1")
    expect(visitor.page.locator("#verdict-code")).to_contain_text("这个编号的文件由我们出具")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, FOUND | {"superseded": False}), "没有被改动"),
        (Reply(200, FOUND | {"superseded": True}), "已经被新的版本取代"),
        (problem(404, "not-found"), "与我们出具的不一样"),
    ],
)
def test_the_file_itself_is_compared_without_leaving_the_device(
    visitor: Visitor, reply, words
) -> None:
    visitor.service.will_say(f"/v1/documents/{DIGEST}", reply)
    visitor.opens("verify.html")
    visitor.page.set_input_files("#file", FILE)
    expect(visitor.page.locator("#verdict-file")).to_contain_text(words)
    assert [asked["body"] for asked in visitor.service.asked] == [None]


def test_a_file_that_is_chosen_before_the_words_have_come_is_compared_too(visitor: Visitor) -> None:
    visitor.service.will_say(f"/v1/documents/{DIGEST}", Reply(200, FOUND | {"superseded": False}))
    held: list[Route] = []
    visitor.page.route("**/texts/zh-CN.json", lambda route: held.append(route))
    with visitor.page.expect_request("**/texts/zh-CN.json"):
        visitor.page.goto(f"{visitor.site}/verify.html")
    visitor.page.set_input_files("#file", FILE)
    for route in held:
        route.continue_()
    expect(visitor.page.locator("#verdict-file")).to_contain_text("没有被改动")


def test_an_altered_file_with_a_copied_qr_code_is_found_out(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/documents/d1", Reply(200, FOUND | {"superseded": False}))
    visitor.service.will_say("", problem(404, "not-found"))
    visitor.opens("verify.html?d=d1")
    expect(visitor.page.locator("#verdict-code")).to_contain_text("二维码只能证明")
    visitor.page.set_input_files("#file", FILE | {"buffer": b"%PDF-1.7 forged"})
    expect(visitor.page.locator("#verdict-file")).to_contain_text("与我们出具的不一样")
