"""Consistency checks (一致性核对, I8): an extract of the core system against what customers see.

A file under `check/policies/` or `check/claims/` is planned and queued as an import is, but only
compared. The differences come as a file, the figures as a report; nothing is written to policies.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import batched
from typing import Any, NamedTuple

from chalicelib import clock, identifiers, masking, texts
from chalicelib.claims import service as claims
from chalicelib.imports import columns, report, store, working
from chalicelib.observability import logger
from chalicelib.policies import expiring, parts
from chalicelib.policies import service as policies

DIFFERS, MISSING, ONLY_HERE, UNREADABLE = "differs", "missing-here", "only-here", "unreadable"
UNSEEN = frozenset({"note"})
"""Fields of an extract that no customer ever sees (contract: internal)."""
WIDTH = 200


class Difference(NamedTuple):
    """One finding: line of the file (0 for what it lacks), key, field, what, theirs, ours."""

    line: int
    key: str
    field: str
    what: str
    theirs: str = ""
    ours: str = ""


def work(import_id: str, number: int) -> None:
    """Compares one range; whoever finds nothing left writes report and differences."""
    state = store.get(import_id)
    if state is None or state.state != store.RUNNING:
        return
    part = store.part(import_id, number)
    if part.state != store.DONE:
        at = clock.parse(state.started_at)
        found = _Comparison(state.details["kind"], state.details["fields"])
        for batch in batched(working.entries(state.details, part.details["bounds"], at), 100):
            found.take(batch)
        piece = json.dumps(found.as_piece(), ensure_ascii=False).encode()
        store.put(_piece_key(import_id, number), piece, "application/json")
        outcomes = {"unchanged": found.figures["equal"]}
        outcomes["rejected"] = found.figures["rows"] - found.figures["equal"]
        store.done(import_id, number, part, {**part.details, "outcomes": outcomes})
        state = store.get(import_id)
    if state is not None and state.left == 0 and state.state == store.RUNNING:
        _finish(import_id, state)


class _Comparison:
    """What a range came to."""

    def __init__(self, kind: str, fields: list[str | None]) -> None:
        self.figures: Counter[str] = Counter()
        self._kind = kind
        self._columns = [name for name in fields if name]
        self._fields: Counter[str] = Counter()
        self._found: list[Difference] = []
        self._seen: list[str] = []
        self._places: set[tuple[str, str]] = set()
        self._candidates: dict[str, None] = {}

    def take(self, batch: Iterable[working.Entry]) -> None:
        """Compares rows with what is stored, read together."""
        good = []
        for entry in batch:
            self.figures["rows"] += 1
            if entry.read is None or entry.read.errors:
                reasons = entry.read.errors if entry.read else [("not-json", "", "")]
                if entry.read is not None:
                    # It stands in the extract, however badly: customers do not see it alone.
                    self._seen += _key(self._kind, entry.read.row)
                self.figures[UNREADABLE] += 1
                for code, field, *_ in reasons:
                    self._found.append(Difference(entry.number, "", field, UNREADABLE, code))
            else:
                good.append((entry.number, entry.read.row))
        compare = self._policies if self._kind == "policies" else self._claims
        compare(good)

    def as_piece(self) -> dict[str, Any]:
        """As it is kept until the report is written."""
        return {
            "figures": self.figures,
            "fields": self._fields,
            "found": self._found,
            "seen": self._seen,
            "places": sorted(self._places),
            "candidates": list(self._candidates),
        }

    def _policies(self, rows: list[tuple[int, dict[str, Any]]]) -> None:
        stored = policies.records(row["policy_no"] for _, row in rows)
        for line, row in rows:
            key = identifiers.policy_no(row["policy_no"])
            self._seen.append(key)
            self._places.add((row["organisation"], row["ends_on"][:7]))
            record = stored.get(key)
            self._compare(line, key, row, None if record is None else dict(record.open()))

    def _claims(self, rows: list[tuple[int, dict[str, Any]]]) -> None:
        numbers = {identifiers.policy_no(row["policy_no"]) for _, row in rows}
        stored: dict[str, parts.Part] = {}
        for number in numbers:
            record = policies.find(number)
            for part in record.parts(claims.KIND) if record else ():
                stored[f"{number}/{part.key}"] = part
        named = set()
        for line, row in rows:
            key = claims.key(row)
            named.add(key.rpartition("/")[0])
            self._seen.append(key)
            standing = stored.get(key)
            self._compare(line, key, row, None if standing is None else standing.open())
        for key in stored:
            if key.rpartition("/")[0] in named:
                self._candidates[key] = None

    def _compare(
        self, line: int, key: str, row: dict[str, Any], ours: dict[str, Any] | None
    ) -> None:
        if ours is None:
            self.figures[MISSING] += 1
            self._found.append(Difference(line, key, "", MISSING))
            return
        theirs = _flat(row)
        mine = _flat(ours)
        wanted = [name for name in dict.fromkeys([*theirs, *self._columns]) if name not in UNSEEN]
        before = len(self._found)
        for name in wanted:
            if theirs.get(name) != mine.get(name):
                self._fields[name] += 1
                shown = (self._shown(name, side.get(name)) for side in (theirs, mine))
                self._found.append(Difference(line, key, name, DIFFERS, *shown))
        self.figures["equal" if len(self._found) == before else DIFFERS] += 1

    def _shown(self, name: str, value: Any) -> str:
        if value is None:
            return ""
        rule = columns.rules(self._kind).get(name, {})
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if rule.get("x-kind") == "money":
            text = f"{value / 100:.2f}"
        return masking.id_no(text[:40]) if rule.get("x-sealed") else text[:WIDTH]


def _finish(import_id: str, state: store.ImportItem) -> None:
    kind = state.details["kind"]
    numbers = range(state.details["ranges"])
    figures: Counter[str] = Counter()
    fields: Counter[str] = Counter()
    for piece in _pieces(import_id, numbers):
        figures.update(piece["figures"])
        fields.update(piece["fields"])
    with tempfile.TemporaryFile() as out:
        table = report.Table(out, ["行号", "主键", "字段", "差异", "核心系统", "查询系统"])
        for piece in _pieces(import_id, numbers):
            for found in piece["found"]:
                table.add(_row(kind, Difference(*found)))
        if not state.details.get("partial"):
            for key in _only_here(kind, list(_pieces(import_id, numbers))):
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


def _only_here(kind: str, pieces: list[dict[str, Any]]) -> Iterator[str]:
    """What customers see and the extract lacks.

    Of policies: those with cover of the organisations and months of expiry that the extract names.
    Of claims: further stops of the claims that it names.
    """
    seen = {key for piece in pieces for key in piece["seen"]}
    if kind == "claims":
        candidates = {key for piece in pieces for key in piece["candidates"]}
        yield from sorted(candidates - seen)
        return
    places = {(place[0], place[1]) for piece in pieces for place in piece["places"]}
    for organisation, month in sorted(places):
        first = date.fromisoformat(f"{month}-01")
        last = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found = expiring.between(organisation, first, last)
        yield from sorted(
            entry.policy_no
            for entry in found
            if entry.ends_on[:7] == month and entry.policy_no not in seen
        )


def _row(kind: str, found: Difference) -> list[str]:
    rule = columns.rules(kind).get(found.field, {})
    theirs = found.theirs
    if found.what == UNREADABLE:
        theirs = texts.text(f"row.{theirs}", texts.BASE)
    what = texts.text(f"check.{found.what}", texts.BASE)
    field = str(rule.get("x-header", found.field))
    return [str(found.line or ""), found.key, field, what, theirs, found.ours]


def _key(kind: str, row: dict[str, Any]) -> list[str]:
    """The key of a row as far as it can be read."""
    if kind == "policies":
        return [identifiers.policy_no(row["policy_no"])] if "policy_no" in row else []
    return [claims.key(row)] if {"policy_no", "claim_no", "seq"} <= row.keys() else []


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Subject fields beside the others."""
    return {**{k: v for k, v in row.items() if k != "subject"}, **row.get("subject", {})}


def _pieces(import_id: str, numbers: Iterable[int]) -> Iterator[dict[str, Any]]:
    for number in numbers:
        place = store.ours(_piece_key(import_id, number))
        yield json.loads(b"".join(store.chunks(place)))


def _piece_key(import_id: str, number: int) -> str:
    return f"{store.folder(import_id)}/parts/{number:06d}.json"
