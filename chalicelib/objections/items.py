"""Items of an answer (查询项目): what a JSON pointer points to, and what subject that is."""

from datetime import date
from typing import Any

from chalicelib import dated

MISSING = object()
OTHER = "other"
ANY = "*"


def value(answer: Any, pointer: str) -> Any:
    """What an RFC 6901 pointer points to in the answer; MISSING if there is nothing."""
    found = answer
    for part in parts(pointer):
        if isinstance(found, dict) and part in found:
            found = found[part]
        elif isinstance(found, list) and part.isdecimal() and part.isascii():
            # RFC 6901: no leading zeros, so that one item has one name.
            if (len(part) > 1 and part[0] == "0") or int(part) >= len(found):
                return MISSING
            found = found[int(part)]
        else:
            return MISSING
    return found


def subject(pointer: str, day: date) -> str:
    """The code of the subject (domain.md §1.6, A4) that the longest rule for the pointer gives."""
    told = parts(pointer)
    rules = dated.in_force("data/objection_subjects", day)["rules"]
    fitting = [rule for rule in rules if _fits(parts(rule["pointer"]), told)]
    found = max(fitting, key=lambda rule: len(parts(rule["pointer"])), default=None)
    return OTHER if found is None else str(found["subject"])


def parts(pointer: str) -> list[str]:
    """The segments of a pointer, unescaped."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _fits(rule: list[str], told: list[str]) -> bool:
    return len(rule) <= len(told) and all(
        wanted in (ANY, part) for wanted, part in zip(rule, told, strict=False)
    )
