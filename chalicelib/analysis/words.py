"""What the categories of tables are called, and in which order they stand."""

from typing import Any

from chalicelib import codes, texts
from chalicelib.analysis import regions
from chalicelib.analysis.regions import OTHER, UNKNOWN
from chalicelib.claims import promises

_CODED = {
    "sex": "sex",
    "channel": "channel_type",
    "cause": "loss_cause",
    "stage": "claim_stage",
}


def population(code: str, language: str) -> str:
    """Who is counted."""
    return texts.text(f"analysis.population.{code}", language)


def table(code: str, language: str) -> str:
    """By what they are counted."""
    return texts.text(f"analysis.table.{code}", language)


def category(table: str, code: str, language: str) -> str:
    """One row of a table."""
    if code in (UNKNOWN, OTHER):
        return texts.text(f"analysis.category.{code}", language)
    if table == "region":
        return regions.name(code, language)
    if table == "age":
        first, _, last = code.partition("-")
        if last:
            return texts.text("analysis.category.years", language, first=first, last=last)
        return texts.text(
            "analysis.category.years_and_more", language, first=code.removesuffix("+")
        )
    if table in ("line", "held"):
        lines, _, outcome = code.partition(":")
        names = " + ".join(str(codes.name("line", line, language)) for line in lines.split("+"))
        return (
            f"{names}: {texts.text(f'analysis.category.{outcome}', language)}" if outcome else names
        )
    if table == "promise":
        clock, _, outcome = code.partition(":")
        kept = texts.text(f"analysis.category.{outcome}", language)
        return f"{promises.name(clock, language)}: {kept}"
    return str(codes.name(_CODED[table], code, language)) if table in _CODED else code


def ordered(table: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By age as people grow older, else as the codes come; what is not known at the end."""

    def place(row: dict[str, Any]) -> tuple[bool, int, str]:
        code = row["code"]
        years = code.rstrip("+").partition("-")[0]
        age = int(years) if table == "age" and years.isdigit() else 0
        return code in (UNKNOWN, OTHER), age, code

    return sorted(rows, key=place)
