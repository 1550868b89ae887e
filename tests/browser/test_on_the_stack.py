"""The same pages before the real service: a demonstration policy, its document, its proof."""

from typing import Any

import pytest
from playwright.sync_api import APIRequestContext, Page, expect


@pytest.fixture
def policy(page: Page, stack: Any) -> dict[str, str]:
    """A motor policy of the demonstration data."""
    demo = page.request.get(f"{stack.url}/_local/info").json()["demo"]["policies"]
    return next(policy for policy in demo if policy["line"] == "motor")


def test_a_policyholder_sees_the_policy_and_verifies_its_document(
    page: Page, stack: Any, policy: dict[str, str]
) -> None:
    _ask(page, stack.url, policy["policy_no"], policy["id_no"])
    expect(page.locator("#answer h1")).to_be_focused()
    expect(page.locator("#answer .number")).to_have_text(policy["policy_no"])
    assert policy["id_no"] not in page.locator("#answer").inner_text()

    page.get_by_role("button", name="打开电子保单").click()
    content = _fetched(page.request, page.locator(".told a").get_attribute("href"))
    assert content.startswith(b"%PDF-")

    page.goto(f"{stack.url}/verify.html")
    file = {"name": "policy.pdf", "mimeType": "application/pdf", "buffer": content}
    page.set_input_files("#file", file)
    expect(page.locator("#verdict-file")).to_contain_text("没有被改动")
    page.set_input_files("#file", file | {"buffer": content + b"\n"})
    expect(page.locator("#verdict-file")).to_contain_text("与我们出具的不一样")


def test_another_persons_number_opens_nothing(
    page: Page, stack: Any, policy: dict[str, str]
) -> None:
    _ask(page, stack.url, policy["policy_no"], "11010519491231002X")
    expect(page.locator("#trouble")).to_contain_text("没有查到与这两项都一致的保单")


def _ask(page: Page, site: str, policy_no: str, id_no: str) -> None:
    page.goto(f"{site}/query.html")
    expect(page.locator("html[data-ready]")).to_have_count(1)
    page.fill("#policy_no", policy_no)
    page.fill("#id_no", id_no)
    page.click("button[type=submit]")


def _fetched(request: APIRequestContext, url: str | None) -> bytes:
    assert url
    response = request.get(url)
    assert response.ok
    return response.body()
