"""The same pages before the real service: every line of the demonstration, documents, proofs."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect

from tests.attachments.files import photo

RULES = {
    rule["line"]: rule
    for path in (Path(__file__).parents[2] / "schemas" / "lines").glob("*.json")
    if "line" in (rule := json.loads(path.read_text("utf-8")))
}
STRANGER = "11010519491231002X"


@pytest.fixture
def demo(page: Page, stack: Any) -> dict[str, dict[str, str]]:
    """One policy of each line in the demonstration data, by line."""
    policies = page.request.get(f"{stack.url}/_local/info").json()["demo"]["policies"]
    return {policy["line"]: policy for policy in reversed(policies)}


def test_every_line_of_the_demonstration_opens_through_the_page(
    page: Page, stack: Any, demo: dict[str, dict[str, str]]
) -> None:
    assert set(demo) == {line for line, rule in RULES.items() if rule["queryable"]}
    for line, policy in demo.items():
        ask(page, stack.url, line, credentials(policy))
        expect(page.locator("#answer .number")).to_have_text(policy["policy_no"])
        expect(page.locator("#answer h1")).to_be_focused()
        expect(page.locator("#answer .little")).to_have_count(
            0 if "id_no" in credentials(policy) else 1
        )
        shown = page.locator("#answer").inner_text()
        secrets = {policy["id_no"], policy["insured_name"]} - {None}
        assert [one for one in (*secrets, "undefined", "null") if one in shown] == [], line


def test_a_policyholder_sees_the_policy_and_verifies_its_document(
    page: Page, stack: Any, demo: dict[str, dict[str, str]]
) -> None:
    policy = demo["motor"]
    ask(page, stack.url, "motor", credentials(policy))
    page.get_by_role("button", name="打开电子保单").click()
    content = _fetched(page.request, page.locator(".told a").get_attribute("href"))
    assert content.startswith(b"%PDF-")

    page.goto(f"{stack.url}/verify.html")
    file = {"name": "policy.pdf", "mimeType": "application/pdf", "buffer": content}
    page.set_input_files("#file", file)
    expect(page.locator("#verdict-file")).to_contain_text("没有被改动")
    page.set_input_files("#file", file | {"buffer": content + b"\n"})
    expect(page.locator("#verdict-file")).to_contain_text("与我们出具的不一样")


def test_a_policyholder_sends_evidence_and_answers_what_is_asked(
    page: Page, stack: Any, demo: dict[str, dict[str, str]]
) -> None:
    page.set_default_timeout(20_000)
    ask(page, stack.url, "motor", credentials(demo["motor"]))
    page.get_by_role("button", name="提出异议").click()
    page.locator("td[data-item='/policy/covers/0/sum_insured'] .object").click()
    page.get_by_label("您认为应该是").fill("300000")
    page.get_by_label("请说明哪里不对").fill("投保单上写的是三十万元。")
    page.get_by_label("联系电话").fill("138 0013 8000")
    page.get_by_role("button", name="提交异议").click()
    number = page.locator(".objection .number").inner_text()
    page.get_by_role("button", name="上传证明材料").click()
    one = page.locator(".followed-one")
    receipt = {"name": "收据.png", "mimeType": "image/png", "buffer": photo("PNG")}
    one.get_by_label("选择照片或 PDF").set_input_files([receipt])
    expect(one.locator(".photos .badge")).to_have_text("已收到", timeout=30_000)
    officer = stack.staff_token(["compliance_officer"], "10000000", sub="asking")
    for step in ({"action": "acknowledge"}, {"action": "ask", "message": "请问何时投保？"}):
        said = stack.post_json(
            f"/v1/staff/objections/{number}/events",
            step,
            headers={"Authorization": f"Bearer {officer}"},
        )
        assert said.status_code == 200, said.text
    one.get_by_role("button", name="刷新进度").click()
    expect(one).to_contain_text("请问何时投保？", timeout=20_000)
    one.get_by_label("您的回答").fill("去年十月。")
    one.get_by_role("button", name="提交回答").click()
    expect(one.get_by_label("您的回答")).to_have_count(0, timeout=20_000)
    for words in ("去年十月。", "收到您的说明", "收到您的证明材料", "联系人（查询专岗）"):
        expect(one).to_contain_text(words)


def test_another_persons_number_opens_nothing(
    page: Page, stack: Any, demo: dict[str, dict[str, str]]
) -> None:
    ask(page, stack.url, "motor", credentials(demo["motor"] | {"id_no": STRANGER}))
    expect(page.locator("#trouble")).to_contain_text("没有查到与这两项都一致的保单")


def test_the_reference_shows_the_document_that_the_service_serves(page: Page, stack: Any) -> None:
    page.goto(f"{stack.url}/docs")
    expect(page.locator("#reference")).to_contain_text("/v1/queries")
    assert page.goto(f"{stack.url}/nowhere/at/all").status == 404
    expect(page.locator("h1")).to_have_text("找不到这个页面")


def test_staff_sign_in_at_the_stacks_own_provider(page: Page, stack: Any) -> None:
    page.goto(f"{stack.url}/staff/")
    page.get_by_role("button", name="登录").click()
    page.get_by_label("name", exact=True).fill("何敏")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#who")).to_contain_text("何敏 · 44000000")
    assert page.url == f"{stack.url}/staff/"


def credentials(policy: dict[str, str]) -> dict[str, str]:
    """What the line's rule asks for first, of all that the demonstration's list has."""
    asked = RULES[policy["line"]]["verification"][0]
    fields = ("policy_no", "insured_name", "serial_no", "id_no")
    return {field: policy[field] for field in fields if field in asked}


def ask(page: Page, site: str, line: str, credentials: dict[str, str]) -> None:
    """Chooses entry, line and way, types the credentials and presses the button."""
    page.goto(f"{site}/query.html?entry={RULES[line]['entry']}")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    if line != "motor":
        page.select_option("#line", line)
        way = " ".join(field for field in credentials if field != "policy_no")
        choice = page.locator(f"[name=way][value='{way}']")
        if choice.count():
            choice.check()
    for field, value in credentials.items():
        page.fill(f"#{field}", value)
    page.click("button[type=submit]")


def _fetched(request: APIRequestContext, url: str | None) -> bytes:
    assert url
    response = request.get(url)
    assert response.ok
    return response.body()
