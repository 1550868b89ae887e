"""The first page weighs less than 100 kB, as do all the others."""

import pytest

from .visitor import Visitor

LIMIT = 100_000


@pytest.mark.parametrize(
    "path",
    ["index.html", "query.html", "query.html?entry=non-motor", "verify.html", "404.html"],
)
def test_a_page_with_all_it_loads_stays_under_100_kb_uncompressed(
    visitor: Visitor, path: str
) -> None:
    responses: list = []
    visitor.page.on("response", lambda response: responses.append(response))
    visitor.opens(path)
    visitor.page.wait_for_load_state("networkidle")
    weights = {response.url: len(response.body()) for response in responses}
    assert sum(weights.values()) < LIMIT, weights
