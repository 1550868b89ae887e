"""Origins: which of two rows comes first, whatever was worked on first, and what both come to.

Files are worked on in any order and in many ranges at the same time. What counts is when a file was
dropped, and within one file the line. What rows say of one thing is kept cell by cell as runs: a
value, the row that said it first and the last one that said it again (docs/decisions/0058).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple


class Origin(NamedTuple):
    """Where something stored came from: `<import>#<line>`, and the file's time in storage form."""

    stamp: str
    source: str

    @property
    def file(self) -> str:
        """The import that brought it."""
        return self.source.rpartition("#")[0]

    @property
    def line(self) -> int:
        """Its line in that file; 0 for what came without a file."""
        line = self.source.rpartition("#")[2]
        return int(line) if line.isdecimal() else 0

    @property
    def place(self) -> tuple[str, str, int]:
        """Its place among all rows: of files of one instant, the name decides."""
        return self.stamp, self.file, self.line


def comes_first(there: Origin, new: Origin) -> bool:
    """Whether what is there comes before what is new; without a file, what is there does."""
    if there.stamp == new.stamp == "" and there.file != new.file:
        return True
    return there.place <= new.place


class Run(NamedTuple):
    """A value of a cell and the rows from which to which it was said, none other in between."""

    value: Any
    first: Origin
    last: Origin


def insert(runs: Sequence[Run], value: Any, origin: Origin) -> list[Run]:
    """What a row's cell makes of a cell's runs, of which the last one stands.

    Whatever the order in which the same rows come, they begin and end with the same value, and
    where at most one of them is late, their values are the same sequence. Of two late rows within
    one run, nothing tells whether the run's value was said again in between (decision 0058).
    """
    before = [run for run in runs if comes_first(run.first, origin)]
    after = list(runs[len(before) :])
    new = Run(value, origin, origin)
    if not before:
        if after and after[0].value == value:
            return [after[0]._replace(first=origin), *after[1:]]
        return [new, *after]
    *older, run = before
    if run.value == value:
        return list(runs) if _within(run, origin) else [*older, run._replace(last=origin), *after]
    if _within(run, origin):
        return [*older, run._replace(last=run.first), new, run._replace(first=run.last), *after]
    if after and after[0].value == value:
        return [*before, after[0]._replace(first=origin), *after[1:]]
    return [*before, new, *after]


def is_late(runs: Iterable[Run], origin: Origin) -> bool:
    """Whether somebody who comes after the row has spoken already."""
    return any(not comes_first(run.last, origin) for run in runs)


def _within(run: Run, origin: Origin) -> bool:
    return run.first != run.last and not comes_first(run.last, origin)


class Upsert(NamedTuple):
    """What a row did to an entry: `accepted`, `unchanged` or `superseded`; its cells after that."""

    outcome: str
    cells: dict[str, Run]
    changed: bool


def upsert(there: Mapping[str, Run], row: Mapping[str, Any], origin: Origin) -> Upsert:
    """What a row does to an entry of which no history is kept; what it leaves out stays.

    Done again after a worker was killed, a row of the same file is accepted as before.
    """
    cells = dict(there)
    for name, value in row.items():
        cells[name] = insert([there[name]] if name in there else [], value, origin)[-1]
    said = [cells[name] for name in row]
    overruled = [cells[name] for name, value in row.items() if cells[name].value != value]
    brought = any(run.first == origin for run in said)
    if brought or any(run.last.file == origin.file for run in overruled):
        outcome = "accepted"
    else:
        outcome = "superseded" if overruled else "unchanged"
    return Upsert(outcome, cells, changed=cells != there)


Said = list[list[Any]]
"""Who said cells in storage form: first and last row and the names of the cells, in groups."""


def as_said(cells: Mapping[str, Run], own: Origin) -> Said | None:
    """Who said the cells; None if one row said them all, which is kept beside them anyway."""
    groups: dict[tuple[Origin, Origin], list[str]] = {}
    for name in sorted(cells):
        groups.setdefault((cells[name].first, cells[name].last), []).append(name)
    if groups.keys() <= {(own, own)}:
        return None
    return [[first, last, names] for (first, last), names in sorted(groups.items())]


def runs_of(content: Mapping[str, Any], said: Said | None, own: Origin) -> dict[str, Run]:
    """The cells of stored content with the rows that said them."""
    found = {name: Run(value, own, own) for name, value in content.items()}
    for first, last, names in said or ():
        for name in names:
            found[name] = Run(content[name], Origin(*first), Origin(*last))
    return found


def newest(cells: Iterable[Run]) -> Origin:
    """The last row that brought anything, not one that only said it again."""
    return max((run.first for run in cells), key=lambda origin: origin.place)
