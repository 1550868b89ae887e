"""Around the queries: the page that is missing, the API reference, other languages' machinery."""

import json

from playwright.sync_api import Page, expect

from chalicelib import validation
from infra.pages import SCRIPT, with_languages

from .axe import Axe
from .pages import WEB
from .service import OTHERS, Reply, answer
from .visitor import Visitor

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Chabao", "version": "1.0.0"},
    "paths": {
        "/v1/lines": {"get": {"summary": "Lines", "responses": {"200": {"description": ""}}}}
    },
}
PSEUDO = "﹝{}﹞"
JS = "text/javascript"


def test_a_page_that_is_not_there_leads_home_in_both_languages(visitor: Visitor, axe: Axe) -> None:
    visitor.opens("404.html")
    expect(visitor.page.locator("h1")).to_have_text("找不到这个页面")
    assert axe.faults(visitor.page) == []
    visitor.page.get_by_role("link", name="English").click()
    expect(visitor.page.locator("h1")).to_have_text("There is no such page")
    visitor.page.get_by_role("link", name="Go to the start").click()
    visitor.page.wait_for_url("**/index.html")


def test_around_the_viewer_the_reference_is_clean_too(visitor: Visitor, axe: Axe) -> None:
    visitor.service.will_say("/v1/openapi.json", Reply(200, DOCUMENT))
    visitor.opens("docs/")
    visitor.page.locator("#reference .opblock").wait_for()
    # What the viewer draws inside is its makers' work; we answer for the frame around it.
    visitor.page.evaluate("document.querySelector('#reference').replaceChildren()")
    assert axe.faults(visitor.page) == []


def test_the_api_reference_shows_the_services_own_document(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/openapi.json", Reply(200, DOCUMENT))
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    visitor.opens("docs/")
    expect(visitor.page.locator("#reference")).to_contain_text("/v1/lines")
    expect(visitor.page.get_by_role("button", name="Try it out")).to_have_count(0)
    ours = (visitor.site, "data:")
    assert [url for url in urls if not url.startswith(ours)] == []


def test_a_prepared_language_is_switched_on_and_every_word_runs_from_right_to_left(
    visitor: Visitor, page: Page, axe: Axe
) -> None:
    words = json.loads((WEB / "texts/en.json").read_text("utf-8"))
    kept = ("page.locale", "page.languages", "insurer.hotline")
    pseudo = {key: text if key in kept else PSEUDO.format(text) for key, text in words.items()}
    listed = validation.load("data/languages")["languages"]
    listed = [{**one, "status": "on"} if one["tag"] == "ug-CN" else one for one in listed]
    script = with_languages(SCRIPT.read_text("utf-8"), listed)
    page.route("**/language.js", lambda route: route.fulfill(body=script, content_type=JS))
    page.route("**/texts/ug-CN.json", lambda route: route.fulfill(body=json.dumps(pseudo)))
    page.set_viewport_size({"width": 320, "height": 640})
    visitor.service.will_say("/v1/policies", Reply(200, OTHERS))
    visitor.opens("query.html?entry=non-motor")
    page.get_by_role("link", name="ئۇيغۇرچە").click()
    expect(page.locator("html")).to_have_attribute("lang", "ug-CN")
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    assert _unmarked(page, "#ask h1, #ask .lede, label, .hint, button, summary, footer p") == []
    # The choice goes along; the service is asked for its words in the same language.
    visitor.opens("query.html")
    visitor.service.will_say("/v1/queries", answer())
    visitor.types()
    page.click("button[type=submit]")
    expect(page.locator("#answer h1")).to_be_visible()
    assert _unmarked(page, "#answer h2, #answer dt, #answer button, #answer .hint") == []
    assert axe.faults(page) == []
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(width) == 0


def _unmarked(page: Page, selector: str) -> list[str]:
    """What can be seen there that no catalogue said."""
    texts = page.locator(selector).evaluate_all(
        "all => all.filter((one) => one.checkVisibility()).map((one) => one.textContent.trim())"
    )
    assert texts
    return [text for text in texts if text and "﹝" not in text]
