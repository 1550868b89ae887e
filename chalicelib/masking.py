"""How much of a person a screen shows (Q6, domain.md §3.10); the rules are schemas/data/masking."""

import re
from datetime import date
from functools import cache
from typing import Any

from chalicelib import clock, validation


def name(text: str) -> str:
    """A person's surname or a company's first characters: 王**, 阿***, 广州****."""
    return mask("name", text)


def id_no(text: str) -> str:
    """First three and last four characters, so that the birth date stays hidden."""
    return mask("id_no", text)


def number(text: str) -> str:
    """A vehicle's VIN or engine number: the last four characters."""
    return mask("number", text)


def phone(text: str) -> str:
    """138****1234; of a landline the last three digits."""
    return mask("phone", text)


def mask(kind: str, text: str) -> str:
    """The text as shown: `kind` as in the rules, such as `account`, `plate` or `address`."""
    if not text:
        return text
    rule = next(
        rule for rule in _kinds(clock.shanghai_day(clock.now()))[kind] if rule[0].search(text)
    )
    _, first, last, least, most = rule
    stars = max(least, len(text) - first - last)
    return text[:first] + "*" * min(stars, most or stars) + (text[-last:] if last else "")


@cache
def _kinds(day: date) -> dict[str, list[tuple[re.Pattern[str], int, int, int, int | None]]]:
    """The forms of each kind that hold on the day."""
    versions: list[dict[str, Any]] = validation.load("data/masking")["versions"]
    holding = max(
        (version for version in versions if version["from"] <= day.isoformat()),
        key=lambda version: str(version["from"]),
    )
    return {
        kind: [
            (re.compile(r["pattern"], re.DOTALL), r["first"], r["last"], r["least"], r.get("most"))
            for r in rules
        ]
        for kind, rules in holding["kinds"].items()
    }
