"""Columns: which field a header means, in Chinese or English, in any order (I1)."""

import unicodedata
from collections.abc import Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from chalicelib import codes, validation


@dataclass(frozen=True)
class Columns:
    """The fields of a file's columns by position, and what the header has too much or lacks."""

    fields: tuple[str | None, ...]
    unknown: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def meaning(kind: str, header: str) -> str | None:
    """The field that a header means, None if no column of the kind is called so."""
    return _spellings(kind).get(_plain(header))


def of(kind: str, headers: list[str]) -> Columns:
    """The columns that a header row announces; of two with one meaning the first counts."""
    fields: list[str | None] = []
    unknown: list[str] = []
    for header in headers:
        meant = meaning(kind, header)
        if meant is None or meant in fields:
            if header.strip():
                unknown.append(header.strip()[:60])
            meant = None
        fields.append(meant)
    missing = [name for name in required(kind) if name not in fields]
    return Columns(tuple(fields), unknown, missing)


@cache
def required(kind: str) -> Set[str]:
    """Fields without which a row is rejected, in the order of the schema."""
    return dict.fromkeys(validation.load(f"imports/{kind}")["required"]).keys()


@cache
def rules(kind: str) -> dict[str, dict[str, Any]]:
    """The rule of every field of the kind, the subject fields of all lines among them."""
    properties = validation.load(f"imports/{kind}")["properties"]
    found = {name: rule for name, rule in properties.items() if "x-kind" in rule}
    if kind == "policies":
        for line in codes.lines():
            for subject in line["subject"]:
                rule = {
                    "x-header": subject["header"],
                    "x-kind": subject["kind"],
                    "codes": subject.get("codes"),
                    "maxLength": 2000,
                }
                found.setdefault(subject["field"], rule)
    return found


@cache
def subject_fields(line: str) -> frozenset[str]:
    """Fields that only stand in the subject block of this line, not in a column of every policy."""
    own = validation.load("imports/policies")["properties"]
    return frozenset(
        subject["field"] for subject in codes.line(line)["subject"] if subject["field"] not in own
    )


@cache
def of_other_lines(line: str) -> frozenset[str]:
    """Columns of every policy that belong to the subject of other lines, such as a plate."""
    everybodys = validation.load("imports/policies")["properties"].keys()
    fields = {one["line"]: {part["field"] for part in one["subject"]} for one in codes.lines()}
    # Compulsory or commercial is no part of a vehicle, and told of vehicles alone.
    fields["motor"].add("motor_kind")
    named: set[str] = set().union(*fields.values())
    return frozenset((named & everybodys) - fields[line])


@cache
def _spellings(kind: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, rule in rules(kind).items():
        for spelling in (name, rule["x-header"], *rule.get("x-aliases", [])):
            found.setdefault(_plain(spelling), name)
    return found


def _plain(header: str) -> str:
    """Without spaces, byte order mark, asterisks for obligatory columns, and width."""
    plain = unicodedata.normalize("NFKC", header).strip().strip("*\ufeff").lower()
    return "".join(plain.split())
