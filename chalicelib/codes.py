"""Coded values: our codes, their names for people, and what files call them (I11)."""

from functools import cache
from typing import Any

from chalicelib import languages, validation


@cache
def names(group: str) -> dict[str, dict[str, Any]]:
    """The codes of a group (`policy_status`, `line` …) with their names by language."""
    if group == "line":
        return {
            line["line"]: {**line["name"], "aliases": line.get("aliases", [])} for line in lines()
        }
    group_codes: dict[str, dict[str, Any]] = validation.load("data/codes")["codes"][group]
    return group_codes


def name(group: str, code: str | None, language: str) -> str | None:
    """The code's name in the language; None where there is no code."""
    return None if code is None else str(languages.label(names(group)[code], language))


def code(group: str, text: str) -> str | None:
    """Our code for what a file says (our code, its name or an alias); None if unknown."""
    return _spellings(group).get(text.strip().lower())


def match(own: dict[str, dict[str, str]], text: str) -> str | None:
    """The same for a line's own codes, which stand beside its subject field."""
    wanted = text.strip().lower()
    for code, names in own.items():
        if wanted in (code, *(name.lower() for name in names.values())):
            return code
    return None


@cache
def lines() -> list[dict[str, Any]]:
    """Every line of business with its verification rule and subject fields (schemas/lines)."""
    return [
        validation.load(f"lines/{name}")
        for name in validation.names("lines")
        if not name.endswith(".schema")
    ]


@cache
def line(code: str) -> dict[str, Any]:
    """One line of business."""
    return next(found for found in lines() if found["line"] == code)


@cache
def _spellings(group: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code, entry in names(group).items():
        for spelling in (code, entry["zh-CN"], entry["en"], *entry["aliases"]):
            found.setdefault(str(spelling).lower(), code)
    return found
