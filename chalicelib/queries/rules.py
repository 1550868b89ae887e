"""Which policies are answered at all: by line, by status, by look-back (Q1, Q7); dated data."""

from datetime import date, datetime
from functools import cache
from typing import Any

from chalicelib import clock, codes, validation
from chalicelib.claims import service as claims
from chalicelib.policies.service import Record


def answerable(record: Record, at: datetime) -> bool:
    """Whether the policy is within the query service at that moment. Open facts decide."""
    rule = _rule(clock.shanghai_day(at).isoformat())
    inside = clock.shanghai_day(at) <= _queryable_until(record, rule["look_back_years"])
    allowed = record.facts["status"] in rule["statuses"]
    return bool(codes.line(record.line)["queryable"]) and allowed and inside


def lead_insurer(record: Record) -> dict[str, str | None] | None:
    """`{"name", "url"}` of the insurer who leads a co-insured policy (共保), None where we lead."""
    name = record.facts.get("lead_insurer")
    if not record.facts.get("coinsurance") or name is None or name in _data()["own_names"]:
        return None
    return {"name": name, "url": _data()["lead_insurers"].get(name)}


def _queryable_until(record: Record, years: int) -> date:
    """The last day: years after inception or the last closure of a claim, the end of cover."""
    days = [
        _years_later(date.fromisoformat(record.facts["starts_on"]), years),
        date.fromisoformat(record.facts["ends_on"]),
    ]
    closed_on = claims.last_closed_on(record.parts(claims.KIND))
    if closed_on is not None:
        days.append(_years_later(closed_on, years))
    return max(days)


def _years_later(day: date, years: int) -> date:
    """The same day years later; of 29 February the 28th, and no day beyond the calendar."""
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _rule(day: str) -> dict[str, Any]:
    """The version that holds on the day (ISO)."""
    held = [version for version in _data()["versions"] if version["from"] <= day]
    newest: dict[str, Any] = max(held, key=lambda version: str(version["from"]))
    return newest


@cache
def _data() -> dict[str, Any]:
    return validation.load("data/query_rules")
