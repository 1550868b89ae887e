"""Losses reported on a day through us (报案), counted: by whose link they came, above all."""

from collections import Counter
from typing import Any

from chalicelib.claims import performance as claims

DIMENSIONS = ("organisation", "line", "partner", "verified", "language")
"""What a row is told apart by; after them comes how many reports there were."""


def of_day(day: str) -> list[list[Any]]:
    """The rows of Shanghai's day (ISO), in one order."""
    found = Counter(tuple(one[name] for name in DIMENSIONS) for one in claims.reported(day))
    ordered = sorted(found, key=lambda key: [str(part) for part in key])
    return [[*key, found[key]] for key in ordered]
