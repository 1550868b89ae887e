"""Series of motor vehicles (车系): what a brand and model belong to, by a data file (I7)."""

import unicodedata
from functools import cache, lru_cache
from typing import NamedTuple

from chalicelib import validation


class Series(NamedTuple):
    """A brand as the data file names it, and one of its series."""

    brand: str
    name: str


@lru_cache(maxsize=4096)
def of(brand_model: str) -> Series | None:
    """The series that a `厂牌型号` names; None where the data file knows none: nobody guesses.

    Both the brand, or an alias of it, and the series must stand in the text.
    """
    plain = _plain(brand_model)
    for brand, spellings, names in _brands():
        if any(spelling in plain for spelling in spellings):
            for spelling, name in names:
                if spelling in plain:
                    return Series(brand, name)
    return None


@cache
def _brands() -> list[tuple[str, list[str], list[tuple[str, str]]]]:
    """Brands with their spellings and series, the longest names first: 别克GL8 before 别克."""
    return [
        (
            entry["brand"],
            [_plain(word) for word in (entry["brand"], *entry["aliases"])],
            sorted(((_plain(name), name) for name in entry["series"]), key=lambda p: -len(p[0])),
        )
        for entry in validation.load("data/series")["brands"]
    ]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).upper().split())
