"""What a visitor is asked: versioned data, told as JSON Schema in the caller's language (L1).

A question is asked only where its `when` holds; what was answered in a branch that is not taken is
dropped before anything is stored or judged.
"""

from datetime import date, timedelta
from typing import Any

from chalicelib import dated, languages, validation

GRACE = timedelta(days=7)
"""How long a version that somebody has open is still taken after the next one holds."""


def current(day: date, language: str) -> dict[str, Any]:
    """The questionnaire that holds on the day, as `GET /v1/questionnaires/current` answers it."""
    rule = _held(day)
    consent = rule["consent"]
    return {
        "id": rule["id"],
        "version": rule["version"],
        "schema": schema(rule, language),
        "consent": {
            "text": languages.label(consent["contact"], language),
            "text_version": consent["text_version"],
            "marketing": languages.label(consent["marketing"], language),
        },
    }


def named(given: str | dict[str, Any], day: date) -> dict[str, Any] | None:
    """The version that an answer names, by id, version or both; None for one that is not open.

    The id alone stands for the version of the day.
    """
    held = [_held(day), _held(day - GRACE)]
    for rule in held:
        both = {"id": rule["id"], "version": rule["version"]}
        if given in (rule["id"], rule["version"], f"{rule['id']}/{rule['version']}", both):
            return rule
    return None


def of_version(version: str) -> dict[str, Any]:
    """A version by its name, whenever it held; KeyError for one that never did."""
    return next(rule for rule in dated.every(_FILE) if rule["version"] == version)


def check(rule: dict[str, Any], answers: Any, language: str) -> dict[str, Any]:
    """The answers to what was asked; InvalidInputError names every other by its pointer."""
    validation.conform(
        f"{rule['id']} {rule['version']}", schema(rule), answers, language, "/answers"
    )
    return {name: answers[name] for name in _asked(rule, answers)}


def schema(rule: dict[str, Any], language: str = languages.BASE) -> dict[str, Any]:
    """JSON Schema 2020-12 of the answers; pages also read `x-steps`, `x-options`, `x-when`."""
    questions = rule["questions"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, question in questions.items() if _always(question)],
        "properties": {name: _property(question, language) for name, question in questions.items()},
        "allOf": [
            {"if": _condition(questions, question["when"]), "then": {"required": [name]}}
            for name, question in questions.items()
            if "when" in question and not question.get("optional")
        ],
        "x-steps": [
            {"title": languages.label(step["title"], language), "questions": step["questions"]}
            for step in rule["steps"]
        ],
        "examples": [rule["example"]],
    }


def spoken(
    rule: dict[str, Any], answers: dict[str, Any], names: list[str], language: str
) -> list[dict[str, str]]:
    """Question and answer in words, for those of the names that were answered."""
    return [
        {
            "question": name,
            "label": languages.label(rule["questions"][name]["label"], language),
            "answer": _words(rule["questions"][name], answers[name], language),
        }
        for name in names
        if name in answers
    ]


_FILE = "data/questionnaires"
_YES_NO = {True: {"zh-CN": "是", "en": "yes"}, False: {"zh-CN": "否", "en": "no"}}


def _held(day: date) -> dict[str, Any]:
    return dated.in_force(_FILE, day)


def _always(question: dict[str, Any]) -> bool:
    return "when" not in question and not question.get("optional")


def _asked(rule: dict[str, Any], answers: dict[str, Any]) -> list[str]:
    """Names of the questions that the answers lead to, in order, as far as they were answered."""
    found: list[str] = []
    for name, question in rule["questions"].items():
        when = question.get("when")
        # A question of a branch that was left opens no branch of its own.
        open_ = when is None or (
            when["question"] in found and holds(answers[when["question"]], when["is"])
        )
        if open_ and name in answers:
            found.append(name)
    return found


def holds(answer: Any, wanted: list[Any]) -> bool:
    """Whether an answer is one of the values; of several answers, whether any is."""
    given = answer if isinstance(answer, list) else [answer]
    return any(one in wanted for one in given)


def _property(question: dict[str, Any], language: str) -> dict[str, Any]:
    told: dict[str, Any] = {"title": languages.label(question["label"], language)}
    if "help" in question:
        told["description"] = languages.label(question["help"], language)
    codes = [option["code"] for option in question.get("options", [])]
    match question["kind"]:
        case "choice":
            told |= {"type": "string", "enum": codes}
        case "choices":
            several = {"type": "string", "enum": codes}
            told |= {"type": "array", "minItems": 1, "uniqueItems": True, "items": several}
        case "number":
            limits = {"minimum": question["minimum"], "maximum": question["maximum"]}
            told |= {"type": "integer", **limits}
        case _:
            told |= {"type": "boolean"}
    if codes:
        told["x-options"] = [
            {"code": option["code"], "name": languages.label(option["name"], language)}
            for option in question["options"]
        ]
    if "unit" in question:
        told["x-unit"] = languages.label(question["unit"], language)
    if "when" in question:
        told["x-when"] = question["when"]
    return told


def _condition(questions: dict[str, Any], when: dict[str, Any]) -> dict[str, Any]:
    """The `when` of a question as JSON Schema."""
    is_ = {"enum": when["is"]}
    several = questions[when["question"]]["kind"] == "choices"
    wanted = {"contains": is_} if several else is_
    return {"properties": {when["question"]: wanted}, "required": [when["question"]]}


def _words(question: dict[str, Any], answer: Any, language: str) -> str:
    names = {
        option["code"]: languages.label(option["name"], language)
        for option in question.get("options", [])
    }
    if isinstance(answer, bool):
        return str(languages.label(_YES_NO[answer], language))
    if isinstance(answer, list):
        return ("、" if language == languages.BASE else ", ").join(names[one] for one in answer)
    unit = languages.label(question["unit"], language) if "unit" in question else ""
    return names[answer] if names else f"{answer} {unit}".strip()
