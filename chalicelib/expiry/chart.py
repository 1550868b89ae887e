"""The chart of a list: premium at stake by week and line, as SVG (R6). Only here is pygal known."""

from chalicelib import codes
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.rows import LANGUAGE

SERIES = 6
"""Lines shown apart, the largest ones; what is left goes together."""
# Six tones that stay apart in grey and for the colour-blind (Okabe and Ito), darkest first.
_COLOURS = ("#0b4a5f", "#d55e00", "#56b4e9", "#009e73", "#e69f00", "#cc79a7", "#8a979c")

_STYLE = """
text {{ font-family: "Noto Sans SC"; font-size: 11px; fill: #5d6b72 }}
.axis.x text {{ text-anchor: middle }}
.axis.y text {{ text-anchor: end }}
.background {{ fill: #ffffff }}
.axis .line, .axis .guide.line {{ stroke: #d5dde0; stroke-width: 0.6px; fill: none }}
.legend text {{ font-size: 11px; fill: #16242b }}
{series}
"""


def premium_by_week(figures: Figures, rest: str) -> str:
    """An SVG element with bars in ten thousand yuan; `rest` names the lines that go together."""
    import pygal
    from pygal.style import Style

    ranked = [line for line, _ in figures.line_premium.most_common()]
    apart, together = ranked[:SERIES], ranked[SERIES:]
    series = "\n".join(
        f".color-{place} {{ fill: {colour}; stroke: none }}"
        for place, colour in enumerate(_COLOURS)
    )
    chart = pygal.StackedBar(
        width=960,
        height=300,
        explicit_size=True,
        style=Style(
            font_family="Noto Sans SC",
            label_font_size=11,
            major_label_font_size=11,
            legend_font_size=11,
        ),
        css=[f"inline:{_STYLE.format(series=series)}"],
        js=[],
        pretty_print=False,
        disable_xml_declaration=True,
        spacing=14,
        margin=6,
        margin_bottom=34,
        legend_box_size=11,
        legend_at_bottom=True,
        legend_at_bottom_columns=SERIES + 1,
        show_minor_y_labels=True,
        y_labels_major_every=1,
        formatter=lambda value: f"{value:,.2f}".rstrip("0").rstrip("."),
    )
    # Its own would be drawn by lot.
    chart.uuid = "premium"
    weeks = figures.weeks()
    chart.x_labels = [
        f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"
        for first, last in weeks
    ]
    groups = [(str(codes.name("line", line, LANGUAGE)), [line]) for line in apart]
    if together:
        groups.append((rest, together))
    for name, lines in groups:
        values = (
            sum(figures.week_premium[first, line] for line in lines) / 1_000_000
            for first, _ in weeks
        )
        chart.add(name, list(values))
    svg: str = chart.render(is_unicode=True)
    return svg[svg.index("<svg") :]
