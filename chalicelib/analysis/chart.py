"""Bars beside each other or one on the other, as SVG (R6). Only here this room knows pygal."""

from collections.abc import Mapping, Sequence

# Tones that stay apart in grey and for the colour-blind (Okabe and Ito).
_COLOURS = ("#0b4a5f", "#d55e00", "#56b4e9", "#009e73", "#e69f00", "#cc79a7")
_STYLE = """
text {{ font-family: "Noto Sans SC"; font-size: 11px; fill: #5d6b72 }}
.axis.y text {{ text-anchor: end }}
.background {{ fill: #ffffff }}
.axis .line, .axis .guide.line {{ stroke: #d5dde0; stroke-width: 0.6px; fill: none }}
.legend text {{ font-size: 11px; fill: #16242b }}
{series}
"""
_ROW = 30
_WIDTH = 640
"""Pixels: the width of the letterhead's text."""
_CHARACTER = 11.5
_STEPS = 5


def stacked(names: Sequence[str], series: Mapping[str, Sequence[int]], called: str = "bars") -> str:
    """An SVG element: a bar for each name, of one part per series; the first name on top.

    `called` tells the charts of a document apart.
    """
    import pygal
    from pygal.style import Style

    colours = "\n".join(
        f".color-{place} {{ fill: {colour}; stroke: none }}"
        for place, colour in enumerate(_COLOURS)
    )
    longest = max(sum(values) for values in zip(*series.values(), strict=True))
    drawn = pygal.HorizontalStackedBar(
        width=_WIDTH,
        height=80 + _ROW * len(names),
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
        spacing=8,
        margin=6,
        margin_left=int(_CHARACTER * max(map(len, names))),
        y_labels=sorted({round(longest * part / _STEPS) for part in range(_STEPS + 1)}),
        legend_box_size=11,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(series),
        formatter=lambda value: f"{value:,.0f}",
    )
    # Its own would be drawn by lot.
    drawn.uuid = called
    drawn.x_labels = list(reversed(names))
    for name, values in series.items():
        drawn.add(name, list(reversed(values)))
    # A page may have several: nothing may be called the same twice.
    svg: str = drawn.render(is_unicode=True).replace('id="activate-', f'id="{called}-')
    return svg[svg.index("<svg") :]
