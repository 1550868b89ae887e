"""Bars on our papers, as SVG (R6). Only here is pygal known."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from markupsafe import Markup

# Tones that stay apart in grey and for the colour-blind (Okabe and Ito), darkest first.
COLOURS = ("#0b4a5f", "#d55e00", "#56b4e9", "#009e73", "#e69f00", "#cc79a7", "#8a979c")

_FONT = "Noto Sans SC"
_SIZE = 11
_STYLE = """
text {{ font-family: "{font}"; font-size: {size}px; fill: #5d6b72 }}
.axis.x text {{ text-anchor: middle }}
.axis.y text {{ text-anchor: end }}
.background {{ fill: #ffffff }}
.axis .line, .axis .guide.line {{ stroke: #d5dde0; stroke-width: 0.6px; fill: none }}
.legend text {{ font-size: {size}px; fill: #16242b }}
{series}
"""
_KINDS = {"columns": "StackedBar", "rows": "HorizontalStackedBar"}


def bars(
    kind: Literal["columns", "rows"],
    called: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    colours: Sequence[str] = COLOURS,
    **options: Any,
) -> Markup:
    """An SVG element: for each label a bar of one part per series, standing or lying.

    `called` tells the charts of a document apart; `options` are those of pygal that differ from
    paper to paper, sizes in pixels.
    """
    import pygal
    from pygal.style import Style

    tones = "\n".join(
        f".color-{place} {{ fill: {colour}; stroke: none }}" for place, colour in enumerate(colours)
    )
    style = Style(
        font_family=_FONT,
        label_font_size=_SIZE,
        major_label_font_size=_SIZE,
        legend_font_size=_SIZE,
    )
    settings = {
        "explicit_size": True,
        "style": style,
        "css": [f"inline:{_STYLE.format(font=_FONT, size=_SIZE, series=tones)}"],
        "js": [],
        "pretty_print": False,
        "disable_xml_declaration": True,
        "spacing": 14,
        "margin": 6,
        "legend_box_size": _SIZE,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": len(series),
    }
    chart = getattr(pygal, _KINDS[kind])(**settings | options)
    # Its own would be drawn by lot.
    chart.uuid = called
    chart.x_labels = list(labels)
    for name, values in series.items():
        chart.add(name, list(values))
    # A page may have several: nothing may be called the same twice.
    svg = chart.render(is_unicode=True).replace('id="activate-', f'id="{called}-')
    return Markup(svg[svg.index("<svg") :])  # noqa: S704 - pygal escapes the names in it
