"""Who reports a loss, and what makes two reporters the same."""

from dataclasses import dataclass
from typing import Any

from chalicelib import identifiers, sealing
from chalicelib.tokens import QueryToken


@dataclass(frozen=True)
class Reporter:
    """Who reports: the token of a verified query or none, the address (hashed), the language."""

    token: QueryToken | None
    address: str
    language: str
    partner: str | None = None
    """The partner whose link led here, by code; for the statistics alone (P1)."""


def marks(body: dict[str, Any], reporter: Reporter) -> list[str]:
    """What makes two reporters the same: the query, or the telephone."""
    found = [sealing.keyed_hash("phone", identifiers.phone(body["reporter"]["phone"]))]
    if reporter.token is not None:
        found.append(f"query/{reporter.token.query_id}")
    return found
