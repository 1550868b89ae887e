"""Which cells of a table may be shown: none under five people, and none that the others tell.

A table counts people of every organisation of a tree by category; its equations are known to who
reads it: categories add up to an organisation's total, organisations to the one above. Each cell
stands in two of them, so that hidden cells are the edges of a graph whose vertices are equations,
and a hidden cell can be computed from those shown only if its edge lies on no cycle of hidden ones
(Gusfield 1988, SIAM J. Comput. 17). Small cells are hidden, and with each the cells of a cycle
through it: along it numbers may be shifted so that the small one has five people or more and every
sum stays right. Cells that have fewer for that have enough people, so that none is impossible.
"""

from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.analysis.cycles import Cycles, Vertex

FEWEST = 5
"""People in a cell that may be shown."""
GROUP = "+"
"""Ends the name of organisations that are too small to be shown apart."""

type Parents = Mapping[str, str | None]

_OUTSIDE: Vertex = ("outside",)


class Cell(NamedTuple):
    """A category of an organisation."""

    organisation: str
    category: str


class Shown(NamedTuple):
    """What may be shown of a table: cells that are hidden, organisations without the table."""

    hidden: frozenset[Cell]
    left_out: frozenset[str]


def grouped(parents: Parents, people: Mapping[str, int]) -> dict[str, list[str]]:
    """Organisations that must not be shown, below any group of neighbours that hides them.

    Where one has fewer than FEWEST people, it goes together with the next smallest beside it until
    the group has enough: who knows all others then knows the group's number and no more. What
    stands below a member is hidden with it. A top that is too small goes alone. The key is that of
    the group among the organisations: the one above it, and GROUP.
    """
    below = _below(parents, people)
    groups: dict[str, list[str]] = {}
    waiting = list(below.get(None, ()))
    for top in [one for one in waiting if people[one] < FEWEST]:
        groups[top + GROUP] = [top]
        waiting.remove(top)
    while waiting:
        above = waiting.pop()
        ranked = sorted(below.get(above, ()), key=lambda one: (people[one], one))
        count = sum(people[one] < FEWEST for one in ranked)
        while 0 < count < len(ranked) and (
            count < 2 or sum(people[one] for one in ranked[:count]) < FEWEST
        ):
            count += 1
        if count:
            groups[above + GROUP] = ranked[:count]
        waiting += ranked[count:]
    return groups


def protect(parents: Parents, cells: Mapping[Cell, int]) -> Shown:
    """What may be shown of cells with so many people each; no organisation is without any.

    Every total is known. Where no cycle is to be had, the organisations beside the small cell go
    without the table, and the one above stands for them.
    """
    tree = dict(parents)
    left_out: set[str] = set()
    while True:
        shown = {cell: people for cell, people in cells.items() if cell.organisation in tree}
        hidden, stuck = _hide(tree, shown)
        if stuck is None:
            return Shown(frozenset(hidden), frozenset(left_out))
        above = tree[stuck.organisation]
        gone = _under(tree, above) if above is not None else _under(tree, stuck.organisation)
        if above is None:
            gone.add(stuck.organisation)
        left_out |= gone
        tree = {one: parent for one, parent in tree.items() if one not in gone}


def _hide(tree: Parents, cells: Mapping[Cell, int]) -> tuple[set[Cell], Cell | None]:
    """The cells to be hidden, and a small one for which there is no cycle."""
    inner = set(tree.values())
    ends = {cell: _ends(tree, inner, cell) for cell in cells}
    small = sorted(cell for cell, people in cells.items() if 0 < people < FEWEST)
    cycles = Cycles(cells)
    cycles.hidden.update(small)
    for cell, (upper, lower) in ends.items():
        # On a way downward a cell has more, which any may; upward it has fewer.
        cycles.add(cell, (upper, lower))
        if cells[cell] >= FEWEST:
            cycles.add(cell, (lower, upper))
    stuck = next((cell for cell in small if not cycles.close(ends[cell])), None)
    return cycles.hidden, stuck


def _ends(tree: Parents, inner: set[str | None], cell: Cell) -> tuple[Vertex, Vertex]:
    """The two equations of a cell: with those beside it, and with those below or in its row."""
    above = tree[cell.organisation]
    upper: Vertex = _OUTSIDE if above is None else ("sum", above, cell.category)
    if cell.organisation in inner:
        return upper, ("sum", cell.organisation, cell.category)
    return upper, ("row", cell.organisation)


def _below(parents: Parents, people: Mapping[str, int]) -> dict[str | None, list[str]]:
    """Organisations that have anybody, by the one above."""
    found: dict[str | None, list[str]] = {}
    for one, above in parents.items():
        if people.get(one):
            found.setdefault(above, []).append(one)
    return found


def _under(tree: Parents, organisation: str) -> set[str]:
    """All below an organisation, without itself."""
    found: set[str] = set()
    level = {organisation}
    while level:
        level = {one for one, above in tree.items() if above in level}
        found |= level
    return found
