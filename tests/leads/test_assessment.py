"""Rules of the assessment, held to decision tables cell by cell (`decision_tables.txt`).

A table crosses every answer that the rules of a line look at. Reviewed by reading; a changed rule
shows as changed cells. `python -m tests.leads.test_assessment` writes the tables anew.
"""

import itertools
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib import codes, dated
from chalicelib.leads import assessment, questionnaires

TABLES = Path(__file__).with_name("decision_tables.txt")
DAY = date(2026, 11, 22)
RULES: dict[str, Any] = assessment.rules(DAY)
ASKED: dict[str, Any] = dated.in_force("data/questionnaires", DAY)
QUESTIONS: dict[str, Any] = ASKED["questions"]
EXAMPLE: dict[str, Any] = ASKED["example"]
TOPICS = {
    "motor": ["vehicle"],
    "property": ["home", "business"],
    "liability": ["business"],
    "engineering": ["project"],
    "cargo": ["goods"],
    "hull": ["vessel"],
    "credit": ["receivables"],
    "accident": ["people", "travel"],
    "health": ["people"],
    "agriculture": ["farm"],
}


def cells(line: str, topic: str) -> Iterator[dict[str, Any]]:
    """Every combination of the answers that rules of the line look at within a topic."""
    rules = [rule for rule in RULES["lines"][line] if _about(rule) == topic]
    conditions = [c for rule in rules for c in rule["when"] if c["question"] != "protect"]
    values = {}
    for name in dict.fromkeys(condition["question"] for condition in conditions):
        values[name] = _values(name, [c for c in conditions if c["question"] == name])
    for chosen in itertools.product(*values.values()):
        yield {"protect": [topic], **dict(zip(values, chosen, strict=True))}


def table() -> str:
    """The tables as they are written down."""
    written = []
    for line, topics in TOPICS.items():
        for topic in topics:
            written.append(f"{line} / {topic}")
            for answers in cells(line, topic):
                fit, named = assessment.fits(answers, RULES).get(line, ("-", []))
                given = " ".join(f"{k}={_text(v)}" for k, v in answers.items() if k != "protect")
                written.append(f"  {given:<72} {fit:<13} {' '.join(named)}".rstrip())
            written.append("")
    return "\n".join(written)


def _about(rule: dict[str, Any]) -> str:
    return str(next(c["is"][0] for c in rule["when"] if c["question"] == "protect"))


def _values(name: str, conditions: list[dict[str, Any]]) -> list[Any]:
    question = QUESTIONS[name]
    if question["kind"] == "yes_no":
        return [True, False]
    if question["kind"] == "number":
        limits = {c.get("at_least", c.get("at_most")) for c in conditions}
        around = {question["minimum"], question["maximum"]}
        around |= {n for limit in limits for n in (limit - 1, limit, limit + 1)}
        return sorted(n for n in around if question["minimum"] <= n <= question["maximum"])
    listed = [option["code"] for option in question["options"]]
    if question["kind"] == "choice":
        return listed
    named = [code for c in conditions for code in c.get("is", c.get("only"))]
    used = list(dict.fromkeys(named))
    # Of several answers each alone, all pairs, and one that no rule of the line names.
    others = [[code] for code in listed if code not in used][:1]
    return [*([code] for code in used), *map(list, itertools.combinations(used, 2)), *others]


def _text(value: Any) -> str:
    return "+".join(value) if isinstance(value, list) else str(value).lower()


def test_every_cell_of_the_decision_tables_is_as_reviewed() -> None:
    assert table() == TABLES.read_text("utf-8")


def test_tables_stand_for_every_line_that_has_rules() -> None:
    assert TOPICS.keys() == RULES["lines"].keys()
    for line, rules in RULES["lines"].items():
        assert {_about(rule) for rule in rules} == set(TOPICS[line])


def test_every_topic_that_can_be_chosen_is_spoken_of() -> None:
    chosen = {option["code"] for option in QUESTIONS["protect"]["options"]}
    assert chosen == {topic for topics in TOPICS.values() for topic in topics}


def test_within_a_topic_every_combination_is_spoken_of_by_some_line() -> None:
    for line, topics in TOPICS.items():
        for topic in topics:
            for answers in cells(line, topic):
                others = [one for one, about in TOPICS.items() if topic in about]
                if len(others) == 1:
                    assert assessment.fits(answers, RULES), answers


def test_lines_and_rules_are_those_that_exist_and_ids_are_told_once() -> None:
    ids = [rule["id"] for rules in RULES["lines"].values() for rule in rules]
    assert len(ids) == len(set(ids))
    assert RULES["lines"].keys() <= codes.names("line").keys()
    for rule in (rule for rules in RULES["lines"].values() for rule in rules):
        for condition in rule["when"]:
            question = QUESTIONS[condition["question"]]
            listed = [option["code"] for option in question.get("options", [])] or [True, False]
            named = condition.get("is", condition.get("only", []))
            assert set(named) <= set(listed), rule["id"]


def test_no_forbidden_attribute_is_asked_for_or_used() -> None:
    forbidden = set(RULES["forbidden"])
    assert {"sex", "ethnicity", "religion", "region", "illness"} <= forbidden
    assert not forbidden & QUESTIONS.keys()
    used = {
        condition["question"]
        for rule in [*itertools.chain(*RULES["lines"].values()), *RULES["affordability"]]
        for condition in rule["when"]
    }
    assert used <= QUESTIONS.keys()
    assert not forbidden & used


def test_the_same_answers_and_version_give_the_same_result_in_any_order() -> None:
    backwards = dict(reversed(EXAMPLE.items()))
    first = assessment.told(EXAMPLE, ASKED, RULES, "zh-CN")
    assert assessment.told(backwards, ASKED, RULES, "zh-CN") == first


def test_each_reason_names_its_rule_and_the_answers_it_looked_at() -> None:
    told = assessment.told(EXAMPLE, ASKED, RULES, "en")
    motor = next(one for one in told["recommendations"] if one["line"] == "motor")
    (reason,) = motor["reasons"]
    assert reason["code"] == "motor-own-use"
    assert {"question": "vehicle_age", "label": "How old is the vehicle?", "answer": "3 years"} in (
        reason["answers"]
    )


def test_where_nothing_fits_we_advise_to_stop() -> None:
    answers = {**EXAMPLE, "protect": ["farm"], "farm_kind": "garden"}
    kept = questionnaires.check(ASKED, answers, "en")
    told = assessment.told(kept, ASKED, RULES, "en")
    assert [one["fit"] for one in told["recommendations"]] == ["not_suitable"]
    assert "advise you not to buy" in told["stop_advice"]


@pytest.mark.parametrize(
    ("means", "code", "stops"),
    [
        ("easy", "within_means", False),
        ("tight", "strained", False),
        ("too_much", "beyond_means", True),
    ],
)
def test_affordability_is_told_and_stops_where_it_must(means: str, code: str, stops: bool) -> None:
    told = assessment.told({**EXAMPLE, "means": means}, ASKED, RULES, "en")
    assert told["affordability"]["code"] == code
    assert (told["stop_advice"] is not None) == stops


def test_somebody_of_65_or_older_is_taken_care_of() -> None:
    told = assessment.told({**EXAMPLE, "ages": ["65_to_80"]}, ASKED, RULES, "en")
    assert [one["code"] for one in told["care"]] == ["elderly"]


if __name__ == "__main__":
    TABLES.write_text(table(), "utf-8")
