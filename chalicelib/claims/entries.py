"""Entries of a claim's log, ours and the core system's, and which claim they belong to."""

from collections.abc import Iterable
from typing import Any, Protocol

from chalicelib import identifiers
from chalicelib.claims import folding, numbers

KIND = "claim"
"""What the core system's stops are called among the parts of their policy."""


class Entry(Protocol):
    """A stop of the core system's, or an event of ours."""

    @property
    def key(self) -> str:
        """Its place among others of the same moment."""

    @property
    def facts(self) -> dict[str, Any]:
        """What is open."""

    def open(self) -> dict[str, Any]:
        """All that is known of it, unsealed."""


def names(log: Iterable[Entry]) -> dict[str, str]:
    """The reports that claims of the core system turned out to be, by the form in keys of each."""
    return {
        number(entry.facts["claim_no"]): number(entry.facts["report_no"])
        for entry in log
        if "report_no" in entry.facts
    }


def number(text: str) -> str:
    """The form in keys of a claim's number, ours or the core system's."""
    return numbers.read(text) or identifiers.policy_no(text)


def folded(group: Iterable[Entry], *, opened: bool) -> folding.Case:
    """The claim that its entries make; names and messages only where they are opened."""
    return folding.fold(
        folding.in_order((one.key, one.open() if opened else one.facts) for one in group)
    )
