"""Finishing: what the ranges came to becomes one report and one file of rejected rows (I2)."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from chalicelib import clock, observability
from chalicelib.imports import report, store, tables
from chalicelib.observability import logger
from chalicelib.upkeep import quality

EXPLAINED_ROWS = 100
"""Rejected rows that the report itself explains; rejected.csv has all of them."""


def finish(import_id: str, state: store.ImportItem) -> None:
    """Writes rejected rows and report of a file all of whose ranges are done."""
    pieces = [piece for part in store.ranges(import_id) for piece in part.details["pieces"]]
    found, sums = _write(import_id, state, pieces)
    quality.count(import_id, sums.identity_of_new())
    store.change(import_id, store.RUNNING, store.FINISHED, totals=report.counted(found))
    observability.count("RowsRejected", found["rejected"])
    logger.info("import finished", import_id=import_id, total=found["total"])


def stop(import_id: str, state: store.ImportItem) -> None:
    """Reports a file of which more than half is wrong: no row of it is taken.

    Rows that are right count as rejected too, with the reason `file-stopped`.
    """
    pieces = [f"{number:06d}-check" for number in range(state.details["ranges"])]
    found, _ = _write(import_id, state, pieces, stopped=True)
    store.change(import_id, store.CHECKING, store.STOPPED, totals=report.counted(found))
    observability.count("FilesStopped")
    logger.warning("import stopped", import_id=import_id, rows=state.rows, good=state.good)


def refuse(file: store.File, sha256: str, error: tables.NoTableError, at: datetime) -> None:
    """A report that says why the whole file was not taken; the first one stays."""
    import_id = f"{file.key}/{sha256[:12]}"
    if store.get(import_id) is not None:
        return
    found = {
        **report.totals([]),
        "reasons": {str(error): 1},
        "refused": report.refusal(str(error), error.line, values=error.values),
        "refused_en": report.refusal(str(error), error.line, language="en", values=error.values),
        "started_at": clock.shown(at),
        "finished_at": clock.shown(clock.now()),
        "sha256": sha256,
    }
    place = f"{store.folder(import_id)}/report.json"
    store.put(place, report.as_json(found), "application/json")
    store.create(import_id, at, {"sha256": sha256, "reason": str(error)}, [], store.REFUSED)
    observability.count("FilesStopped")
    logger.warning("import refused", reason=str(error))


def piece_key(import_id: str, piece: str) -> str:
    """Where the result of a piece waits for the report."""
    return f"imports/{import_id}/parts/{piece}.json"


def control_key(import_id: str) -> str:
    """Where what a file made by hand states of itself waits for the report."""
    return f"imports/{import_id}/control.json"


def _write(
    import_id: str, state: store.ImportItem, pieces: list[str], *, stopped: bool = False
) -> tuple[dict[str, Any], report.Sums]:
    details = state.details
    sums = report.Sums()
    names: dict[str, None] = {}
    explained: list[dict[str, Any]] = []
    for piece in _read(import_id, pieces):
        sums.add(piece)
        for number, reasons, cells in piece["rejected"]:
            if isinstance(cells, dict):
                names.update(dict.fromkeys(cells))
            if len(explained) < EXPLAINED_ROWS:
                explained += report.explained(details["kind"], number, reasons)
    if sums.outcomes["rejected"]:
        _write_rejected(import_id, details, details["headers"] or list(names), pieces)
    found = {
        **(sums.stopped() if stopped else sums.totals()),
        "started_at": clock.shown(clock.parse(state.started_at)),
        "finished_at": clock.shown(clock.now()),
        "sha256": details["sha256"],
        "encoding": details["encoding"],
        "source": details.get("source"),
        "unknown_columns": details["unknown"],
        "missing_columns": details["missing"],
        "rejections": explained[:EXPLAINED_ROWS],
    }
    if details.get("control"):
        place = store.ours(control_key(import_id))
        found["control"] = json.loads(b"".join(store.chunks(place)))
    if stopped:
        found["stopped"] = report.refusal("file-stopped")
    store.put(f"imports/{import_id}/report.json", report.as_json(found), "application/json")
    return found, sums


def _write_rejected(
    import_id: str, details: dict[str, Any], names: list[str], pieces: list[str]
) -> None:
    """Row by row through a file on disk: there may be millions."""
    with tempfile.TemporaryFile() as out:
        table = report.RejectedRows(out, details["kind"], names)
        for piece in _read(import_id, pieces):
            for number, reasons, cells in piece["rejected"]:
                table.add(number, reasons, cells)
        table.close()
        out.seek(0)
        store.put(f"imports/{import_id}/rejected.csv", out, "text/csv; charset=utf-8")


def _read(import_id: str, pieces: list[str]) -> Iterator[dict[str, Any]]:
    for piece in pieces:
        content = b"".join(store.chunks(store.ours(piece_key(import_id, piece))))
        found: dict[str, Any] = json.loads(content)
        found["outcomes"] = Counter(found["outcomes"])
        yield found
