"""Templates into HTML: one environment per room that sets documents, and how values are printed."""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any
from unicodedata import category

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chalicelib import days, masking
from chalicelib.documents import facts, numerals

NOTHING = "—"
"""Printed where there is no value for an item that must be there."""

_OWN = "chalicelib.documents"
_INVISIBLE = ("Cc", "Cf")
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Variation selectors."""


@cache
def environment(package: str = _OWN) -> Environment:
    """The package's `templates` and ours behind them, parsed once for the life of the process."""
    packages = dict.fromkeys((package, _OWN))
    found = Environment(
        loader=ChoiceLoader([PackageLoader(one) for one in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "amount": lambda fen: NOTHING if fen is None else numerals.amount(fen),
        "capitals": numerals.capitals,
        "day": day,
        "laid_out": facts.laid_out,
        "masked_id": masking.id_no,
        "paragraphs": _paragraphs,
        "stacked": _stacked,
    }
    return found


def printable(value: object) -> object:
    """Text without what has no printed form: control and format characters (those that reverse the
    reading direction among them) and variation selectors; white space of any kind is one space.
    """
    if not isinstance(value, str) or isinstance(value, Markup):
        return "" if value is None else value
    if not value.isprintable() or _SELECTOR.search(value):
        value = "".join(map(_shown, value))
    return " ".join(value.split())


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    hidden = category(character) in _INVISIBLE or _SELECTOR.match(character)
    return "" if hidden else character


def day(text: str, language: str = "zh-CN") -> str:
    """2026-01-31 as 2026年1月31日, in English as 31 January 2026; no date stays as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return days.day(found, language)


def _paragraphs(text: str) -> list[Any]:
    return [line for line in text.splitlines() if line.strip()]


def _stacked(lines: Iterable[str]) -> Markup:
    """Paragraphs as one text with line feeds, which `white-space: pre-line` keeps: an element
    for each would be set for itself."""
    return Markup("\n").join(str(printable(line)) for line in lines)
