"""The charts of a report as SVG (R6): plain bars. Only here does the room know pygal."""

from collections.abc import Sequence
from typing import Any

_COLOURS = ("#0b4a5f", "#d55e00", "#8a979c")
"""Told apart in grey and by the colour-blind (Okabe and Ito)."""
_STYLE = """
text {{ font-family: "Noto Sans SC"; font-size: 11px; fill: #5d6b72 }}
.axis.x text {{ text-anchor: middle }}
.axis.y text {{ text-anchor: end }}
.background {{ fill: #ffffff }}
.axis .line, .axis .guide.line {{ stroke: #d5dde0; stroke-width: 0.6px; fill: none }}
.legend text {{ font-size: 11px; fill: #16242b }}
{series}
"""


def bars(
    name: str,
    labels: Sequence[str],
    series: dict[str, Sequence[float | None]],
    *,
    width: int,
    height: int,
    top: float | None = None,
) -> str:
    """Stacked bars as an SVG element; `name` tells charts apart, `top` ends the axis."""
    import pygal
    from pygal.style import Style

    colours = "\n".join(
        f".color-{place} {{ fill: {colour}; stroke: none }}"
        for place, colour in enumerate(_COLOURS)
    )
    more: dict[str, Any] = {} if top is None else {"range": (0, top)}
    chart = pygal.StackedBar(
        width=width,
        height=height,
        explicit_size=True,
        style=Style(
            font_family="Noto Sans SC",
            label_font_size=11,
            major_label_font_size=11,
            legend_font_size=11,
        ),
        css=[f"inline:{_STYLE.format(series=colours)}"],
        js=[],
        pretty_print=False,
        disable_xml_declaration=True,
        spacing=14,
        margin=6,
        margin_bottom=34 if len(series) > 1 else 12,
        legend_box_size=11,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
        show_legend=len(series) > 1,
        min_scale=2,
        max_scale=6,
        formatter=lambda value: f"{value:,.1f}".removesuffix(".0"),
        **more,
    )
    # Its own would be drawn by lot.
    chart.uuid = name
    chart.x_labels = list(labels)
    for title, values in series.items():
        chart.add(title, list(values))
    svg: str = chart.render(is_unicode=True)
    return svg[svg.index("<svg") :]
