"""How long things are kept, and why (schemas/data/retention.json; domain.md §3.3)."""

from datetime import date, timedelta
from typing import Any

from chalicelib import validation


def period(kind: str, day: date) -> dict[str, Any]:
    """The rule for a kind of record that holds on the day: `years` or `days`, `after`, `reason`.

    Before the first rule that first one holds: nothing goes for want of a rule.
    """
    versions: list[dict[str, Any]] = validation.load("data/retention")["kinds"][kind]
    versions.sort(key=lambda version: str(version["from"]))
    return next((v for v in reversed(versions) if v["from"] <= day.isoformat()), versions[0])


def until(kind: str, day: date) -> date:
    """The first day on which a record may go that is counted from `day`."""
    rule = period(kind, day)
    if "days" in rule:
        return day + timedelta(days=rule["days"])
    last = day + timedelta(days=1)
    # 29 February in a year without one: kept until 1 March.
    if (last.month, last.day) == (2, 29):
        last += timedelta(days=1)
    return last.replace(year=last.year + rule["years"])
