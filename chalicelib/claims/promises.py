"""Promises (承诺时限): by when the insurer owes the next step, from the dated table of clocks."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from chalicelib import clock, validation


def due(stops: list[dict[str, Any]], motor_kind: str | None) -> datetime | None:
    """The end of the running clock, None where none runs. Days are natural days, to 24:00."""
    here = stops[-1]["stage"]
    for rule in _rules(stops[0]["at"][:10]):
        if here not in rule["at"] or rule.get("motor_kind") not in (None, motor_kind):
            continue
        starts = [clock.parse(stop["at"]) for stop in stops if stop["stage"] in rule["from_stage"]]
        if starts:
            day = clock.shanghai_day(starts[-1]) + timedelta(days=rule["days"])
            return clock.end_of_day(day)
    return None


def _rules(day: str) -> list[dict[str, Any]]:
    """The clocks of the newest version in force on the day (ISO) on which the claim began."""
    held = [version for version in _versions() if version["from"] <= day]
    return list(held[-1]["clocks"]) if held else []


@cache
def _versions() -> list[dict[str, Any]]:
    versions = validation.load("data/claim_clocks")["versions"]
    return sorted(versions, key=lambda version: str(version["from"]))
