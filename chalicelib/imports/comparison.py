"""Comparing (核对): rows of an extract against what customers see, field by field."""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any, NamedTuple

from chalicelib import identifiers, masking
from chalicelib.claims import service as claims
from chalicelib.imports import columns, working
from chalicelib.policies import parts
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


class Comparison:
    """What a piece of a range came to."""

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


def _key(kind: str, row: dict[str, Any]) -> list[str]:
    """The key of a row as far as it can be read."""
    if kind == "policies":
        return [identifiers.policy_no(row["policy_no"])] if "policy_no" in row else []
    return [claims.key(row)] if {"policy_no", "claim_no", "seq"} <= row.keys() else []


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Subject fields beside the others."""
    return {**{k: v for k, v in row.items() if k != "subject"}, **row.get("subject", {})}
