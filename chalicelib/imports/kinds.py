"""Kinds: which room takes the rows of which kind of file, and what it knows of their codes."""

from collections.abc import Callable, Sequence, Set
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib import identifiers
from chalicelib.analysis import service as analysis
from chalicelib.claims import service as claims
from chalicelib.contacts import service as contacts
from chalicelib.documents import service as documents
from chalicelib.organisations import service as organisations
from chalicelib.policies import parts
from chalicelib.policies import service as policies


class Row(NamedTuple):
    """A valid row and where it came from."""

    row: dict[str, Any]
    source: str


class Taken(NamedTuple):
    """What became of a row: `accepted`, `unchanged`, `superseded` or the reason to reject it.

    `demoted` counts rows further down in the file that were reported `accepted` before this one
    came, and would have been `superseded` after it.
    """

    outcome: str
    demoted: int = 0


Storing = Callable[[], list[Taken]]
"""Stores rows that were decided on; what became of each, in order."""

Taker = Callable[[Sequence[Row], datetime], list[str]]
Reason = tuple[str, str, str]
"""Code, field, cell."""

_REFERENCES = (
    ("organisations", "organisation"),
    ("agents", "agent"),
    ("intermediaries", "channel_code"),
)
_INTERMEDIARIES = frozenset({"professional_agency", "part_time_agency", "broker", None})
"""Types of channel that have entries of their own; without a type a code is taken for one's."""

_PARTS: dict[str, Taker] = {
    "endorsements": parts.take_endorsements,
    "payments": parts.take_payments,
}
"""What stands beside a policy, which may come later than these."""


class Intake:
    """Gives the rows of one file to their room, batch after batch."""

    def __init__(self, kind: str, at: datetime) -> None:
        self._kind = kind
        self._at = at
        self._before: policies.Taking | None = None

    def take(self, rows: Sequence[Row]) -> Storing:
        """Decides on the rows as far as that can be done now; the call that it returns stores them.

        Those calls follow each other; the next batch may be decided on while one is under way.
        """
        if not rows:
            return list
        if self._kind != "policies":
            return lambda: [Taken(outcome) for outcome in _TAKERS[self._kind](rows, self._at)]
        given = [policies.Row(row.row, row.source) for row in rows]
        self._before = taking = policies.Taking(given, self._at, self._before)
        return lambda: _store_policies(taking)


def exists(kind: str) -> bool:
    """Whether files of this kind are taken."""
    return kind == "policies" or kind in _TAKERS


class References:
    """Codes that rows name, looked up once per range; those that are there stay there."""

    def __init__(self, import_id: str) -> None:
        self._known = _announced(import_id)
        self._missing: set[tuple[str, str]] = set()

    def known(self, keys: Set[tuple[str, str]]) -> Set[tuple[str, str]]:
        """Those of the pairs of kind and code that files have announced."""
        if fresh := keys - self._known - self._missing:
            found = organisations.announced(fresh)
            self._known |= found
            self._missing |= fresh - found
        return keys & self._known


@lru_cache(maxsize=2)
def _announced(_import_id: str) -> set[tuple[str, str]]:
    """What was found for a file, for all its ranges that this process does."""
    return set()


def judge(
    kind: str, rows: Sequence[dict[str, Any]], references: References
) -> list[tuple[list[Reason], list[Reason]]]:
    """What rejects each row and what only warns, by the codes that it names."""
    if kind != "policies":
        return [([], []) for _ in rows]
    named = {
        (kind, code) for row in rows for kind, field in _REFERENCES if (code := _code(row, field))
    }
    known = references.known(named)
    # A spreadsheet that took codes for numbers has cut their zeros off.
    unknown = {code for kind, code in named - known if kind == "organisations"}
    padded = {("organisations", f"{'0' * zeros}{code}") for code in unknown for zeros in (1, 2)}
    known |= references.known(padded)
    return [
        (
            _organisation_errors(row["organisation"], known),
            [
                *_warning("unknown-agent", row, "agent", "agents", known),
                *_warning("unknown-intermediary", row, "channel_code", "intermediaries", known),
            ],
        )
        for row in rows
    ]


def _code(row: dict[str, Any], field: str) -> str | None:
    """The code that a row names; of channels only intermediaries have entries of their own."""
    if field == "channel_code" and row.get("channel_type") not in _INTERMEDIARIES:
        return None
    return row.get(field)


def _organisation_errors(code: str, known: Set[tuple[str, str]]) -> list[Reason]:
    if ("organisations", code) in known:
        return []
    cut = any(("organisations", f"{zeros}{code}") in known for zeros in ("0", "00"))
    return [("leading-zeros-lost" if cut else "unknown-organisation", "organisation", code)]


def _warning(
    reason: str, row: dict[str, Any], field: str, kind: str, known: Set[tuple[str, str]]
) -> list[Reason]:
    code = _code(row, field)
    return [(reason, field, code)] if code and (kind, code) not in known else []


def _store_policies(taking: policies.Taking) -> list[Taken]:
    outcomes = taking.store()
    if documents.on_import():
        pending = [(found.policy_no, found.version) for found in outcomes if found.pending]
        documents.request(pending)
    # One write for all of them: tomorrow's figures look only at what changed.
    analysis.note([found.key for found in outcomes if found.outcome == policies.ACCEPTED])
    return [Taken(found.outcome, found.demoted) for found in outcomes]


def _take_claims(rows: Sequence[Row], at: datetime) -> list[str]:
    outcomes = claims.take(rows, at)
    taken = zip(rows, outcomes, strict=True)
    changed = {row.row["policy_no"] for row, outcome in taken if outcome == policies.ACCEPTED}
    analysis.note(sorted(map(identifiers.policy_no, changed)), claims=True)
    return outcomes


def _take_entries(kind: str) -> Taker:
    return lambda rows, at: organisations.take(kind, rows, at)


def _take_contacts(rows: Sequence[Row], _at: datetime) -> list[str]:
    return contacts.take(rows)


_TAKERS: dict[str, Taker] = {
    **{kind: _take_entries(kind) for kind in organisations.KINDS},
    **_PARTS,
    "claims": _take_claims,
    **dict.fromkeys(contacts.KINDS, _take_contacts),
}
