"""Columns of the import files, from the schemas that the importer reads: headers, kinds, codes."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_SCHEMAS = Path(__file__).parents[2] / "schemas"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: contract's field, Chinese header, kind of value, Chinese names of its codes."""

    field: str
    header: str
    kind: str
    names: dict[str, str]


@cache
def columns(kind: str, lines: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """The columns of an import kind; for policies with the subject fields of those lines."""
    properties = _load(f"imports/{kind}")["properties"]
    found = {
        field: Column(field, rule["x-header"], rule["x-kind"], _names(rule.get("x-codes", "")))
        for field, rule in properties.items()
        if "x-header" in rule
    }
    if kind == "policies":
        for line in lines:
            for item in line_rule(line)["subject"]:
                found.setdefault(item["field"], _subject(item))
    return tuple(found.values())


def all_lines() -> Sequence[str]:
    """Every line that has a file in schemas/lines."""
    paths = sorted((_SCHEMAS / "lines").glob("*.json"))
    return tuple(path.stem for path in paths if path.name != "line.schema.json")


@cache
def line_rule(line: str) -> dict[str, Any]:
    """The file of schemas/lines about a line."""
    return _load(f"lines/{line}")


def _subject(item: dict[str, Any]) -> Column:
    names = {code: text["zh-CN"] for code, text in item.get("codes", {}).items()}
    return Column(item["field"], item["header"], item["kind"], names)


def _names(codes: str) -> dict[str, str]:
    if not codes:
        return {}
    if codes == "line":
        return {line: line_rule(line)["name"]["zh-CN"] for line in all_lines()}
    listed = _load("data/codes")["codes"][codes]
    return {code: names["zh-CN"] for code, names in listed.items()}


@cache
def _load(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((_SCHEMAS / f"{name}.json").read_text("utf-8"))
    return document
