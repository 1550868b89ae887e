"""Promises (承诺时限, C6): the clocks of a claim by the dated tables of law and of agreements."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, dated, languages
from chalicelib.claims.folding import Case, Happening
from chalicelib.notifications import hours
from chalicelib.policies.service import Record


class Terms(NamedTuple):
    """What of the policy decides which clocks run."""

    line: str | None = None
    motor_kind: str | None = None
    channel_code: str | None = None
    policy_no: str | None = None

    @classmethod
    def of(cls, record: Record | None) -> "Terms":
        """The terms of a policy; of nobody's where there is none."""
        if record is None:
            return cls()
        facts = record.facts
        return cls(
            record.line, facts.get("motor_kind"), facts.get("channel_code"), record.policy_no
        )


@dataclass(frozen=True)
class Clock:
    """A clock that has started and not ended; while it stands still, `paused` says why."""

    code: str
    name: dict[str, str]
    started_at: datetime
    due_at: datetime
    warn_at: datetime
    shown: bool
    paused: str | None = None


@dataclass(frozen=True)
class Kept:
    """A promise that came to its end, in time or late."""

    code: str
    name: dict[str, str]
    started_at: datetime
    due_at: datetime
    ended_at: datetime

    @property
    def in_time(self) -> bool:
        """Whether it was kept: what was due at an instant may still happen at it."""
        return self.ended_at <= self.due_at


def kept(case: Case, terms: Terms) -> list[Kept]:
    """Every clock that started and ended, by its end; the customer's own time does not count."""
    found = [
        Kept(
            rule["code"],
            rule["name"],
            run.started_at,
            _end(rule, run.started_at, run.stood_days),
            run.ended_at,
        )
        for rule in _rules(case.began_on, terms)
        for run in _runs(rule, case.happened)
        if run.ended_at is not None
    ]
    return sorted(found, key=lambda one: one.ended_at)


def name(code: str, language: str) -> str:
    """What a clock is called, by the newest version that has it; its code where none does."""
    agreed = [one for held in dated.every("data/claim_agreements") for one in held["agreements"]]
    tables = [*dated.every("data/claim_clocks"), *agreed]
    named = {rule["code"]: rule["name"] for table in tables for rule in table["clocks"]}
    return str(languages.label(named[code], language)) if code in named else code


def clocks(case: Case, terms: Terms) -> list[Clock]:
    """Every clock that has started and not ended, those that end first at the beginning."""
    found = [
        running
        for rule in _rules(case.began_on, terms)
        if (running := _running(rule, case.happened)) is not None
    ]
    return sorted(found, key=lambda one: one.due_at)


def due(case: Case, terms: Terms) -> datetime | None:
    """By when the customer was promised the next step, None where no clock of his runs."""
    return min(
        (one.due_at for one in clocks(case, terms) if one.shown and one.paused is None),
        default=None,
    )


def _rules(day: str, terms: Terms) -> Iterator[dict[str, Any]]:
    """Clocks in force on the day (ISO): the law's, and beside them what was agreed."""
    law = dated.in_force("data/claim_clocks", day)
    for rule in law["clocks"] if law["from"] <= day else []:
        if rule.get("motor_kind") in (None, terms.motor_kind):
            yield rule
    held = dated.in_force("data/claim_agreements", day)
    for agreed in held["agreements"] if held["from"] <= day else []:
        if terms.channel_code in agreed["channel_codes"] or terms.policy_no in agreed["policies"]:
            yield from agreed["clocks"]


def _running(rule: dict[str, Any], happened: list[Happening]) -> Clock | None:
    """The clock of a rule that runs after all that happened."""
    run = next((run for run in _runs(rule, happened) if run.ended_at is None), None)
    if run is None:
        return None
    ends = _end(rule, run.started_at, run.stood_days)
    before = timedelta(**rule["warn"])
    return Clock(
        rule["code"],
        rule["name"],
        run.started_at,
        ends,
        ends - before,
        rule["shown"],
        run.paused,
    )


class _Run(NamedTuple):
    """One run of a clock: `ended_at` is None while it runs, `paused` says why it stands still."""

    started_at: datetime
    stood_days: int
    ended_at: datetime | None
    paused: str | None


def _runs(rule: dict[str, Any], happened: list[Happening]) -> Iterator[_Run]:
    """Every run of a rule's clock; the first start counts until it has ended."""
    started: datetime | None = None
    paused_at: datetime | None = None
    reason: str | None = None
    stood_days = 0
    pauses: dict[str, str] = rule.get("pauses", {})
    for one in happened:
        if started is None:
            if one.what in rule["starts"] and (one.ours or "origin" not in rule):
                started, paused_at, stood_days = one.at, None, 0
            continue
        if one.what in rule["ends"]:
            # A claim may end while its customer was asked for something: that time was his.
            stood_days += _days_between(paused_at, one.at)
            yield _Run(started, stood_days, one.at, None)
            started = paused_at = None
            continue
        if paused_at is not None and one.is_stop and one.what not in pauses:
            stood_days += _days_between(paused_at, one.at)
            paused_at = None
        if paused_at is None and one.what in pauses:
            paused_at, reason = one.at, pauses[one.what]
    if started is not None:
        yield _Run(started, stood_days, None, reason if paused_at is not None else None)


def _days_between(first: datetime | None, last: datetime) -> int:
    if first is None:
        return 0
    return (clock.shanghai_day(last) - clock.shanghai_day(first)).days


def _end(rule: dict[str, Any], started: datetime, stood_days: int) -> datetime:
    if "hours" in rule:
        return started + timedelta(hours=rule["hours"])
    day = clock.shanghai_day(started) + timedelta(days=stood_days)
    if "days" in rule:
        return clock.end_of_day(day + timedelta(days=rule["days"]))
    left = int(rule["working_days"])
    while left:
        day += timedelta(days=1)
        left -= hours.is_working_day(day)
    return clock.end_of_day(day)
