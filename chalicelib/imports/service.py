"""What happens to a dropped file: planned once, worked on in ranges by many, reported at the end.

Every step may be repeated: an event delivered twice finds the plan, a range done twice finds its
own rows, a report written twice is the same report.
"""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.imports import columns, kinds, plan, report, rows, store, tables
from chalicelib.imports.cells import is_empty
from chalicelib.observability import logger

BATCH = 50
"""Rows decided and written together."""


def begin(file: store.File, at: datetime) -> None:
    """Plans a dropped file and queues its ranges; a file that is no table is refused whole."""
    kind, _, name = file.key.partition("/")
    form = name.rpartition(".")[2].lower()
    try:
        if not kinds.exists(kind):
            raise tables.NoTableError("unknown-kind")
        if form not in ("csv", "jsonl", "xlsx"):
            raise tables.NoTableError("unknown-format")
        _plan(file, kind, form, at)
    except tables.NoTableError as error:
        _refuse(file, plan.digest(store.chunks(file)), str(error), at)


def work(import_id: str, number: int) -> None:
    """Does one range; the one that finds nothing left writes the report."""
    state = store.get(import_id)
    if state is None or state.state == "finished":
        return
    part = store.ranges(import_id)[number]
    if part.state == "waiting":
        started = clock.parse(state.started_at)
        counts, rejected = _work(state.details, part.details["bounds"], started)
        if rejected:
            store.put(
                _part_key(import_id, number), json.dumps(rejected).encode(), "application/json"
            )
        store.done(import_id, number, {**part.details, **counts})
        state = store.get(import_id)
    if state is not None and state.left == 0 and state.state != "finished":
        _finish(import_id, state)


def _plan(file: store.File, kind: str, form: str, at: datetime) -> None:
    if form == "xlsx":
        content = b"".join(store.chunks(file))
        sheet = tables.spreadsheet_as_json_lines(content)
        found = plan.make([sheet], quoted=False)
        found.sha256 = plan.digest([content])
        import_id = f"{file.key}/{found.sha256[:12]}"
        source = store.ours(f"imports/{import_id}/sheet.jsonl")
        if store.get(import_id) is None:
            store.put(source.key, sheet, "application/jsonl")
    else:
        found = plan.make(store.chunks(file), quoted=form == "csv")
        import_id = f"{file.key}/{found.sha256[:12]}"
        source = file
    if not found.ranges:
        raise tables.NoTableError("empty")
    if store.get(import_id) is None:
        details = {
            "import_id": import_id,
            "kind": kind,
            "form": form,
            "file": list(source),
            "sha256": found.sha256,
            "encoding": found.encoding,
            **_header(kind, form, source, found),
        }
        started = clock.stored(at)
        expires = int(at.timestamp()) + store.KEEP_SECONDS
        store.create(import_id, started, expires, details, [list(r) for r in found.ranges])
        logger.info("import planned", import_id=import_id, ranges=len(found.ranges))
    _enqueue(import_id)


def _enqueue(import_id: str) -> None:
    """Queues what waits, also when an event comes again because a planner died half-way."""
    state = store.get(import_id)
    if state is not None and state.state == "running":
        waiting = [
            number for number, part in enumerate(store.ranges(import_id)) if part.state == "waiting"
        ]
        # With nothing waiting the last worker may have died before its report: any range will do.
        messages = [{"import_id": import_id, "range": number} for number in waiting or [0]]
        store.enqueue(messages)


def _header(kind: str, form: str, source: store.File, found: plan.Plan) -> dict[str, Any]:
    """The header row and what its columns mean; JSON Lines name their fields in every row."""
    if form == "jsonl":
        return {"headers": [], "fields": [], "unknown": [], "missing": [], "separator": ","}
    start = store.part(source, 0, found.ranges[0].end)
    if form == "xlsx":
        headers = [str(cell) for cell in json.loads(start.partition(b"\n")[0])]
        separator = ","
    else:
        text = start.decode(found.encoding, "replace").removeprefix("\ufeff")
        separator = tables.delimiter(text.partition("\n")[0])
        first = next(tables.csv_lines(text, separator, 1), None)
        headers = [str(cell) for cell in first.cells] if first else []
    meant = columns.of(kind, headers)
    if not any(meant.fields):
        raise tables.NoTableError("no-known-header")
    return {
        "headers": headers,
        "fields": list(meant.fields),
        "unknown": [name for name in meant.unknown if name not in (report.LINE, report.REASON)],
        "missing": meant.missing,
        "separator": separator,
    }


def _work(
    details: dict[str, Any], bounds: list[int], at: datetime
) -> tuple[dict[str, Any], list[list[Any]]]:
    """The outcomes of one range, and its rejected rows: line number, reason, cells."""
    kind = details["kind"]
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    warnings: Counter[str] = Counter()
    rejected: list[list[Any]] = []
    batch: list[tuple[int, rows.Read, Any]] = []

    def reject(number: int, found: list[rows.Reason], cells: Any) -> None:
        outcomes["rejected"] += 1
        reasons.update({reason.code for reason in found})
        rejected.append([number, report.explain(kind, found), cells])

    def flush() -> None:
        taken = kinds.take(
            kind,
            [kinds.Row(read.row, f"{details['import_id']}#{number}") for number, read, _ in batch],
            at,
        )
        for (number, _, cells), outcome in zip(batch, taken, strict=True):
            if outcome in report.OUTCOMES:
                outcomes[outcome] += 1
            else:
                reject(number, [rows.Reason(outcome, "")], cells)
        batch.clear()

    today = clock.shanghai_day(at)
    for number, named, cells in _named(details, bounds):
        if named is None:
            reject(number, [rows.Reason("not-json", "")], cells)
            continue
        read = rows.read(kind, named, today)
        warnings.update(reason.code for reason in read.warnings)
        if read.errors:
            reject(number, read.errors, cells)
        else:
            batch.append((number, read, cells))
        if len(batch) == BATCH:
            flush()
    flush()
    rejected.sort(key=lambda row: int(row[0]))
    counts = {"outcomes": outcomes, "reasons": reasons, "warnings": warnings}
    return {name: dict(counter) for name, counter in counts.items()}, rejected


def _named(
    details: dict[str, Any], bounds: list[int]
) -> Iterator[tuple[int, dict[str, Any] | None, Any]]:
    """The rows of a range: line number, cells by field (None: no object), cells as they came."""
    start, end, first_line = bounds
    text = store.part(store.File(*details["file"]), start, end).decode(
        details["encoding"], "replace"
    )
    if start == 0:
        text = text.removeprefix("\ufeff")
    if details["form"] == "jsonl":
        for number, found in tables.json_rows(text, first_line):
            if found is None:
                yield number, None, {}
                continue
            meant = columns.of(details["kind"], list(found))
            named = zip(meant.fields, found.values(), strict=True)
            yield number, {name: cell for name, cell in named if name}, found
        return
    if details["form"] == "xlsx":
        lines: Iterator[tables.Line] = (
            tables.Line(first_line + offset, json.loads(line))
            for offset, line in enumerate(text.splitlines())
        )
    else:
        lines = tables.csv_lines(text, details["separator"], first_line)
    header_seen = start > 0
    for line in lines:
        if not header_seen:
            header_seen = True
            continue
        if any(not is_empty(cell) for cell in line.cells):
            fields = zip(details["fields"], line.cells, strict=False)
            yield line.number, {name: cell for name, cell in fields if name}, line.cells


def _finish(import_id: str, state: store.ImportItem) -> None:
    parts = [part.details for part in store.ranges(import_id)]
    rejected = [
        row
        for number, part in enumerate(parts)
        if part["outcomes"].get("rejected")
        for row in json.loads(b"".join(store.chunks(store.ours(_part_key(import_id, number)))))
    ]
    if rejected:
        content = report.rejected_csv(*_as_table(state.details["headers"], rejected))
        store.put(f"imports/{import_id}/rejected.csv", content, "text/csv; charset=utf-8")
    found = {
        **report.totals(parts),
        "started_at": clock.shown(clock.parse(state.started_at)),
        "finished_at": clock.shown(clock.now()),
        "sha256": state.details["sha256"],
        "unknown_columns": state.details["unknown"],
        "missing_columns": state.details["missing"],
    }
    store.put(f"imports/{import_id}/report.json", report.as_json(found), "application/json")
    store.finish(import_id)
    logger.info("import finished", import_id=import_id, total=found["total"])


def _as_table(headers: list[str], rejected: list[list[Any]]) -> tuple[list[str], list[list[Any]]]:
    """Rejected rows under one header; JSON objects get the columns that any of them has."""
    keep = [place for place, name in enumerate(headers) if name not in (report.LINE, report.REASON)]
    if headers:
        return [headers[place] for place in keep], [
            [number, reason, *(cells[place] if place < len(cells) else "" for place in keep)]
            for number, reason, cells in rejected
        ]
    names = list(dict.fromkeys(name for _, _, cells in rejected for name in cells))
    return names, [
        [number, reason, *(cells.get(name, "") for name in names)]
        for number, reason, cells in rejected
    ]


def _refuse(file: store.File, sha256: str, code: str, at: datetime) -> None:
    """A report that says why the whole file was not taken."""
    nothing = report.totals([])
    found = {
        **nothing,
        "reasons": {code: 1},
        "refused": report.explain("policies", [(code, "")]),
        "started_at": clock.shown(at),
        "finished_at": clock.shown(clock.now()),
        "sha256": sha256,
    }
    key = f"imports/{file.key}/{sha256[:12]}/report.json"
    store.put(key, report.as_json(found), "application/json")
    logger.warning("import refused", reason=code)


def _part_key(import_id: str, number: int) -> str:
    return f"imports/{import_id}/parts/{number:06d}.json"
