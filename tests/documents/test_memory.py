"""One worker sets documents for hours: its memory must not grow with their number."""

import pytest

from bench.documents import growth_over


@pytest.mark.soak
def test_memory_is_flat_over_two_thousand_documents() -> None:
    assert growth_over(2_000) <= 1.05
