"""The charts of a report: standing bars (R6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from chalicelib import charts

_COLOURS = (charts.COLOURS[0], charts.COLOURS[1], charts.COLOURS[-1])


def bars(
    name: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    width: int,
    height: int,
    top: float | None = None,
) -> Markup:
    """Stacked bars as an SVG element; `name` tells charts apart, `top` ends the axis."""
    more: dict[str, Any] = {"range": (0, top)}
    if top is None:
        sums = [sum(part or 0 for part in parts) for parts in zip(*series.values(), strict=True)]
        more = {"y_labels": _whole(max(sums, default=0))}
    return charts.bars(
        "columns",
        name,
        labels,
        series,
        colours=_COLOURS,
        width=width,
        height=height,
        margin_bottom=34 if len(series) > 1 else 12,
        show_legend=len(series) > 1,
        truncate_label=-1,
        min_scale=2,
        max_scale=6,
        formatter=lambda value: f"{value:,.1f}".removesuffix(".0"),
        **more,
    )


def _whole(most: float) -> list[int]:
    """What stands at the axis of numbers that are counted: six whole ones at most."""
    step = next(
        factor * 10**power
        for power in range(16)
        for factor in (1, 2, 5)
        if 5 * factor * 10**power >= most
    )
    return list(range(0, max(int(-(-most // step)), 1) * step + 1, step))
