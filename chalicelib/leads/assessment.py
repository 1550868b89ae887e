"""Which lines fit (适配) and why, by rules that are data: the same answers, the same result.

Product suitability (金融机构产品适当性管理办法, NFRA Order 2025 No 7): an explicit opinion per
line, ability to pay, and the advice to stop where cover would not fit. No attribute that the data
forbid can be used, because nobody is asked for it.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from chalicelib import codes, dated, languages
from chalicelib.leads import questionnaires

FITS = ("not_suitable", "suitable", "worth_a_look")
"""What decides first comes first: where cover would not pay, nothing else about it counts."""
_SHOWN = ("suitable", "worth_a_look", "not_suitable")


def fits(answers: dict[str, Any], rules: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    """By line: the fit, and the ids of the rules that say so; lines that no rule speaks of lack."""
    found = {}
    for line, known in rules["lines"].items():
        true = [rule for rule in known if met(rule["when"], answers)]
        if true:
            fit = min((rule["fit"] for rule in true), key=FITS.index)
            found[line] = (fit, [rule["id"] for rule in true if rule["fit"] == fit])
    return dict(sorted(found.items(), key=lambda item: _SHOWN.index(item[1][0])))


def told(
    answers: dict[str, Any], asked: dict[str, Any], rules: dict[str, Any], language: str
) -> dict[str, Any]:
    """`recommendations` with reasons in words, the `affordability`, `care` and `stop_advice`.

    `asked` is the version of the questionnaire that was answered.
    """
    found = fits(answers, rules)
    means = _first(rules["affordability"], answers)
    nothing = not any(fit != "not_suitable" for fit, _ in found.values())
    return {
        "recommendations": [
            {
                "line": line,
                "line_name": codes.name("line", line, language),
                "fit": fit,
                "fit_name": codes.name("fit", fit, language),
                "reasons": [
                    _reason(_rule(rules, line, name), answers, asked, language) for name in named
                ],
            }
            for line, (fit, named) in found.items()
        ],
        "affordability": means and _said(means, language),
        "care": [_said(one, language) for one in rules["care"] if met(one["when"], answers)],
        "stop_advice": _stop(rules, means, nothing=nothing, language=language),
    }


def rules(day: date) -> dict[str, Any]:
    """The rules that hold on the day."""
    return dated.in_force(_FILE, day)


def of_version(version: str) -> dict[str, Any]:
    """The rules by their version, whenever they held."""
    return next(one for one in dated.every(_FILE) if one["version"] == version)


def met(conditions: Iterable[dict[str, Any]], answers: dict[str, Any]) -> bool:
    """Whether all conditions hold; one about a question that was not asked does not."""
    return all(
        condition["question"] in answers and _holds(condition, answers[condition["question"]])
        for condition in conditions
    )


_FILE = "data/assessment_rules"


def _holds(condition: dict[str, Any], answer: Any) -> bool:
    if "is" in condition:
        return questionnaires.holds(answer, condition["is"])
    if "only" in condition:
        return set(answer) <= set(condition["only"])
    if "at_least" in condition:
        return bool(answer >= condition["at_least"])
    return bool(answer <= condition["at_most"])


def _rule(rules: dict[str, Any], line: str, name: str) -> dict[str, Any]:
    return next(rule for rule in rules["lines"][line] if rule["id"] == name)


def _reason(
    rule: dict[str, Any], answers: dict[str, Any], asked: dict[str, Any], language: str
) -> dict[str, Any]:
    """The rule, its words, and the answers that it looked at."""
    looked_at = list(dict.fromkeys(condition["question"] for condition in rule["when"]))
    return {
        "code": rule["id"],
        "text": languages.label(rule["reason"], language),
        "answers": questionnaires.spoken(asked, answers, looked_at, language),
    }


def _first(entries: Iterable[dict[str, Any]], answers: dict[str, Any]) -> dict[str, Any] | None:
    return next((entry for entry in entries if met(entry["when"], answers)), None)


def _said(entry: dict[str, Any], language: str) -> dict[str, str]:
    return {"code": entry["code"], "text": languages.label(entry["text"], language)}


def _stop(
    rules: dict[str, Any], means: dict[str, Any] | None, *, nothing: bool, language: str
) -> str | None:
    """The advice not to buy: nothing fits, or it is more than the person can pay."""
    if means is not None and means["stop"]:
        return str(languages.label(means["text"], language))
    return str(languages.label(rules["stop"], language)) if nothing else None
