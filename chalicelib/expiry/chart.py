"""The chart of a list: premium at stake by week and line (R6)."""

from markupsafe import Markup

from chalicelib import charts, codes
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.rows import LANGUAGE

SERIES = 6
"""Lines shown apart, the largest ones; what is left goes together."""


def premium_by_week(figures: Figures, rest: str) -> Markup:
    """An SVG element with bars in ten thousand yuan; `rest` names the lines that go together."""
    ranked = [line for line, _ in figures.line_premium.most_common()]
    apart, together = ranked[:SERIES], ranked[SERIES:]
    groups = [(str(codes.name("line", line, LANGUAGE)), [line]) for line in apart]
    if together:
        groups.append((rest, together))
    weeks = figures.weeks()
    return charts.bars(
        "columns",
        "premium",
        [
            f"{first:%m-%d}" if first == last else f"{first:%m-%d} – {last:%m-%d}"
            for first, last in weeks
        ],
        {
            name: [
                sum(figures.week_premium[first, line] for line in lines) / 1_000_000
                for first, _ in weeks
            ]
            for name, lines in groups
        },
        width=960,
        height=300,
        margin_bottom=34,
        legend_at_bottom_columns=SERIES + 1,
        show_minor_y_labels=True,
        y_labels_major_every=1,
        formatter=lambda value: f"{value:,.2f}".rstrip("0").rstrip("."),
    )
