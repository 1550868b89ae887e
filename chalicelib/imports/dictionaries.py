"""Dictionaries (值域字典): what a source of files writes for our codes, as dated data (I11).

A file's source is what its object metadata `source` say, else the source whose prefix its name
begins with (the longest); a file without either is read by our own codes and their names alone.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from chalicelib import validation

Terms = Mapping[str, Mapping[str, str]]
"""By group of codes (`line`, `claim_stage` …): what the source writes, in lower case → our code."""

NO_TERMS: Terms = {}


class UnknownSourceError(ValueError):
    """When the metadata of a file name a source that has no dictionary: nobody guesses."""


def source(file_name: str, said: str | None) -> str | None:
    """The source of a file by its metadata or its name, None for none of those with a dictionary.

    UnknownSourceError if the metadata name one that is not there.
    """
    if said:
        if said not in _sources():
            raise UnknownSourceError(said)
        return said
    found = [
        (len(prefix), name)
        for name, entry in _sources().items()
        for prefix in entry["prefixes"]
        if file_name.startswith(prefix)
    ]
    return max(found)[1] if found else None


def terms(name: str | None, day: date) -> Terms:
    """What a source writes on a day of Shanghai; before its first version, the first."""
    return NO_TERMS if name is None else _terms(name, day.isoformat())


@cache
def _terms(name: str, day: str) -> Terms:
    versions = sorted(_sources()[name]["versions"], key=lambda version: str(version["from"]))
    held = next((one for one in reversed(versions) if one["from"] <= day), versions[0])
    return {
        group: {written.lower(): code for written, code in codes.items()}
        for group, codes in held["codes"].items()
    }


@cache
def _sources() -> dict[str, dict[str, Any]]:
    return {entry["source"]: entry for entry in validation.load("data/dictionaries")["sources"]}
