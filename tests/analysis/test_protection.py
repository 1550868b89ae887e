"""No published table lets a cell under five people be derived (K1), by algebra and by trial."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.analysis import cycles, publishing
from chalicelib.analysis.counting import Counts
from chalicelib.analysis.protection import FEWEST, GROUP, Cell, grouped, protect
from chalicelib.analysis.tree import OWN, Tree

CATEGORIES = "abcd"
SEARCHED = st.sampled_from((2, cycles.HUB))
"""How large what is not searched has to be: in a small table as in one of a large company."""


@st.composite
def counted(draw, categories=CATEGORIES):
    """A tree of organisations with a row of people each, sums above: parents, cells of all."""
    units = draw(st.integers(1, 9))
    parents = {"0": None}
    for unit in range(1, units):
        parents[str(unit)] = str(draw(st.integers(0, unit - 1)))
    inner = {above for above in parents.values() if above}
    leaves = [one for one in parents if one not in inner]
    for one in sorted(inner):
        parents[f"{one}/"] = one
        leaves.append(f"{one}/")
    numbers = st.one_of(st.integers(0, 6), st.integers(0, 40))
    cells = {}
    for leaf in leaves:
        for category in categories:
            people, at = draw(numbers), leaf
            while people and at is not None:
                place = Cell(at, category)
                cells[place] = cells.get(place, 0) + people
                at = parents[at]
    return parents, cells


def published(parents, cells):
    """What may be shown of the tree: parents and cells of who is shown apart, and of groups."""
    people = {}
    for cell, number in cells.items():
        people[cell.organisation] = people.get(cell.organisation, 0) + number
    groups = grouped(parents, people)
    member = {one: group for group, members in groups.items() for one in members}
    gone = set(member)
    while more := {one for one, above in parents.items() if above in gone} - gone:
        gone |= more
    family = {one: parents[one] for one in people if one not in gone}
    family |= {g: g.removesuffix(GROUP) for g in groups if g.removesuffix(GROUP) in family}
    kept = {}
    for cell, number in cells.items():
        place = Cell(member.get(cell.organisation, cell.organisation), cell.category)
        if place.organisation in family:
            kept[place] = kept.get(place, 0) + number
    return people, groups, family, kept


def protected(family, kept, hub):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cycles, "HUB", hub)
        return protect(family, kept)


def equations(family, cells, shown):
    """Everything a reader knows of the cells, as rows over the hidden ones (and a constant)."""
    # Nobody knows of a table that is left out which categories it has, but for what is above.
    unknown = [cell for cell in cells if cell in shown.hidden]
    for one in shown.left_out:
        above = family[one]
        while above in shown.left_out:
            above = family[above]
        unknown += [
            Cell(one, category)
            for category in CATEGORIES
            if above is None or cells.get(Cell(above, category))
        ]
    place = {cell: number for number, cell in enumerate(unknown)}
    rows = []

    def equation(terms):
        row = [Fraction(0)] * len(unknown)
        for cell, sign in terms:
            if cell in place:
                row[place[cell]] += sign
        rows.append(row)

    for one in family:
        equation([(Cell(one, category), 1) for category in CATEGORIES])
        below = [other for other, above in family.items() if above == one]
        for category in CATEGORIES:
            if below:
                equation([(Cell(one, category), 1), *((Cell(b, category), -1) for b in below)])
    return unknown, rows


def determined(unknown, rows):
    """The unknowns that the equations leave one value: their unit vector is a sum of rows."""
    rows = [row[:] for row in rows]
    pivots = []
    for column in range(len(unknown)):
        at = next((r for r in range(len(pivots), len(rows)) if rows[r][column]), None)
        if at is None:
            continue
        rows[len(pivots)], rows[at] = rows[at], rows[len(pivots)]
        pivot = rows[len(pivots)]
        pivot[:] = [value / pivot[column] for value in pivot]
        for other in rows:
            if other is not pivot and other[column]:
                factor = other[column]
                other[:] = [a - factor * b for a, b in zip(other, pivot, strict=True)]
        pivots.append(column)
    free = set(range(len(unknown))) - set(pivots)
    return {
        unknown[column]
        for row, column in zip(rows, pivots, strict=False)
        if not any(row[place] for place in free)
    }


@settings(max_examples=200, deadline=None)
@given(counted(), SEARCHED)
def test_no_cell_under_five_people_is_shown_or_follows_from_those_shown(found, hub):
    parents, cells = found
    people, groups, family, kept = published(parents, cells)
    shown = protected(family, kept, hub)
    for cell, number in kept.items():
        if cell.organisation not in shown.left_out and cell not in shown.hidden:
            assert number >= FEWEST
    unknown, rows = equations(family, kept, shown)
    for cell in determined(unknown, rows):
        assert kept.get(cell, 0) >= FEWEST or cell not in kept, (cell, kept, shown)
    for group, members in groups.items():
        above = group.removesuffix(GROUP)
        if above in family:
            assert len(members) > 1
            assert sum(people[one] for one in members) >= FEWEST
    assert all(people.get(one, FEWEST) >= FEWEST for one in family)


@settings(max_examples=60, deadline=None)
@given(counted(), SEARCHED)
def test_a_small_cell_could_as_well_have_five_people_for_all_that_is_shown(found, hub):
    parents, cells = found
    _, _, family, kept = published(parents, cells)
    shown = protected(family, kept, hub)
    small = [
        cell
        for cell, number in kept.items()
        if number < FEWEST and cell.organisation not in shown.left_out
    ]
    for cell in small:
        assert _with(cell, FEWEST - kept[cell], family, kept, shown) is not None


def _with(cell, more, family, kept, shown):
    """Other numbers of the hidden cells, none below nought, that fit all equations: `cell` more."""
    tree = {one: above for one, above in family.items() if one not in shown.left_out}
    inner = set(tree.values())

    def ends(one):
        above = tree[one.organisation]
        upper = ("sum", above, one.category) if above else ("outside",)
        whole = one.organisation in inner
        lower = ("sum", one.organisation, one.category) if whole else ("row", one.organisation)
        return upper, lower

    # A shift of the cell is a flow from its lower end to its upper one: by augmenting walks.
    room = {}
    for one in shown.hidden - {cell}:
        upper, lower = ends(one)
        room[upper, lower, one] = 10**6
        room[lower, upper, one] = kept[one] - 1
    start, goal = ends(cell)[1], ends(cell)[0]
    left = more
    while left:
        seen, waiting = {start: None}, [start]
        while waiting and goal not in seen:
            at = waiting.pop(0)
            for edge, space in room.items():
                if edge[0] == at and space and edge[1] not in seen:
                    seen[edge[1]] = edge
                    waiting.append(edge[1])
        if goal not in seen:
            return None
        at = goal
        while at != start:
            one, other, name = seen[at]
            room[one, other, name] -= 1
            room[other, one, name] += 1
            at = one
        left -= 1
    return room


@settings(max_examples=60, deadline=None)
@given(counted())
def test_what_is_published_is_what_was_proved_and_a_hidden_row_has_its_code_alone(found):
    """Neither people nor what is summed of them, and of who is too small nothing at all."""
    parents, cells = found
    counts = Counts()
    for cell, number in cells.items():
        counts.people["insured", "age"][cell] = number
        counts.sums["insured", "age", "premium"][cell] = 100 * number
        counts.totals["insured"][cell.organisation] += number
    tree = Tree({one: above for one, above in parents.items() if not one.endswith(OWN)})
    told = publishing.population(counts, tree, "insured", {"age": ("premium",)})
    people, _, family, kept = published(parents, cells)
    shown = protect(family, kept)
    expected = {}
    for one in people:
        rows = [
            {"code": category}
            if Cell(one, category) in shown.hidden
            else {"code": category, "people": number, "premium": 100 * number}
            for category in CATEGORIES
            if (number := cells.get(Cell(one, category)))
        ]
        table = {"age": None if one in shown.left_out else rows}
        expected[one] = {"people": people[one], "tables": table}
        if one not in family:
            expected[one] = {"people": None, "tables": {}}
    assert told == {one: said for one, said in expected.items() if not one.endswith(OWN)}


def test_a_small_cell_takes_the_smallest_other_with_it():
    cells = {Cell("A", "x"): 3, Cell("A", "y"): 40, Cell("A", "z"): 6}
    assert protect({"A": None}, cells).hidden == {Cell("A", "x"), Cell("A", "z")}


def test_a_table_of_small_cells_alone_is_left_out():
    shown = protect({"A": None}, {Cell("A", "x"): 3, Cell("A", "y"): 4})
    assert shown.left_out == {"A"}


def test_who_is_too_small_goes_together_with_the_next_smallest():
    parents = {"P": None, "A": "P", "B": "P", "C": "P"}
    assert grouped(parents, {"P": 60, "A": 2, "B": 50, "C": 8}) == {"P+": ["A", "C"]}
