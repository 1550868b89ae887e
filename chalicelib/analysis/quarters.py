"""Calendar quarters (季度) as keys name them: `2026Q3`."""

import re
from datetime import date, timedelta
from typing import NamedTuple

_NAME = re.compile(r"(20[0-9]{2})Q([1-4])")


class Quarter(NamedTuple):
    """A quarter by its first and last day."""

    name: str
    first: date
    last: date


def before(day: date) -> Quarter:
    """The last quarter that had ended before the day."""
    number = (day.month - 1) // 3
    year, number = (day.year, number) if number else (day.year - 1, 4)
    return named(f"{year}Q{number}")


def named(name: str) -> Quarter:
    """The quarter of that name; ValueError for none."""
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError("no quarter has this name")
    year, number = int(found[1]), int(found[2])
    after = date(year + number // 4, number % 4 * 3 + 1, 1)
    return Quarter(name, date(year, number * 3 - 2, 1), after - timedelta(days=1))
