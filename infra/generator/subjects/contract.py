"""What the subject of insurance has to agree with."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from infra.generator.covers import Cover
from infra.generator.draws import data, pick
from infra.generator.people import Party
from infra.generator.terms import Term


@dataclass(frozen=True, slots=True)
class Contract:
    """Product, parties, covers and period of one policy."""

    product: dict[str, Any]
    holder: Party
    insured: Party
    covers: Sequence[Cover]
    term: Term


def word(chance: Random, kind: str) -> str:
    """One of the words of a kind in data/subjects.json."""
    return str(pick(chance, data("subjects")[kind]))
