"""Kinds: which room takes the rows of which kind of file."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib.claims import service as claims
from chalicelib.documents import service as documents
from chalicelib.organisations import service as organisations
from chalicelib.policies import parts
from chalicelib.policies import service as policies


class Row(NamedTuple):
    """A valid row and where it came from."""

    row: dict[str, Any]
    source: str


Taker = Callable[[Sequence[Row], datetime], list[str]]

_PARTS: dict[str, Taker] = {
    "claims": claims.take,
    "endorsements": parts.take_endorsements,
    "payments": parts.take_payments,
}
"""What stands beside a policy, which may come later than these."""


def take(kind: str, rows: Sequence[Row], at: datetime) -> list[str]:
    """Gives the rows to their room: `accepted`, `unchanged`, `superseded` or a reason, in order."""
    if kind == "policies":
        return _take_policies(rows, at)
    if kind in _PARTS:
        return _PARTS[kind](rows, at)
    return organisations.take(kind, rows)


def exists(kind: str) -> bool:
    """Whether files of this kind are taken."""
    return kind == "policies" or kind in _PARTS or kind in organisations.KINDS


def _take_policies(rows: Sequence[Row], at: datetime) -> list[str]:
    known = organisations.organisation_codes()
    good = [row for row in rows if row.row["organisation"] in known]
    outcomes = policies.take([policies.Row(row.row, row.source) for row in good], at)
    documents.request([(found.policy_no, found.version) for found in outcomes if found.pending])
    by_source = {row.source: found.outcome for row, found in zip(good, outcomes, strict=True)}
    return [by_source.get(row.source, "unknown-organisation") for row in rows]
