"""Where chance comes from: one independent stream per thing, named, so that order never matters."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

Row = dict[str, str]
"""One row of a file by the contract's English field names; what is empty is absent."""


def stream(*names: object) -> Random:
    """The stream of that name; seeding by text is the same in every process."""
    return Random("/".join(str(name) for name in names))


def pick[T](chance: Random, options: Sequence[T]) -> T:
    """One of them; `random.choice` costs twice as much, at 50 choices a row."""
    return options[int(chance.random() * len(options))]


def digits(chance: Random, count: int) -> str:
    """So many decimal digits, leading zeros kept."""
    return f"{int(chance.random() * 10**count):0{count}d}"


def yuan(fen: int) -> str:
    """Fen as an amount in a file: 328050 is 3280.50."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"


@cache
def data(name: str) -> dict[str, Any]:
    """A file of `data/` by its name without ending."""
    path = Path(__file__).parent / "data" / f"{name}.json"
    document: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return document
