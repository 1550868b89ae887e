"""Regions (GB/T 2260) by the first digits of ID numbers: parts into which everybody is divided.

A table of prefectures beside one of provinces would tell by subtraction what the first one hides.
So there is one division for all organisations: common prefectures stand apart, all others are the
rest of their province, and where that is small too, the rest of all. It holds for a month: a
prefecture that came and went with its people would tell one day's table by the next.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from chalicelib import dated, languages, texts, validation

REST = "xx"
"""Ends the code of what is left of a province: `44xx`."""
UNKNOWN, OTHER = "unknown", "other"


class Division:
    """Which parts stand apart, from a day on that says which codes are known."""

    def __init__(self, day: date | str, apart: Collection[str] = ()) -> None:
        self.apart = frozenset(apart)
        known = dated.in_force("data/prefectures", day)
        self._now: dict[str, str] = {code: code for code in known["prefectures"]}
        self._now |= {code: one.get("now", code) for code, one in known["former"].items()}
        self._provinces = _provinces()

    def unit(self, digits: str) -> str:
        """The prefecture that the first four digits name, or what is left of their province."""
        province = digits[:2]
        if province not in self._provinces:
            return UNKNOWN
        return self._now.get(digits, f"{province}{REST}")

    def part(self, unit: str) -> str:
        """Where a unit is counted."""
        if unit in self.apart or unit == UNKNOWN:
            return unit
        rest = rest_of(unit)
        return rest if rest in self.apart else OTHER


def divide(
    people: Mapping[str, int], before: Collection[str], rule: Mapping[str, int]
) -> frozenset[str]:
    """Who stands apart, by how many people of the whole company each unit has.

    `enter` people are needed, and `stay` by who stood apart before, so that the division is the
    same from month to month where nothing much has changed. Neither is near what is hidden: that a
    unit does not stand apart tells nothing of a few.
    """

    def enough(part: str, count: int) -> bool:
        return count >= rule["stay" if part in before else "enter"]

    units = {one: count for one, count in people.items() if one != UNKNOWN}
    common = [one for one, count in units.items() if not one.endswith(REST) and enough(one, count)]
    common.sort(key=lambda one: (one not in before, -units[one], one))
    apart = set(common[: rule["most"]])
    left: Counter[str] = Counter()
    for one, count in units.items():
        if one not in apart:
            left[rest_of(one)] += count
    return frozenset(apart | {rest for rest, count in left.items() if enough(rest, count)})


def rest_of(unit: str) -> str:
    """What is left of a unit's province."""
    return f"{unit[:2]}{REST}"


def name(code: str, language: str) -> str:
    """A part of the division, or a province, which older tables have; else the code itself."""
    provinces = _provinces()
    province = provinces.get(code[:2])
    if province is None:
        return code
    said = str(languages.label(province, language))
    for version in reversed(dated.every("data/prefectures")):
        found = {**version["former"], **version["prefectures"]}
        if code in found:
            return _named(said, found[code], language)
        if code.endswith(REST) and any(one[:2] == code[:2] for one in found):
            return texts.text("analysis.category.rest_of", language, province=said)
    return said


def _named(province: str, unit: Mapping[str, Any], language: str) -> str:
    told = texts.text(
        "analysis.category.prefecture",
        language,
        province=province,
        name=str(languages.label(unit, language)),
    )
    if "until" in unit:
        return texts.text("analysis.category.former", language, name=told, until=unit["until"])
    return told


def _provinces() -> dict[str, Any]:
    found: dict[str, Any] = validation.load("data/regions")["regions"]
    return found
