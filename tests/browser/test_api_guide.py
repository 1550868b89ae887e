"""The API guide's examples for web pages work on a page of the site, as they stand."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.guides import examples

pytestmark = pytest.mark.xdist_group("stack")  # one stack for all of them, not one per worker


def test_the_javascript_examples_leave_a_need_and_take_it_back(page: Page, stack: Any) -> None:
    page.goto(f"{stack.url}/")
    program = examples("docs/api.md", "js")
    lead = page.evaluate(f"async (API) => {{ {program}\nreturn lead; }}", stack.url)
    assert lead["lead_no"]
    assert lead["recommendations"]
