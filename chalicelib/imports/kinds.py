"""Kinds: which room takes the rows of which kind of file, and what it knows of their codes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

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


Taker = Callable[[Sequence[Row], datetime], list[str]]
Reason = tuple[str, str, str]
"""Code, field, cell."""

_INTERMEDIARIES = frozenset({"professional_agency", "part_time_agency", "broker"})

_PARTS: dict[str, Taker] = {
    "claims": claims.take,
    "endorsements": parts.take_endorsements,
    "payments": parts.take_payments,
}
"""What stands beside a policy, which may come later than these."""


def take(kind: str, rows: Sequence[Row], at: datetime) -> list[str]:
    """Gives the rows to their room: `accepted`, `unchanged`, `superseded` or a reason, in order."""
    return _TAKERS[kind](rows, at) if rows else []


def exists(kind: str) -> bool:
    """Whether files of this kind are taken."""
    return kind in _TAKERS


class References:
    """Codes that rows name, looked up once per piece of work."""

    def __init__(self) -> None:
        self._known: dict[str, set[str]] = {}
        self._asked: dict[str, set[str]] = {}

    def known(self, kind: str, codes: set[str]) -> set[str]:
        """Those of the codes that files of the kind have announced."""
        known, asked = self._known.setdefault(kind, set()), self._asked.setdefault(kind, set())
        if fresh := codes - asked:
            known |= organisations.known(kind, fresh)
            asked |= fresh
        return known & codes


def judge(
    kind: str, rows: Sequence[dict[str, Any]], references: References
) -> list[tuple[list[Reason], list[Reason]]]:
    """What rejects each row and what only warns, by the codes that it names."""
    if kind != "policies":
        return [([], []) for _ in rows]
    named = {
        field: {code for row in rows if (code := _code(row, field))}
        for field in ("organisation", "agent", "channel_code")
    }
    # A spreadsheet that took codes for numbers has cut their zeros off.
    padded = {f"{'0' * zeros}{code}" for code in named["organisation"] for zeros in (1, 2)}
    organisation_codes = references.known("organisations", named["organisation"])
    if named["organisation"] - organisation_codes:
        organisation_codes |= references.known("organisations", padded)
    agents = references.known("agents", named["agent"])
    intermediaries = references.known("intermediaries", named["channel_code"])
    return [
        (
            _organisation_errors(row["organisation"], organisation_codes),
            [
                *_warning("unknown-agent", row, "agent", agents),
                *_warning("unknown-intermediary", row, "channel_code", intermediaries),
            ],
        )
        for row in rows
    ]


def _code(row: dict[str, Any], field: str) -> str | None:
    """The code that a row names; of channels only intermediaries have entries of their own."""
    if field == "channel_code" and row.get("channel_type") not in _INTERMEDIARIES:
        return None
    return row.get(field)


def _organisation_errors(code: str, known: set[str]) -> list[Reason]:
    if code in known:
        return []
    cut = f"0{code}" in known or f"00{code}" in known
    return [("leading-zeros-lost" if cut else "unknown-organisation", "organisation", code)]


def _warning(reason: str, row: dict[str, Any], field: str, known: set[str]) -> list[Reason]:
    code = _code(row, field)
    return [(reason, field, code)] if code and code not in known else []


def _take_policies(rows: Sequence[Row], at: datetime) -> list[str]:
    outcomes = policies.take([policies.Row(row.row, row.source) for row in rows], at)
    if documents.on_import():
        pending = [(found.policy_no, found.version) for found in outcomes if found.pending]
        documents.request(pending)
    return [found.outcome for found in outcomes]


def _take_entries(kind: str) -> Taker:
    return lambda rows, _at: organisations.take(kind, rows)


def _take_contacts(rows: Sequence[Row], _at: datetime) -> list[str]:
    return contacts.take(rows)


_TAKERS: dict[str, Taker] = {
    "policies": _take_policies,
    **{kind: _take_entries(kind) for kind in organisations.KINDS},
    **_PARTS,
    **dict.fromkeys(contacts.KINDS, _take_contacts),
}
