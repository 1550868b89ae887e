"""What lies in storage to be downloaded: kinds by their keys (contract, files out)."""

import re
from typing import NamedTuple

HEAD_OFFICE = "head_office"
"""Stands for an organisation in keys of what belongs to the whole company."""

REPORTS = "reports"

_MONTH = r"20\d\d-(?:0[1-9]|1[0-2])"
_DAY = rf"{_MONTH}-(?:0[1-9]|[12]\d|3[01])"
_YEAR = r"20\d\d"
_QUARTER = r"20\d\dQ[1-4]"
_UNIT = r"(?P<organisation>[A-Za-z0-9_-]{1,40})"


class Kind(NamedTuple):
    """One kind: which periods it is filed by, and what its keys look like."""

    name: str
    period: re.Pattern[str]
    key: re.Pattern[str]
    """Its group `organisation` says whose it is; without one it is the whole company's."""
    indexed: bool = False
    """Found by an index instead of by the beginning of its key, which has no period."""

    def prefix(self, period: str) -> str:
        """What the keys of the period begin with."""
        if self.name == "expiry" and len(period) == len("2026-11-21"):
            return f"expiry/days/{period}/"
        # A month of days: ledger/2026-11-01, ledger/2026-11-02 …
        return f"ledger/{period}-" if self.name == "ledger" else f"{self.name}/{period}/"


def _kind(name: str, period: str, key: str, *, indexed: bool = False) -> Kind:
    return Kind(name, re.compile(period), re.compile(f"{name}/{key}"), indexed)


KINDS = {
    kind.name: kind
    for kind in (
        _kind("policies", _MONTH, rf"{_UNIT}/[A-Z0-9-]+/[0-9]+\.pdf", indexed=True),
        _kind(
            "expiry",
            rf"{_MONTH}|{_DAY}",
            rf"(?:{_MONTH}|days/{_DAY}/(?:60|30|7))/{_UNIT}(?:/[A-Za-z0-9._-]+)?\.(?:xlsx|csv|pdf)",
        ),
        _kind(REPORTS, _QUARTER, rf"{_QUARTER}/{_UNIT}/[0-9]{{4}}/report\.(?:json|xlsx|pdf)"),
        _kind(
            "service",
            rf"{_QUARTER}|{_YEAR}|{_MONTH}",
            rf"(?:{_QUARTER}/[^/]+\.pdf"
            rf"|(?:{_YEAR}|{_MONTH})/{_UNIT}-(?:scorecard\.(?:json|pdf)|tables\.pdf))",
        ),
        _kind("ledger", _MONTH, rf"{_DAY}/digest\.json"),
    )
}
"""Every kind by its name, which is also the beginning of its keys."""


def of(key: str) -> tuple[Kind, str] | None:
    """The kind of a key and whose it is, HEAD_OFFICE for the company's; None for no document."""
    kind = KINDS.get(key.partition("/")[0])
    found = kind and kind.key.fullmatch(key)
    if kind is None or not found:
        return None
    return kind, found.groupdict().get("organisation") or HEAD_OFFICE
