"""Cycles of hidden cells: which cells must be hidden beside a small one so that it cannot be told.

Vertices are equations, cells lead from one of theirs to the other. What lies on a cycle of hidden
cells can be reached from everywhere on it for nothing; it is kept as one (union-find), so that a
search ends where it comes upon the goal's. With that the work grows as the cells do.
"""

import heapq
from collections.abc import Mapping

type Vertex = tuple[str, ...]
type Way = tuple[Vertex, Vertex]
type Found[Cell] = tuple[list[Cell], list[Vertex]]
"""Cells and vertices of a way."""

HUB = 50
"""Vertices; a table of few people is small, and there the fewest cells are hidden exactly."""


class Cycles[Cell]:
    """The cells of a table with what each costs to be hidden; which of them are."""

    def __init__(self, costs: Mapping[Cell, int]) -> None:
        self.hidden: set[Cell] = set()
        self._costs = costs
        self._from: dict[Vertex, list[tuple[Cell, Vertex]]] = {}
        self._to: dict[Vertex, list[tuple[Cell, Vertex]]] = {}
        self._joined: dict[Vertex, Vertex] = {}
        self._sizes: dict[Vertex, int] = {}
        self._hub: Vertex | None = None

    def add(self, cell: Cell, way: Way) -> None:
        """A way that a cycle may take through a cell."""
        start, end = way
        self._from.setdefault(start, []).append((cell, end))
        self._to.setdefault(end, []).append((cell, start))

    def close(self, way: Way) -> bool:
        """Hides a cycle through a hidden cell that leads this way; False where there is none."""
        goal, start = way
        if self._one(start) == self._one(goal):
            return True
        found = self._find(start, goal)
        if found is None:
            return False
        cells, passed = found
        self.hidden.update(cells)
        for vertex in (*passed, start):
            self._join(vertex, goal)
        return True

    def _find(self, start: Vertex, goal: Vertex) -> Found[Cell] | None:
        """A way from start to goal, which may go through what most vertices lie together in.

        Nothing in there costs anything, so it is found from both sides and not searched.
        """
        onward = self._search(start, {self._one(goal), self._hub}, self._from)
        if onward is None or self._one(onward[1][0]) == self._one(goal):
            return onward
        back = self._search(goal, {self._one(start), self._hub}, self._to)
        if back is None or self._one(back[1][0]) == self._one(start):
            return back
        return onward[0] + back[0], onward[1] + back[1]

    def _search(
        self,
        start: Vertex,
        goals: set[Vertex | None],
        around: Mapping[Vertex, list[tuple[Cell, Vertex]]],
    ) -> Found[Cell] | None:
        """The way to any goal that hides the fewest people more (Dijkstra); its end comes first."""
        came: dict[Vertex, tuple[Cell, Vertex] | None] = {}
        waiting: list[tuple[int, int, Vertex, tuple[Cell, Vertex] | None]] = [(0, 0, start, None)]
        while waiting:
            cost, steps, vertex, by = heapq.heappop(waiting)
            if vertex in came:
                continue
            came[vertex] = by
            if self._one(vertex) in goals:
                return _back(came, vertex)
            for cell, other in around.get(vertex, ()):
                if other not in came:
                    more = 0 if cell in self.hidden else self._costs[cell]
                    heapq.heappush(waiting, (cost + more, steps + 1, other, (cell, vertex)))
        return None

    def _one(self, vertex: Vertex) -> Vertex:
        """Stands for all that a vertex lies on cycles of hidden cells with."""
        while (above := self._joined.get(vertex, vertex)) != vertex:
            self._joined[vertex] = self._joined.get(above, above)
            vertex = above
        return vertex

    def _join(self, vertex: Vertex, other: Vertex) -> None:
        sizes = {one: self._sizes.get(one, 1) for one in (self._one(vertex), self._one(other))}
        if len(sizes) == 1:
            return
        small, large = sorted(sizes, key=lambda one: (sizes[one], one))
        self._joined[small] = large
        self._sizes[large] = sum(sizes.values())
        if self._sizes[large] >= max(HUB, self._sizes.get(self._hub or small, 0)):
            self._hub = large


def _back[Cell](came: Mapping[Vertex, tuple[Cell, Vertex] | None], vertex: Vertex) -> Found[Cell]:
    cells, passed = [], [vertex]
    while (step := came[vertex]) is not None:
        cells.append(step[0])
        vertex = step[1]
        passed.append(vertex)
    return cells, passed
