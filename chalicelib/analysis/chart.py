"""The chart of a table: a lying bar for each of its rows (R6)."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from chalicelib import charts

_ROW = 30
_WIDTH = 640
"""Pixels: the width of the letterhead's text."""
_CHARACTER = 11.5
_STEPS = 5


def stacked(
    names: Sequence[str], series: Mapping[str, Sequence[int]], called: str = "bars"
) -> Markup:
    """An SVG element: a bar for each name, of one part per series; the first name on top.

    `called` tells the charts of a document apart.
    """
    longest = max(sum(values) for values in zip(*series.values(), strict=True))
    return charts.bars(
        "rows",
        called,
        list(reversed(names)),
        {name: list(reversed(values)) for name, values in series.items()},
        width=_WIDTH,
        height=80 + _ROW * len(names),
        spacing=8,
        margin_left=int(_CHARACTER * max(map(len, names))),
        y_labels=sorted({round(longest * part / _STEPS) for part in range(_STEPS + 1)}),
        formatter=lambda value: f"{value:,.0f}",
    )
