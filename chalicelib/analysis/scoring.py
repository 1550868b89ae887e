"""A scorecard as JSON and PDF with a chart, put once by `render_document` from what was kept."""

import json
from typing import Any

from markupsafe import Markup

from chalicelib import storage, texts
from chalicelib.analysis import chart, scorecards, store
from chalicelib.documents import service as documents
from chalicelib.errors import RenderError
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations

LANGUAGE = texts.BASE


def render(reference: str) -> None:
    """Makes the files of `<year>/<organisation>`; those that stand there stay."""
    year, _, organisation = reference.partition("/")
    found = store.get(store.SCORECARDS + organisation, year)
    if found is None:
        logger.error("scorecard not found", year=year, organisation=organisation)
        return
    shown = scorecards.shown(organisation, year, found.facts, LANGUAGE)
    promises = _promises(shown["promises"] or [])
    entry = organisations.entry("organisations", organisation) or {}
    try:
        content = documents.letter(
            __package__,
            "scorecard.html",
            {
                "scorecard": shown,
                "name": entry.get("name") or organisation,
                "promises": promises,
                "lacking": _lacking(shown["quality"]),
                "chart": _chart(promises),
            },
            title=texts.text("analysis.scorecard.title", LANGUAGE),
            number=f"{year}-{organisation}",
            day=shown["made_on"],
            language=LANGUAGE,
        )
    except RenderError as error:
        logger.error("scorecard not made", year=year, reason=error.detail)
        return
    text = json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True)
    storage.put_once(scorecards.key(year, organisation, "json"), text.encode(), "application/json")
    storage.put_once(scorecards.key(year, organisation, "pdf"), content, "application/pdf")
    logger.info("scorecard printed", year=year, organisation=organisation)


def _lacking(quality: dict[str, Any] | None) -> list[tuple[str, int]]:
    """The name of each item that rows lack, and how many do; the most first."""
    counts = quality["missing"] if quality else {}
    return [
        (texts.text(f"analysis.scorecard.item.{item}", LANGUAGE), number)
        for item, number in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]


def _promises(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One for each promise: times in time and late; None where hidden, 0 where it never was."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        code, _, outcome = row["code"].partition(":")
        # The name is "<promise>: <in time or late>".
        name = row["name"].rpartition(": ")[0]
        found.setdefault(code, {"name": name, "kept": 0, "broken": 0})[outcome] = row["times"]
    return list(found.values())


def _chart(promises: list[dict[str, Any]]) -> Markup:
    drawn = [one for one in promises if None not in (one["kept"], one["broken"])]
    if not any(one["kept"] + one["broken"] for one in drawn):
        return Markup()
    return chart.stacked(
        [one["name"] for one in drawn],
        {
            texts.text("analysis.service.in_time", LANGUAGE): [one["kept"] for one in drawn],
            texts.text("analysis.service.late", LANGUAGE): [one["broken"] for one in drawn],
        },
    )
