"""Items of an answer (查询项目): what a JSON pointer points to, and what subject that is."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

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


class Item(NamedTuple):
    """A value of an answer, with its pointer, and for a code how the reader calls it."""

    pointer: str
    value: Any
    name: str | None = None


def every(answer: dict[str, Any]) -> Iterator[Item]:
    """Every item of policy and claims in an answer; an amount with its currency is one."""
    for root in ("policy", "claims"):
        yield from _below(f"/{root}", answer.get(root), None)


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


def _below(pointer: str, found: Any, named: str | None) -> Iterator[Item]:
    if isinstance(found, list):
        for at, one in enumerate(found):
            yield from _below(f"{pointer}/{at}", one, None)
    elif isinstance(found, dict) and found.keys() != {"amount", "currency"}:
        for name, one in found.items():
            if not _names(name, found):
                escaped = name.replace("~", "~0").replace("/", "~1")
                yield from _below(f"{pointer}/{escaped}", one, found.get(f"{name}_name"))
    else:
        yield Item(pointer, found, named)


def _names(name: str, found: dict[str, Any]) -> bool:
    """Whether a field only says what another one beside it is called."""
    return any(
        name.endswith(suffix) and name.removesuffix(suffix) in found
        for suffix in ("_name", "_names")
    )


def _fits(rule: list[str], told: list[str]) -> bool:
    return len(rule) <= len(told) and all(
        wanted in (ANY, part) for wanted, part in zip(rule, told, strict=False)
    )
