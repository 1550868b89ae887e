"""Searching: what customers see and an extract lacks, piece by piece and in any number of goes.

Keys that the extract has may be millions: they lie on disk while somebody searches, and in storage
between two workers.
"""

import json
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from chalicelib.imports import store, working
from chalicelib.imports.seen import Seen
from chalicelib.policies import expiring

MARGIN_SECONDS = 20.0
"""What a batch, or a place, and the note of how far it came may take together."""
REPORT_SECONDS = 60.0
"""What differences and report are written in; with less left they wait for the next worker."""
_BEGIN: dict[str, Any] = {"loaded": 0, "after": "", "pieces": [], "done": False}


def search(
    state: store.ImportItem, pieces: list[str], remaining: working.Remaining
) -> dict[str, Any]:
    """Goes on until it is `done` or time runs short, and notes it; `pieces` hold what was found."""
    import_id = state.pk
    before: dict[str, Any] = state.details.get("search", _BEGIN)
    if before["done"]:
        return before
    found = dict(before)
    with tempfile.TemporaryDirectory() as folder:
        disk = Path(folder) / "seen"
        if found["loaded"]:
            with disk.open("wb") as out:
                out.writelines(store.chunks(store.ours(_seen_key(import_id, found["loaded"]))))
        with Seen(disk) as seen:
            for piece in pieces[found["loaded"] :]:
                seen.add(read(import_id, piece))
                found["loaded"] += 1
                if remaining() < MARGIN_SECONDS:
                    break
            else:
                _look(state, seen, found, remaining)
        if not found["done"] and found["loaded"] > before["loaded"]:
            with disk.open("rb") as content:
                place = _seen_key(import_id, found["loaded"])
                store.put(place, content, "application/octet-stream")
    store.noted(import_id, state.details, {**state.details, "search": found})
    return found


def keep(import_id: str, piece: str, content: Any) -> None:
    """Puts away what a piece came to until the report is written."""
    text = json.dumps(content, ensure_ascii=False).encode()
    store.put(_piece_key(import_id, piece), text, "application/json")


def read(import_id: str, piece: str) -> Any:
    """What a piece came to."""
    return json.loads(b"".join(store.chunks(store.ours(_piece_key(import_id, piece)))))


def _look(
    state: store.ImportItem, seen: Seen, found: dict[str, Any], remaining: working.Remaining
) -> None:
    for after, keys in _lacking(state.details["kind"], seen, found["after"]):
        if keys:
            piece = f"lacking-{len(found['pieces']):06d}"
            keep(state.pk, piece, keys)
            found["pieces"] = [*found["pieces"], piece]
        found["after"] = after
        if remaining() < MARGIN_SECONDS:
            return
    found["done"] = True


def _lacking(kind: str, seen: Seen, after: str) -> Iterator[tuple[str, list[str]]]:
    """What customers see and the extract lacks, in parts with the place from which to go on.

    Of policies: those with cover of the organisations and months of expiry that the extract names.
    Of claims: further stops of the claims that it names.
    """
    if kind == "claims":
        yield from seen.unseen_candidates(after)
        return
    for place in seen.places(after):
        organisation, month = json.loads(place)
        first = date.fromisoformat(f"{month}-01")
        last = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found = expiring.between(organisation, first, last)
        yield (
            place,
            sorted(seen.missing(entry.policy_no for entry in found if entry.ends_on[:7] == month)),
        )


def _piece_key(import_id: str, piece: str) -> str:
    return f"{store.folder(import_id)}/parts/{piece}.json"


def _seen_key(import_id: str, loaded: int) -> str:
    return f"{store.folder(import_id)}/parts/seen-{loaded:06d}"
