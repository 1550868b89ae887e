"""From counts to what may be shown of every organisation: small cells and their fellows hidden."""

from collections.abc import Iterator
from typing import Any

from chalicelib.analysis import protection
from chalicelib.analysis.counting import TABLES, Counts
from chalicelib.analysis.protection import GROUP, Cell
from chalicelib.analysis.tree import OWN, Tree

Shown = dict[str, Any]


def publish(counts: Counts, tree: Tree) -> Iterator[tuple[str, Shown]]:
    """Every organisation with its populations: `{"people", "tables": {table: [rows]}}`.

    A population without `people` is too small to be shown, a row without them is hidden, and a
    table that is None is left out for the sake of a small cell in it.
    """
    found: dict[str, Shown] = {}
    for name, tables in TABLES.items():
        for organisation, shown in population(counts, tree, name, tables).items():
            found.setdefault(organisation, {})[name] = shown
    yield from sorted(found.items())


def population(
    counts: Counts, tree: Tree, name: str, tables: dict[str, tuple[str, ...]]
) -> dict[str, Shown]:
    """Every organisation that has anybody of a population, with its tables."""
    people = counts.totals[name]
    parents = tree.parents(set(people))
    groups = protection.grouped(parents, people)
    gone = _hidden_with(parents, {one for members in groups.values() for one in members})
    shown: dict[str, Shown] = {
        one: {"people": None, "tables": {}}
        if one in gone
        else {"people": people[one], "tables": {}}
        for one in people
        if not one.endswith(OWN)
    }
    family = {one: above for one, above in parents.items() if one not in gone}
    standing_for = {member: group for group, members in groups.items() for member in members}
    for group in groups:
        above = group.removesuffix(GROUP)
        if above in family:
            family[group] = above
    for table, columns in tables.items():
        cells = _cells(counts, name, table, standing_for, family)
        told = protection.protect(family, cells)
        rows = _rows(counts, name, table, columns, told.hidden)
        for organisation, one in shown.items():
            if organisation not in gone:
                left_out = organisation in told.left_out
                one["tables"][table] = None if left_out else rows[organisation]
    return shown


def _hidden_with(parents: protection.Parents, members: set[str]) -> set[str]:
    """The members of groups and all below them."""
    found = set(members)
    while True:
        more = {one for one, above in parents.items() if above in found} - found
        if not more:
            return found
        found |= more


def _cells(
    counts: Counts,
    population: str,
    table: str,
    standing_for: dict[str, str],
    family: dict[str, str | None],
) -> dict[Cell, int]:
    cells: dict[Cell, int] = {}
    for cell, people in counts.people[population, table].items():
        organisation = standing_for.get(cell.organisation, cell.organisation)
        if organisation in family:
            place = Cell(organisation, cell.category)
            cells[place] = cells.get(place, 0) + people
    return cells


def _rows(
    counts: Counts,
    population: str,
    table: str,
    columns: tuple[str, ...],
    hidden: frozenset[Cell],
) -> dict[str, list[dict[str, Any]]]:
    """The rows of every organisation; one that is hidden has its code alone."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for cell, people in sorted(counts.people[population, table].items()):
        row: dict[str, Any] = {"code": cell.category}
        if cell not in hidden:
            row["people"] = people
            for column in columns:
                row[column] = counts.sums[population, table, column][cell]
        rows.setdefault(cell.organisation, []).append(row)
    return rows
