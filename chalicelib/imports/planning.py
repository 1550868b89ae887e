"""Planning: a dropped file is read once, its header understood, its ranges queued."""

import json
from datetime import datetime
from itertools import takewhile
from typing import Any

from chalicelib.imports import (
    columns,
    control,
    dictionaries,
    finishing,
    heading,
    kinds,
    plan,
    report,
    store,
    tables,
)
from chalicelib.observability import logger

FORMS = ("csv", "jsonl", "xlsx")
CHECKED_KINDS = ("policies", "claims")
"""Kinds that are compared when dropped under `check/`."""
CHECKED_ROWS = 1000
"""From this size on a file is checked whole before anything is written (contract)."""


def begin(file: store.File, at: datetime) -> None:
    """Plans a file and queues its ranges; a file that is no table is refused whole."""
    kind, _, name = file.key.partition("/")
    is_check = kind == "check"
    if is_check:
        kind, _, name = name.partition("/")
    form = name.rpartition(".")[2].lower()
    try:
        if not kinds.exists(kind) or (is_check and kind not in CHECKED_KINDS):
            raise tables.NoTableError("unknown-kind")
        if form not in FORMS:
            raise tables.NoTableError("unknown-format")
        _plan(file, kind, form, at)
    except tables.NoTableError as error:
        finishing.refuse(file, plan.digest(store.chunks(file)), error, at)


def resume(import_id: str, *, force: bool = False) -> bool:
    """Queues what is still to do; False if there is nothing. `force` lets a stopped file in."""
    state = store.get(import_id)
    if state is None or state.state in (store.FINISHED, store.REFUSED):
        return False
    if state.state == store.STOPPED:
        if not force:
            return False
        store.change(import_id, store.STOPPED, store.STARTING, len(store.ranges(import_id)))
        logger.info("import forced", import_id=import_id)
    parts = store.ranges(import_id)
    checking = state.state == store.CHECKING
    todo = (store.WAITING,) if checking else (store.WAITING, store.CHECKED)
    waiting = [number for number, part in enumerate(parts) if part.state in todo]
    # With nothing waiting the last worker may have died before its report: any range will do.
    queue(import_id, waiting or [0])
    return True


def queue(import_id: str, numbers: list[int]) -> None:
    """Puts ranges of a file into the queue."""
    store.enqueue([{"import_id": import_id, "range": number} for number in numbers])


_YES = frozenset({"true", "yes", "1"})


def _plan(file: store.File, kind: str, form: str, at: datetime) -> None:
    content = b""
    if form == "xlsx":
        if store.size(file) > tables.XLSX_BYTES:
            raise tables.NoTableError("spreadsheet-too-large")
        content = b"".join(store.chunks(file))
        sheet = tables.spreadsheet_as_json_lines(content)
        found = plan.make([sheet], quoted=False)
        found.sha256 = plan.digest([content])
        import_id = f"{file.key}/{found.sha256[:12]}"
        source = store.ours(f"imports/{import_id}/sheet.jsonl")
        if store.get(import_id) is None:
            store.put(source.key, sheet, "application/jsonl")
    else:
        _refuse_others(file)
        found = plan.make(store.chunks(file), quoted=form == "csv")
        import_id = f"{file.key}/{found.sha256[:12]}"
        source = file
    if not found.ranges:
        raise tables.NoTableError("empty")
    said = store.metadata(file)
    forced = said.get("force", "").lower() in _YES
    try:
        source_of = dictionaries.source(file.key.rpartition("/")[2], said.get("source"))
    except dictionaries.UnknownSourceError as error:
        raise tables.NoTableError("unknown-source") from error
    if store.get(import_id) is None:
        details = {
            "import_id": import_id,
            "kind": kind,
            "form": form,
            "file": list(source),
            "source": source_of,
            "sha256": found.sha256,
            "encoding": found.encoding,
            "lines": found.lines,
            "ranges": len(found.ranges),
            **_header(kind, form, source, found),
        }
        if form != "jsonl":
            details["control"] = _control(import_id, file, details, content)
        is_check = file.key.startswith("check/")
        if is_check:
            details["partial"] = said.get("partial", "").lower() in _YES
        checked = found.lines >= CHECKED_ROWS and not forced and not is_check
        state = store.CHECKING if checked else store.RUNNING
        store.create(import_id, at, details, [list(bounds) for bounds in found.ranges], state)
        logger.info("import planned", import_id=import_id, ranges=len(found.ranges))
    resume(import_id, force=forced)


_BEGINNINGS = (
    ((b"\xff\xfe", b"\xfe\xff"), "utf-16"),
    ((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"), "workbook-named-otherwise"),
    ((b"%PDF", b"\x89PNG", b"\xff\xd8\xff"), "no-text"),
)


def _refuse_others(file: store.File) -> None:
    """What is told by its first bytes to be no text, or text that is not taken, says so itself."""
    size = store.size(file)
    start = store.content(file, 0, min(size, 4)) if size else b""
    for beginnings, code in _BEGINNINGS:
        if start.startswith(beginnings):
            raise tables.NoTableError(code)


def _header(kind: str, form: str, source: store.File, found: plan.Plan) -> dict[str, Any]:
    """The header and what its columns mean; JSON Lines name their fields in every row."""
    if form == "jsonl":
        nothing: dict[str, Any] = {"headers": [], "fields": [], "unknown": [], "missing": []}
        return {**nothing, "separator": ",", "first_line": 1}
    start = store.content(source, 0, found.ranges[0].end)
    separator = ","
    if form == "xlsx":
        rows = start.splitlines()[: heading.SEARCHED_ROWS]
        lines = [tables.Line(place, json.loads(row)) for place, row in enumerate(rows, 1)]
        known = heading.find(kind, lines)
        if known is None:
            raise tables.NoTableError("no-known-header")
    else:
        text = start.decode(found.encoding, "replace").removeprefix("\ufeff")
        known, separator = heading.of_text(kind, text)
    meant = columns.of(kind, known.headers)
    return {
        "headers": known.headers,
        "fields": list(meant.fields),
        "unknown": [name for name in meant.unknown if name not in (report.LINE, report.REASON)],
        "missing": meant.missing,
        "separator": separator,
        "first_line": known.first_line,
    }


def _control(import_id: str, file: store.File, details: dict[str, Any], workbook: bytes) -> bool:
    """Whether the file states who made it and its totals, and they are right; else it is refused.

    A workbook is at hand anyway; a CSV file is read whole only if lines above its header say so.
    """
    kind, first_line = details["kind"], details["first_line"]
    if details["form"] == "xlsx":
        sheet = tables.spreadsheet_as_json_lines(workbook)
        above = [json.loads(line) for line in sheet.splitlines()[: first_line - 1]]
        said = control.stated(kind, above, control.sheet_rows(workbook))
        rows = control.lines(sheet, first_line)
    else:
        start = store.content(file, 0, min(store.size(file), plan.RANGE_BYTES))
        lines = tables.csv_lines(_text(start, details), details["separator"], 1)
        above = [line.cells for line in takewhile(lambda line: line.number < first_line, lines)]
        said = control.stated(kind, above, [])
        if said is not None and store.size(file) > tables.XLSX_BYTES:
            raise tables.NoTableError("control-too-large")
        whole = b"".join(store.chunks(file)) if said is not None else b""
        found = tables.csv_lines(_text(whole, details), details["separator"], 1)
        rows = (line.cells for line in found if line.number >= first_line)
    if said is None:
        return False
    checked = control.check(kind, said, details["fields"], rows)
    content = json.dumps(checked, ensure_ascii=False).encode()
    store.put(finishing.control_key(import_id), content, "application/json")
    return True


def _text(content: bytes, details: dict[str, Any]) -> str:
    return content.decode(details["encoding"], "replace").removeprefix("\ufeff")
