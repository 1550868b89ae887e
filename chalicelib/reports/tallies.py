"""What a quarter's report is made from: figures of its days summed, nothing read twice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chalicelib import validation

Entry = dict[str, Any]
"""What happened to an objection (figures.handling), with the day."""

VERIFIED, FAILED = "verified", "failed"
REFUSED = frozenset({"challenged", "locked"})


@dataclass
class Tally:
    """The figures of a branch, or of the company."""

    queries: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By line group, channel and outcome (`refused`: challenged or locked)."""
    views: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """By line group, channel and section."""
    details: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    """By dimension (`line partner language organisation`), its code, and whether verified."""
    days: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By day and figure."""
    entries: list[Entry] = field(default_factory=list)
    opening: list[Entry] = field(default_factory=list)
    closing: list[Entry] = field(default_factory=list)

    def add(self, day: str, row: list[Any]) -> None:
        """Adds a row of a day's queries (figures.counting.DIMENSIONS, attempts, sections)."""
        organisation, line, channel, partner, outcome, _, language, attempts, sections = row
        group, channel = _group(line), channel or "online"
        outcome = "refused" if outcome in REFUSED else outcome or FAILED
        verified = outcome == VERIFIED
        if attempts:
            self.queries[group, channel, outcome] += attempts
            for name, code in (
                ("line", line),
                ("partner", partner),
                ("language", language),
                ("organisation", organisation),
            ):
                self.details[name, code or "", verified] += attempts
            self.days[day, "queries"] += attempts
            if verified:
                self.days[day, "queries_verified"] += attempts
        for section, number in sections.items():
            self.views[group, channel, section] += number
            self.days[day, "views"] += number

    def happened(self, entry: Entry) -> None:
        """Adds what happened to an objection."""
        self.entries.append(entry)
        figure = {"received": "objections_received", "closed": "objections_closed"}
        if entry["kind"] in figure:
            self.days[entry["day"], figure[entry["kind"]]] += 1

    def of_kind(self, kind: str) -> list[Entry]:
        """Entries of a kind."""
        return [entry for entry in self.entries if entry["kind"] == kind]

    @property
    def empty(self) -> bool:
        """Whether nothing happened and nothing is open."""
        return not (self.queries or self.views or self.entries or self.opening or self.closing)


def group(line: str | None) -> str:
    """The group of lines that a line is reported in."""
    return _group(line)


def still_open(entries: Iterable[Entry], before: Iterable[Entry] = ()) -> list[Entry]:
    """Objections open after these entries, in order: those open before and the new, less closed."""
    found = {entry["objection_no"]: entry for entry in before}
    for entry in entries:
        if entry["kind"] == "received":
            found[entry["objection_no"]] = entry
        elif entry["kind"] == "closed":
            found.pop(entry["objection_no"], None)
    return sorted(found.values(), key=lambda entry: (entry["filed_on"], entry["objection_no"]))


@cache
def _group(line: str | None) -> str:
    groups = validation.load("data/quarterly_report")["versions"][-1]["line_groups"]
    found = (one["code"] for one in groups if line in one["lines"])
    return str(next(found, groups[-1]["code"]))
