"""Counting (汇总): profiles of one person after the other become cells of tables.

A population is counted by several tables, each of which divides it whole. Everywhere a person
counts once, however many of his policies or claims a cell has; what else a cell has is summed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from chalicelib.analysis.profiles import Profile, age_band
from chalicelib.analysis.protection import FEWEST, Cell
from chalicelib.analysis.regions import OTHER, UNKNOWN, Division
from chalicelib.analysis.tree import Tree

INSURED, POLICIES, RENEWALS = "insured", "policies", "renewals"
LOSSES, SERVICE, SATISFACTION = "losses", "service", "satisfaction"
TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    INSURED: dict.fromkeys(("age", "sex", "region", "occupation", "held"), ()),
    POLICIES: {"line": ("policies", "premium"), "channel": ("policies", "premium")},
    RENEWALS: {"line": ("policies",)},
    LOSSES: {"line": ("claims", "paid"), "cause": ("claims", "paid")},
    SERVICE: {"promise": ("times", "hours"), "stage": ("times", "hours")},
    SATISFACTION: {"score": ()},
}
"""Of every population its tables, and what they sum beside people; money in fen."""
RENEWED, LAPSED = "renewed", "lapsed"
FREE = {("insured", "occupation"), ("insured", "held")}
"""Tables whose categories come from the data: rare ones go together."""
MOST = 30
"""Categories of such a table."""
MONEY = frozenset({"premium", "paid"})
"""Columns in fen."""


class Counts:
    """People and sums by population, table and cell."""

    def __init__(self) -> None:
        self.people: defaultdict[tuple[str, str], Counter[Cell]] = defaultdict(Counter)
        self.sums: defaultdict[tuple[str, str, str], Counter[Cell]] = defaultdict(Counter)
        self.totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """People by population and organisation."""
        self.units: Counter[str] = Counter()
        """Insured of the whole company by the prefecture of their ID number."""

    def add(self, population: str, found: "Person") -> None:
        """Counts one person in wherever he belongs."""
        for organisation in found.organisations:
            self.totals[population][organisation] += 1
        for (table, cell), sums in found.cells.items():
            self.people[population, table][cell] += 1
            for column, number in sums.items():
                self.sums[population, table, column][cell] += number

    def tidy(self, tree: Tree) -> None:
        """Puts rare categories of tables with free ones together under OTHER."""
        for population, table in FREE:
            counted = self.people[population, table]
            above = tree.parents({cell.organisation for cell in counted})
            of_all: Counter[str] = Counter()
            for cell, people in counted.items():
                if above[cell.organisation] is None:
                    of_all[cell.category] += people
            ranked = sorted(of_all, key=lambda one: (-of_all[one], one))[:MOST]
            kept = {one for one in ranked if of_all[one] >= FEWEST} | {UNKNOWN}
            merged: Counter[Cell] = Counter()
            for (organisation, category), people in counted.items():
                merged[Cell(organisation, category if category in kept else OTHER)] += people
            self.people[population, table] = merged


class Person:
    """What one person comes to in one population."""

    def __init__(self) -> None:
        self.organisations: set[str] = set()
        self.cells: dict[tuple[str, Cell], Counter[str]] = {}

    def add(self, counted_by: Iterable[str], categories: dict[str, str], **sums: int) -> None:
        """Adds to the category of each table, with the sums of these tables."""
        for organisation in counted_by:
            self.organisations.add(organisation)
            for table, category in categories.items():
                place = (table, Cell(organisation, category))
                self.cells.setdefault(place, Counter()).update(sums)


def portfolio(
    counts: Counts,
    mine: list[Profile],
    division: Division,
    tree: Tree,
    day: date,
    rule: dict[str, Any],
) -> None:
    """Counts the policies of one insured that are in force on the day."""
    held = [profile for profile in mine if profile.covers(day.isoformat())]
    if not held:
        return
    as_person, as_holder = Person(), Person()
    newest = max(held, key=lambda one: (one.ends_on, one.policy_no))
    unit = division.unit(newest.region)
    told = _told(newest, held, day, rule) | {"region": division.part(unit)}
    for profile in held:
        counted_by = tree.counted_by(profile.organisation)
        if newest.is_person:
            as_person.add(counted_by, told)
        as_holder.add(
            counted_by,
            {"line": profile.line, "channel": profile.channel or UNKNOWN},
            policies=1,
            premium=profile.premium,
        )
    if as_person.organisations:
        counts.add(INSURED, as_person)
        counts.units[unit] += 1
    counts.add(POLICIES, as_holder)


def renewals(
    counts: Counts,
    mine: list[Profile],
    continued: set[str],
    tree: Tree,
    day: date,
    rule: dict[str, Any],
) -> None:
    """Counts the policies of one insured that ran out, by line, renewed or not.

    `continued` are policies that another one names as the one before it.
    """
    first, last = due_days(day, rule)
    found = Person()
    for profile in mine:
        if not profile.fell_due(first, last):
            continue
        again = profile.policy_no in continued or any(one.continues(profile) for one in mine)
        category = f"{profile.line}:{RENEWED if again else LAPSED}"
        found.add(tree.counted_by(profile.organisation), {"line": category}, policies=1)
    if found.organisations:
        counts.add(RENEWALS, found)


def due_days(day: date, rule: dict[str, Any]) -> tuple[str, str]:
    """First and last of the days on which policies ended that had time to be renewed since."""
    last = day - timedelta(days=rule["grace_days"])
    return (last - timedelta(days=rule["window_days"] - 1)).isoformat(), last.isoformat()


def _told(newest: Profile, held: list[Profile], day: date, rule: dict[str, Any]) -> dict[str, str]:
    """The category of a person in each other table, by the policy that ends last."""
    return {
        "age": age_band(newest.born_on, day, rule["age_bands"]),
        "sex": newest.sex or UNKNOWN,
        "occupation": newest.occupation or UNKNOWN,
        "held": "+".join(sorted({profile.line for profile in held})),
    }
