"""The pages of lines and branches show what the service says, in each language, page after page."""

import pytest
from playwright.sync_api import expect

from . import offers
from .axe import Axe
from .pages import reads_in
from .service import SILENCE
from .test_accessibility import FITS, SMALL
from .visitor import Visitor


@pytest.fixture(autouse=True)
def prepared(visitor: Visitor) -> None:
    offers.prepare(visitor)


def test_a_line_says_for_whom_it_is_and_leads_to_the_assessment(visitor: Visitor) -> None:
    visitor.opens("products.html")
    card = visitor.page.locator("#motor")
    expect(card).to_contain_text("企业车队")
    expect(card).to_contain_text("如实告知")
    expect(card.get_by_role("link")).to_have_attribute("href", "lead.html")


def test_branches_come_page_by_page_with_hours_and_telephone(visitor: Visitor) -> None:
    visitor.opens("branches.html")
    cards = visitor.page.locator("#branches .card")
    expect(cards).to_have_count(1)
    expect(cards.first).to_contain_text("周一至周六 09:00–17:00")
    expect(cards.first.get_by_role("link", name="020-50000301")).to_be_visible()
    visitor.page.get_by_role("button", name="显示更多").click()
    expect(cards).to_have_count(2)
    expect(cards.last).to_contain_text("越秀")


def test_silence_of_the_service_is_said(visitor: Visitor) -> None:
    visitor.service.will_say("/v1/products", SILENCE)
    visitor.opens("products.html")
    expect(visitor.page.locator("#trouble")).to_contain_text("连不上")


@pytest.mark.parametrize("path", ["products.html", "branches.html"])
def test_the_pages_are_clean_in_both_languages_and_fit_a_phone(
    visitor: Visitor, axe: Axe, path: str
) -> None:
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    visitor.opens(path)
    for language in ("English", "中文"):
        reads_in(visitor.page, language)
        expect(visitor.page.locator(".card").first).to_be_visible()
        assert axe.faults(visitor.page) == [], language
        assert visitor.page.evaluate(FITS), language
        assert visitor.page.evaluate(SMALL) == [], language
