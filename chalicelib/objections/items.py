"""Items of an answer (查询项目): what a JSON pointer points to, and what subject that is."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from chalicelib import dated

MISSING = object()
OTHER = "other"
ANY = "*"
KEYS = {
    "/claims": "claim_no",
    "/policy/payments": "instalment",
    "/policy/endorsements": "endorsement_no",
    "/policy/covers": "name",
}
"""What tells the entries of a list apart: their places change with what comes in."""


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


def listed(pointer: str) -> bool:
    """Whether it points into an entry of a list."""
    return _split(pointer) is not None


def entry(answer: Any, pointer: str) -> dict[str, Any] | None:
    """What tells the entry that it points into from the others of its list; None for no entry."""
    split = _split(pointer)
    found = value(answer, f"{split[0]}/{split[1]}") if split else MISSING
    key = KEYS[split[0]] if split else ""
    return {key: found[key]} if isinstance(found, dict) and found.get(key) is not None else None


def value_in(answer: Any, pointer: str, entry: dict[str, Any] | None) -> Any:
    """The same item of the same entry, wherever that stands by now; MISSING if it is gone."""
    split = _split(pointer)
    if entry is None or split is None:
        return value(answer, pointer)
    above, _, rest = split
    ((key, name),) = entry.items()
    every = value(answer, above)
    found = (one for one in every if one.get(key) == name) if isinstance(every, list) else iter(())
    return value(next(found, MISSING), rest)


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


def _split(pointer: str) -> tuple[str, str, str] | None:
    """The list, the place in it and the rest of a pointer into an entry."""
    for above in KEYS:
        if pointer.startswith(f"{above}/"):
            place, slash, rest = pointer.removeprefix(f"{above}/").partition("/")
            return above, place, slash + rest
    return None


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
