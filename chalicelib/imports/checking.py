"""Consistency checks (一致性核对, I8): an extract of the core system against what customers see.

A file under `check/policies/` or `check/claims/` is planned and queued as an import is, but only
compared. The differences come as a file, the figures as a report; nothing is written to policies.
A worker whose time runs short notes how far it came and queues the rest, at the end too, when what
the extract lacks is looked for.
"""

import tempfile
from collections import Counter
from itertools import batched, islice
from typing import Any

from chalicelib import clock, texts
from chalicelib.imports import columns, planning, report, searching, store, working
from chalicelib.imports.comparison import (
    DIFFERS,
    MISSING,
    ONLY_HERE,
    UNREADABLE,
    Comparison,
    Difference,
)
from chalicelib.observability import logger

BATCH = 100


def work(import_id: str, number: int, remaining: working.Remaining) -> None:
    """Compares one range; whoever finds nothing left looks for what is missing, and reports."""
    state = store.get(import_id)
    if state is None or state.state != store.RUNNING:
        return
    part = store.part(import_id, number)
    if part.state != store.DONE:
        _compare(state, part, number, remaining)
        state = store.get(import_id)
    if state is not None and state.left == 0 and state.state == store.RUNNING:
        _finish(import_id, state, number, remaining)


def _compare(
    state: store.ImportItem, part: store.ImportItem, number: int, remaining: working.Remaining
) -> None:
    import_id, at = part.pk, clock.parse(state.started_at)
    begun = position = int(part.details["next"])
    found = Comparison(state.details["kind"], state.details["fields"])
    rows = islice(working.entries(state.details, part.details["bounds"], at), begun, None)
    for batch in batched(rows, BATCH):
        found.take(batch)
        position += len(batch)
        if remaining() < searching.MARGIN_SECONDS:
            store.paused(import_id, number, part, _noted(part, position, found, number))
            planning.queue(import_id, [number])
            logger.info("check paused", import_id=import_id, range=number, rows=position)
            return
    store.done(import_id, number, part, _noted(part, position, found, number))


def _noted(part: store.ImportItem, position: int, found: Comparison, number: int) -> dict[str, Any]:
    """The range's details with one more piece of it done."""
    piece = f"{number:06d}-{part.details['next']:08d}"
    searching.keep(part.pk, piece, found.as_piece())
    outcomes = Counter(part.details.get("outcomes", {}))
    equal = found.figures["equal"]
    outcomes.update(unchanged=equal, rejected=found.figures["rows"] - equal)
    return {
        **part.details,
        "next": position,
        "pieces": [*part.details["pieces"], piece],
        "outcomes": dict(outcomes),
    }


def _finish(
    import_id: str, state: store.ImportItem, number: int, remaining: working.Remaining
) -> None:
    pieces = [piece for part in store.ranges(import_id) for piece in part.details["pieces"]]
    lacking: list[str] = []
    if not state.details.get("partial"):
        search = searching.search(state, pieces, remaining)
        if not search["done"] or remaining() < searching.REPORT_SECONDS:
            planning.queue(import_id, [number])
            logger.info("check paused", import_id=import_id, searched=search["after"])
            return
        lacking = search["pieces"]
    _report(import_id, state, pieces, lacking)


def _report(import_id: str, state: store.ImportItem, pieces: list[str], lacking: list[str]) -> None:
    kind = state.details["kind"]
    figures: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    with tempfile.TemporaryFile() as out:
        table = report.Table(out, ["行号", "主键", "字段", "差异", "核心系统", "查询系统"])
        for piece in pieces:
            content = searching.read(import_id, piece)
            figures.update(content["figures"])
            fields.update(content["fields"])
            for found in content["found"]:
                table.add(_row(kind, Difference(*found)))
        for piece in lacking:
            for key in searching.read(import_id, piece):
                figures[ONLY_HERE] += 1
                table.add(_row(kind, Difference(0, key, "", ONLY_HERE)))
        table.close()
        out.seek(0)
        place = f"{store.folder(import_id)}/differences.csv"
        store.put(place, out, "text/csv; charset=utf-8")
    names = ("rows", "equal", DIFFERS, MISSING, UNREADABLE)
    written = {
        **{name.replace("-", "_"): figures[name] for name in names},
        "only_here": None if state.details.get("partial") else figures[ONLY_HERE],
        "fields": dict(sorted(fields.items())),
        "not_compared": state.details["unknown"],
        "source": state.details.get("source"),
        "started_at": clock.shown(clock.parse(state.started_at)),
        "finished_at": clock.shown(clock.now()),
        "sha256": state.details["sha256"],
    }
    place = f"{store.folder(import_id)}/report.json"
    store.put(place, report.as_json(written), "application/json")
    totals = {
        "total": figures["rows"],
        "accepted": 0,
        "unchanged": figures["equal"],
        "superseded": 0,
        "rejected": figures["rows"] - figures["equal"],
        "finished_at": written["finished_at"],
    }
    store.change(import_id, store.RUNNING, store.FINISHED, totals=totals)
    logger.info("consistency checked", import_id=import_id, rows=figures["rows"])


def _row(kind: str, found: Difference) -> list[str]:
    rule = columns.rules(kind).get(found.field, {})
    theirs = found.theirs
    if found.what == UNREADABLE:
        theirs = texts.text(f"row.{theirs}", texts.BASE)
    what = texts.text(f"check.{found.what}", texts.BASE)
    field = str(rule.get("x-header", found.field))
    return [str(found.line or ""), found.key, field, what, theirs, found.ours]
