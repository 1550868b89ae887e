"""Gathers a quarter's figures from its days, and remembers by name what they were taken from."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from chalicelib.figures import service as figures
from chalicelib.figures import units
from chalicelib.figures.service import Day
from chalicelib.figures.units import HEAD_OFFICE, Directory
from chalicelib.reports.periods import Quarter
from chalicelib.reports.tallies import Entry, Tally, still_open


@dataclass
class Gathered:
    """Tallies of every branch and of the company; what they were taken from."""

    quarter: Quarter
    days: Mapping[str, Day]
    """The roll-ups that were read, by day."""
    tallies: Mapping[str, Tally]
    """By branch; HEAD_OFFICE is the company."""
    directory: Directory
    """As it stood at the end of the quarter."""
    directories: tuple[str, str]
    """Digests of the directories of the quarter's beginning and end."""
    partners: Mapping[str, str]
    """Names of partners by code, the last ones of the quarter."""

    @property
    def missing(self) -> list[str]:
        """Days of the quarter that were never rolled up."""
        return [day.isoformat() for day in self.quarter.days if day.isoformat() not in self.days]

    @property
    def organisations(self) -> list[str]:
        """Who reports: every province, every other branch that has figures, at last the company."""
        named = {*units.branches(self.directory, self.quarter.first.isoformat())}
        named |= {unit for unit, tally in self.tallies.items() if not tally.empty}
        return [*sorted(named - {HEAD_OFFICE}), HEAD_OFFICE]

    def tally(self, unit: str) -> Tally:
        """A branch's, empty for one where nothing happened."""
        return self.tallies.get(unit) or Tally()

    def owed(self, unit: str) -> list[Entry]:
        """What was open before and bears on a branch's report: it had or has the organisation."""
        opening = self.tally(HEAD_OFFICE).opening
        if unit == HEAD_OFFICE:
            return opening
        begin, (first, *_, last) = units.kept(self.directories[0]), self.quarter.days
        return [
            entry
            for entry in opening
            if unit in (_unit(begin, entry, first), _unit(self.directory, entry, last))
        ]

    def mergers(self, unit: str) -> list[dict[str, str | None]]:
        """Organisations closed in the quarter that were or are the branch's, with successors."""
        first, last = self.quarter.first, self.quarter.last.isoformat()
        before = (first - timedelta(days=1)).isoformat()
        return [
            {
                "code": code,
                "name": office.name,
                "closed_on": office.closed_on,
                "successor": office.successor,
            }
            for code, office in sorted(self.directory.items())
            if office.merged(last) and not office.merged(before)
            if unit == HEAD_OFFICE
            or unit in {units.unit(self.directory, code, day) for day in (before, last)}
        ]


class UnbalancedError(Exception):
    """When the branches do not add up to the company: nothing is reported, somebody looks."""


def gather(quarter: Quarter) -> Gathered:
    """The quarter by the newest roll-ups of its days."""
    days = figures.days(quarter.first, quarter.last)
    return collect(quarter, days, _before(quarter), _directories(quarter, days))


def collect(
    quarter: Quarter,
    days: Mapping[str, Day],
    opening: list[Entry],
    directories: tuple[str, str],
) -> Gathered:
    """The quarter by these roll-ups, with what was open before it."""
    begin, end = (units.kept(digest) for digest in directories)
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    company = tallies[HEAD_OFFICE]
    partners: dict[str, str] = {}
    happened: list[Entry] = []
    for day, found in sorted(days.items()):
        partners |= found.partners
        for unit, rows in figures.rows(found):
            branch = tallies[unit]
            for row in rows:
                branch.add(day, row)
                company.add(day, row)
        happened += [{**entry, "day": day} for entry in figures.happened(found)]
    for entry in happened:
        tallies[entry["unit"]].happened(entry)
        company.happened(entry)
    company.opening = opening
    company.closing = still_open(happened, opening)
    # A backlog is owed by the branch that its organisation belongs to on the day.
    for entry in opening:
        tallies[_unit(begin, entry, quarter.first)].opening.append(entry)
    for entry in company.closing:
        tallies[_unit(end, entry, quarter.last)].closing.append(entry)
    gathered = Gathered(quarter, days, dict(tallies), end, directories, partners)
    _balance(gathered)
    return gathered


def _before(quarter: Quarter) -> list[Entry]:
    return still_open(
        {**entry, "day": day} for day, entry in figures.happened_before(quarter.first)
    )


def _directories(quarter: Quarter, days: Mapping[str, Day]) -> tuple[str, str]:
    """Digests of the directory at the quarter's beginning and at its end, as far as is known."""
    if quarter.last.isoformat() in days:
        return days[min(days)].directory, days[quarter.last.isoformat()].directory
    known = units.kept(days[max(days)].directory) if days else {}
    end = units.keep(units.as_known(known, units.live()))
    return (days[min(days)].directory if days else end), end


def _unit(directory: Directory, entry: Entry, day: date) -> str:
    """As the directory has it; one that it does not know belongs where it did."""
    organisation = entry["organisation"]
    known = organisation in directory
    return units.unit(directory, organisation, day.isoformat()) if known else str(entry["unit"])


def _balance(gathered: Gathered) -> None:
    """The company is counted by itself and has to be the sum of its branches, figure by figure."""
    company = gathered.tallies[HEAD_OFFICE]
    branches = [tally for unit, tally in gathered.tallies.items() if unit != HEAD_OFFICE]
    for name in ("queries", "views", "details", "days"):
        total: Any = sum((getattr(tally, name) for tally in branches), start=Counter())
        if total != getattr(company, name):
            raise UnbalancedError(name)
    for name in ("entries", "opening", "closing"):
        if sum(len(getattr(tally, name)) for tally in branches) != len(getattr(company, name)):
            raise UnbalancedError(name)
