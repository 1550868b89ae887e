"""What stays behind: nothing that opens a policy, and nobody's answer."""

import pytest
from playwright.sync_api import expect

from .service import ID_NO, POLICY_NO, TOKEN, problem
from .visitor import Visitor

KEPT = """() => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, history.state, document.cookie, location.href])"""


def test_the_id_number_is_in_no_address_storage_or_history(visitor: Visitor) -> None:
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    visitor.page.on("framenavigated", lambda frame: urls.append(frame.url))
    visitor.opens()
    visitor.asks(problem(403, "verification-failed"))
    expect(visitor.trouble).to_be_visible()
    visitor.page.get_by_role("link", name="English").click()
    visitor.sees_answer()
    kept = visitor.page.evaluate(KEPT)
    visitor.page.go_back()
    expect(visitor.page.locator("#ask")).to_be_visible()
    kept += visitor.page.evaluate(KEPT)
    for secret in (ID_NO, TOKEN, "迪***"):
        assert secret not in kept
        assert not any(secret in url for url in urls)
    assert visitor.page.evaluate("async () => (await indexedDB.databases()).length") == 0


def test_without_scripts_the_form_cannot_put_secrets_into_an_address(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.site}/query.html")
    assert visitor.page.get_attribute("form", "method") == "post"


def test_back_leads_from_the_answer_to_the_form_with_everything_typed(visitor: Visitor) -> None:
    visitor.sees_answer()
    visitor.page.go_back()
    expect(visitor.page.locator("#ask h1")).to_be_focused()
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)
    expect(visitor.page.locator("#id_no")).to_have_value(ID_NO)
    visitor.page.go_forward()
    expect(visitor.page.locator("#answer h1")).to_be_focused()


@pytest.mark.parametrize("way_back", ["back", "reload"])
def test_who_comes_back_from_elsewhere_finds_no_answer_and_no_id(
    visitor: Visitor, way_back: str
) -> None:
    visitor.sees_answer()
    if way_back == "back":
        visitor.page.goto(f"{visitor.site}/index.html")
        visitor.page.go_back()
    else:
        visitor.page.reload()
    visitor.waits_for_words()
    expect(visitor.page.locator("#notice")).to_contain_text("证件号码和查询结果已经清除")
    expect(visitor.page.locator("#answer")).to_be_hidden()
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)
    expect(visitor.page.locator("#id_no")).to_have_value("")


def test_ending_the_query_leaves_nothing(visitor: Visitor) -> None:
    visitor.sees_answer()
    visitor.page.get_by_role("button", name="结束查询并清除").click()
    expect(visitor.page.locator("#notice")).to_contain_text("都已清除")
    for field in ("#policy_no", "#id_no"):
        expect(visitor.page.locator(field)).to_have_value("")
    assert POLICY_NO not in visitor.page.evaluate(KEPT)
    visitor.page.go_forward()
    expect(visitor.page.locator("#answer")).to_be_hidden()


def test_no_third_party_is_asked_for_anything(visitor: Visitor) -> None:
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    for path in ("index.html", "query.html", "verify.html"):
        visitor.opens(path)
    assert [url for url in urls if not url.startswith(visitor.site)] == []
