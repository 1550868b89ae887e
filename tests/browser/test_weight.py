"""The first page weighs less than 100 kB, as do all the others."""

import pytest
from playwright.sync_api import expect

from . import losses, needs, offers
from .service import answer
from .visitor import Visitor

LIMIT = 100_000


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "query.html",
        "query.html?entry=non-motor",
        "verify.html",
        "404.html",
        "report.html?line=motor",
        "track.html",
        "lead.html",
        "withdraw.html",
        "products.html",
        "branches.html",
    ],
)
def test_a_page_with_all_it_loads_stays_under_100_kb_uncompressed(
    visitor: Visitor, path: str
) -> None:
    responses: list = []
    visitor.page.on("response", lambda response: responses.append(response))
    losses.prepare(visitor)
    needs.prepare(visitor)
    offers.prepare(visitor)
    visitor.opens(path)
    visitor.page.wait_for_load_state("networkidle")
    weights = {response.url: len(response.body()) for response in responses}
    assert sum(weights.values()) < LIMIT, weights


def test_what_only_an_answer_needs_comes_when_somebody_begins_to_type(visitor: Visitor) -> None:
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    visitor.opens()
    visitor.page.wait_for_load_state("networkidle")
    assert "answer.js" not in asked
    with (
        visitor.page.expect_response("**/answer.js"),
        visitor.page.expect_response("**/answer.css"),
        visitor.page.expect_response("**/record.css"),
    ):
        visitor.page.focus("#policy_no")


def test_an_answer_that_could_not_be_drawn_is_not_asked_for(visitor: Visitor) -> None:
    visitor.page.route("**/answer.js", lambda route: route.abort())
    visitor.opens()
    visitor.asks(answer())
    expect(visitor.trouble).to_be_visible()
    assert visitor.service.queries == []
