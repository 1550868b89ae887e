"""Introductions of the lines as they hold on a day (L1): `schemas/data/products.json`."""

from datetime import datetime
from typing import Any

from chalicelib import clock, codes, dated, languages


def introduced(language: str, at: datetime) -> dict[str, Any]:
    """Every line that is offered, in the order of the lines, in the language or else in Chinese."""
    held = dated.in_force("data/products", clock.shanghai_day(at))
    steps = [
        {part: str(languages.label(step[part], language)) for part in ("name", "text")}
        for step in held["steps"]
    ]
    return {
        "products": [
            {
                "line": line["line"],
                "name": languages.label(line["name"], language),
                **_words(held["lines"][line["line"]], language),
                "steps": steps,
            }
            for line in codes.lines()
            if line["line"] in held["lines"]
        ],
        "as_of": held["from"],
    }


def _words(entry: dict[str, Any], language: str) -> dict[str, Any]:
    lists = ("suits", "not_for", "papers")
    return {
        "summary": languages.label(entry["summary"], language),
        **{name: [languages.label(one, language) for one in entry[name]] for name in lists},
    }
