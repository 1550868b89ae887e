"""Working: one range at a time is read, checked, stored; each row ends with one outcome (I2).

A worker stops between batches when its time runs short, notes how far it came, and queues the rest.
While one batch is being stored the next one is read: storing waits, reading calculates.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from itertools import batched, islice
from typing import Any, NamedTuple

from chalicelib import clock
from chalicelib.imports import (
    columns,
    dictionaries,
    finishing,
    identity,
    kinds,
    planning,
    report,
    rows,
    store,
)
from chalicelib.imports import tables as files
from chalicelib.imports.cells import Cell
from chalicelib.observability import logger

BATCH = 500
"""Rows decided and written together."""

FIRST = 100
"""Rows of a range's first batch: while it is read nothing is stored yet."""

MARGIN_SECONDS = 20.0
"""What a batch, the note of how far it came and the report may take together."""

Remaining = Callable[[], float]


class Entry(NamedTuple):
    """A row of a file: line number, what was read (None: no object at all), cells as they came."""

    number: int
    read: rows.Read | None
    cells: Any


class _Judged(NamedTuple):
    """A batch: rows that may be stored, and rows that are rejected already, with why."""

    good: list[tuple[Entry, rows.Read]]
    wrong: list[tuple[Entry, list[rows.Reason]]]


def work(import_id: str, number: int, remaining: Remaining) -> None:
    """Does one range; whoever finds nothing left goes on to the next step of the file."""
    state = store.get(import_id)
    if state is not None and state.state == store.CHECKING:
        _check(state, number)
        state = store.get(import_id)
    if state is not None and state.state == store.STARTING:
        planning.queue(import_id, list(range(state.details["ranges"])))
        store.change(import_id, store.STARTING, store.RUNNING)
        state = store.get(import_id)
    if state is None or state.state != store.RUNNING:
        return
    part = store.part(import_id, number)
    if part.state != store.DONE:
        _write(state, part, number, remaining)
        state = store.get(import_id)
    if state is not None and state.left == 0 and state.state == store.RUNNING:
        finishing.finish(import_id, state)


def entries(details: dict[str, Any], bounds: list[int], at: datetime) -> Iterator[Entry]:
    """The rows of a range, read and validated."""
    today = clock.shanghai_day(at)
    terms = dictionaries.terms(details.get("source"), today)
    start, end, first_line = bounds
    content = store.content(store.File(*details["file"]), start, end)
    text = content.decode(details["encoding"], "replace")
    if start == 0:
        text = text.removeprefix("\ufeff")
    if details["form"] == "jsonl":
        readers: dict[tuple[str, ...], rows.Reader] = {}
        for number, found in files.json_rows(text, first_line):
            if found is None:
                yield Entry(number, None, {})
                continue
            names = tuple(found)
            reader = readers.get(names)
            if reader is None:
                if len(readers) == 100:
                    readers.clear()
                meant = columns.of(details["kind"], list(names))
                reader = readers[names] = rows.Reader(details["kind"], meant.fields, terms)
            yield Entry(number, reader.read(list(found.values()), today), found)
        return
    reader = rows.Reader(details["kind"], details["fields"], terms)
    for line in _lines(details, text, first_line):
        yield Entry(line.number, reader.read(line.cells, today), line.cells)


def _lines(details: dict[str, Any], text: str, first_line: int) -> Iterator[files.Line]:
    if details["form"] == "xlsx":
        lines: Iterator[files.Line] = (
            files.Line(first_line + offset, json.loads(line))
            for offset, line in enumerate(text.splitlines())
        )
    else:
        lines = files.csv_lines(text, details["separator"], first_line)
    for line in lines:
        if line.number >= details["first_line"] and any(_is_there(cell) for cell in line.cells):
            yield line


def _is_there(cell: Cell | None) -> bool:
    return cell is not None and not (isinstance(cell, str) and (not cell or cell.isspace()))


def _check(state: store.ImportItem, number: int) -> None:
    """Counts good rows of a range without writing; once half the file is good, writing starts."""
    import_id = state.details["import_id"]
    part = store.part(import_id, number)
    if part.state == store.WAITING:
        at = clock.parse(state.started_at)
        tally = _Tally(state.details)
        for batch in batched(entries(state.details, part.details["bounds"], at), BATCH):
            tally.check(tally.judge(batch))
        _keep(import_id, f"{number:06d}-check", tally)
        count = tally.outcomes.total()
        store.checked(import_id, number, part.details, count - tally.outcomes["rejected"], count)
    found = store.get(import_id)
    if found is None or found.state != store.CHECKING:
        return
    # Lines are never fewer than rows: half of them good is enough before all are read.
    enough = found.good * 2 >= found.details["lines"]
    small = found.rows < planning.CHECKED_ROWS
    if enough or (found.left == 0 and (small or found.good * 2 >= found.rows)):
        store.change(import_id, store.CHECKING, store.STARTING, found.details["ranges"])
    elif found.left == 0:
        finishing.stop(import_id, found)


def _write(
    state: store.ImportItem, part: store.ImportItem, number: int, remaining: Remaining
) -> None:
    import_id, at = state.details["import_id"], clock.parse(state.started_at)
    begun = position = int(part.details["next"])
    tally = _Tally(state.details)
    intake = kinds.Intake(state.details["kind"], at)
    rest = islice(entries(state.details, part.details["bounds"], at), begun, None)
    with ThreadPoolExecutor(1, "storing") as storing:
        stored: Future[None] | None = None
        for batch in _batches(rest):
            found = tally.judge(batch)
            storing_it = tally.take(found, intake)
            if stored is not None:
                stored.result()
                if remaining() < MARGIN_SECONDS:
                    # The batch that was read ahead is read again by whoever goes on.
                    store.paused(import_id, number, part, _noted(part, position, tally, number))
                    planning.queue(import_id, [number])
                    logger.info("range paused", import_id=import_id, range=number, rows=position)
                    return
            stored = storing.submit(storing_it)
            position += len(batch)
        if stored is not None:
            stored.result()
    store.done(import_id, number, part, _noted(part, position, tally, number))


def _batches(rest: Iterator[Entry]) -> Iterator[tuple[Entry, ...]]:
    yield from batched(islice(rest, FIRST), min(FIRST, BATCH))
    yield from batched(rest, BATCH)


def _noted(part: store.ImportItem, position: int, tally: "_Tally", number: int) -> dict[str, Any]:
    """The range's details with one more piece of it done."""
    begun = part.details["next"]
    piece = f"{number:06d}-{begun:08d}"
    _keep(part.pk, piece, tally)
    outcomes = Counter(part.details.get("outcomes", {}))
    outcomes.update(tally.outcomes)
    return {
        **part.details,
        "next": position,
        "pieces": [*part.details["pieces"], piece],
        "outcomes": dict(outcomes),
    }


def _keep(import_id: str, piece: str, tally: "_Tally") -> None:
    content = json.dumps(tally.as_piece(), ensure_ascii=False).encode()
    store.put(finishing.piece_key(import_id, piece), content, "application/json")


class _Tally:
    """What the rows of a piece came to."""

    def __init__(self, details: dict[str, Any]) -> None:
        self.outcomes: Counter[str] = Counter()
        self._kind: str = details["kind"]
        self._import_id: str = details["import_id"]
        self._reasons: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()
        self._identity: dict[str, Counter[str]] = {}
        self._again: dict[str, Counter[str]] = {}
        self._rejected: list[list[Any]] = []
        self._references = kinds.References(self._import_id)

    def judge(self, batch: tuple[Entry, ...]) -> _Judged:
        """Which rows may be stored; nothing is counted yet."""
        good: list[tuple[Entry, rows.Read]] = []
        wrong: list[tuple[Entry, list[rows.Reason]]] = []
        readable: list[tuple[Entry, rows.Read]] = []
        for entry in batch:
            if entry.read is None:
                wrong.append((entry, [rows.Reason("not-json", "")]))
            elif entry.read.errors:
                wrong.append((entry, entry.read.errors))
            else:
                readable.append((entry, entry.read))
        found = kinds.judge(self._kind, [read.row for _, read in readable], self._references)
        for (entry, read), (errors, warnings) in zip(readable, found, strict=True):
            if errors:
                wrong.append((entry, [rows.Reason(*error) for error in errors]))
            else:
                read.warnings.extend(rows.Reason(*warning) for warning in warnings)
                good.append((entry, read))
        return _Judged(good, wrong)

    def check(self, batch: _Judged) -> None:
        """Counts without writing what must be rejected."""
        self.outcomes["accepted"] += len(batch.good)
        for entry, reasons in batch.wrong:
            self._reject(entry, reasons)

    def take(self, batch: _Judged, intake: kinds.Intake) -> Callable[[], None]:
        """Gives the good rows to their room; the call stores them and counts what became of all."""
        storing = intake.take(
            [kinds.Row(read.row, f"{self._import_id}#{entry.number}") for entry, read in batch.good]
        )

        def store() -> None:
            taken = storing()
            for entry, reasons in batch.wrong:
                self._reject(entry, reasons)
            for (entry, read), (outcome, demoted) in zip(batch.good, taken, strict=True):
                if outcome in report.OUTCOMES:
                    self.outcomes[outcome] += 1
                    self._warn(read, is_new=outcome == "accepted")
                else:
                    version = str(read.row.get("version", ""))
                    self._reject(entry, [rows.Reason(outcome, "version", version)])
                if demoted:
                    self.outcomes.update(accepted=-demoted, superseded=demoted)

        return store

    def as_piece(self) -> dict[str, Any]:
        """As it is kept until the report is written."""
        return {
            "outcomes": self.outcomes,
            "reasons": self._reasons,
            "warnings": self._warnings,
            "identity": self._identity,
            "again": self._again,
            "rejected": sorted(self._rejected, key=lambda row: int(row[0])),
        }

    def _reject(self, entry: Entry, reasons: list[rows.Reason]) -> None:
        self.outcomes["rejected"] += 1
        self._reasons.update({reason.code for reason in reasons})
        self._rejected.append([entry.number, reasons, entry.cells])

    def _warn(self, read: rows.Read, *, is_new: bool) -> None:
        if read.warnings:
            self._warnings.update({reason.code for reason in read.warnings})
        if self._kind == "policies":
            missing = identity.missing_items(read.row)
            for place in identity.places(read.row):
                for figures in [self._identity] if is_new else [self._identity, self._again]:
                    known = figures.setdefault(place, Counter())
                    known["rows"] += 1
                    known["complete"] += not missing
                    for name in missing:
                        known[name] += 1
