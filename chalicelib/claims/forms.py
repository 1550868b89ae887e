"""What a report asks, line by line (domain.md §2.5): data for whoever draws the form, and a check.

The fields of the contract are enough for every line. What a line asks besides is optional, so that
nobody in shock is turned away; what no line of that kind knows is refused by name.
"""

from datetime import datetime
from functools import cache
from typing import Any

from chalicelib import clock, codes, dated, languages, texts, validation
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError


def of_line(line: str, language: str, at: datetime) -> dict[str, Any]:
    """The steps of a line's form with their questions, in the language; NotFoundError."""
    rule = _rule(at)
    if line not in rule["lines"]:
        raise NotFoundError
    own = rule["lines"][line]
    return {
        "line": line,
        "line_name": codes.name("line", line, language),
        "from": rule["from"],
        "steps": [
            {
                "title": languages.label(step["title"], language),
                "questions": [
                    _question(field, rule["questions"][field], own["causes"], language)
                    for field in step["fields"]
                ],
            }
            for step in own["steps"]
        ],
    }


def check(body: dict[str, Any], line: str, language: str, at: datetime) -> None:
    """InvalidInputError naming every field that the line does not ask for."""
    rule = _rule(at)
    fields = {
        field.split("/")[1] for step in rule["lines"][line]["steps"] for field in step["fields"]
    }
    known = {*_contract(), *fields, "policy_no", "plate_no"}
    unknown = [name for name in body if name not in known]
    if unknown:
        detail = texts.text("field.not-for-this-line", language)
        raise InvalidInputError(
            [FieldError(f"/{name}", "not-for-this-line", detail) for name in unknown]
        )


def _question(
    field: str, question: dict[str, Any], causes: list[str], language: str
) -> dict[str, Any]:
    options = [
        {"code": option["code"], "name": languages.label(option["name"], language)}
        for option in question.get("options", [])
    ]
    if field == "/cause":
        options = [
            {"code": code, "name": codes.name("loss_cause", code, language)} for code in causes
        ]
    return {
        "field": field,
        "kind": question["kind"],
        "label": languages.label(question["label"], language),
        "hint": languages.label(question["hint"], language) if "hint" in question else None,
        "required": question.get("required", False),
        "max_length": question.get("max_length"),
        "when": question.get("when"),
        "options": options,
    }


@cache
def _contract() -> frozenset[str]:
    """Fields that every line takes."""
    return frozenset(validation.load("claims/report")["required"]) | {"injured", "on_scene"}


def _rule(at: datetime) -> dict[str, Any]:
    return dated.in_force("data/report_forms", clock.shanghai_day(at))
