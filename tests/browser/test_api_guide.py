"""The API guide's examples for web pages work on a page of the site, as they stand."""

from typing import Any

from playwright.sync_api import Page

from tests.guides import examples


def test_the_javascript_examples_leave_a_need_and_take_it_back(page: Page, stack: Any) -> None:
    page.goto(f"{stack.url}/")
    program = examples("docs/api.md", "js")
    lead = page.evaluate(f"async (API) => {{ {program}\nreturn lead; }}", stack.url)
    assert lead["lead_no"]
    assert lead["recommendations"]
