"""Data that hold from a day on (X3): particulars, wording, retention, templates, clocks."""

from datetime import date
from functools import cache
from typing import Any

from chalicelib import validation


def in_force(name: str, day: date | str) -> dict[str, Any]:
    """The version of a dated file that held on the day (or ISO); before the first, the first."""
    wanted = str(day)
    versions = sorted(_versions(name), key=lambda version: str(version["from"]))
    return next((held for held in reversed(versions) if held["from"] <= wanted), versions[0])


def every(name: str) -> list[dict[str, Any]]:
    """All versions of a dated file: what was decided by an old one is explained by it."""
    return _versions(name)


@cache
def _versions(name: str) -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = validation.load(name)["versions"]
    return versions
