"""Questionnaires: complete, in two languages, branching, and never asking for what is forbidden."""

import copy
from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib import dated, validation
from chalicelib.errors import InvalidInputError
from chalicelib.leads import questionnaires
from tests.door import Door

VERSIONS = validation.load("data/questionnaires")["versions"]
DAY = date(2026, 11, 22)
RULE: dict[str, Any] = dated.in_force("data/questionnaires", DAY)
EXAMPLE: dict[str, Any] = RULE["example"]


def test_the_current_questionnaire_is_a_json_schema_whose_first_example_is_a_valid_answer(
    door: Door,
) -> None:
    reply = door.get("/v1/questionnaires/current")
    assert reply.status == 200
    schema = reply.body["schema"]
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(schema["examples"][0])) == []
    assert reply.body["consent"]["text_version"]


def test_labels_are_in_the_language_of_the_caller(door: Door) -> None:
    english = door.get("/v1/questionnaires/current", headers={"accept-language": "en"}).body
    chinese = door.get("/v1/questionnaires/current", headers={"accept-language": "ug"}).body
    assert english["schema"]["properties"]["for_whom"]["title"] == "Who is the cover for?"
    assert chinese["schema"]["properties"]["for_whom"]["title"] == "为谁投保？"
    assert "agree" in english["consent"]["text"]


@pytest.mark.parametrize("rule", VERSIONS, ids=lambda rule: rule["version"])
def test_every_question_stands_in_one_step_and_hangs_on_one_before_it(rule: dict[str, Any]) -> None:
    shown = [name for step in rule["steps"] for name in step["questions"]]
    assert shown == list(rule["questions"])
    for name, question in rule["questions"].items():
        assert ("options" in question) == question["kind"].startswith("choice"), name
        when = question.get("when")
        if when:
            assert shown.index(when["question"]) < shown.index(name)
            before = rule["questions"][when["question"]]
            codes = [option["code"] for option in before.get("options", [])] or [True, False]
            assert set(when["is"]) <= set(codes)


@pytest.mark.parametrize("rule", VERSIONS, ids=lambda rule: rule["version"])
def test_the_example_of_every_version_answers_all_that_it_is_asked(rule: dict[str, Any]) -> None:
    assert questionnaires.check(rule, rule["example"], "en") == rule["example"]


def test_a_branch_that_is_taken_must_be_answered() -> None:
    answers = copy.deepcopy(EXAMPLE)
    del answers["vehicle_use"]
    with pytest.raises(InvalidInputError) as caught:
        questionnaires.check(RULE, answers, "en")
    assert [(e.pointer, e.code) for e in caught.value.errors] == [
        ("/answers/vehicle_use", "required")
    ]


def test_answers_of_a_branch_that_was_left_are_dropped() -> None:
    answers = {**EXAMPLE, "protect": ["home"]}
    kept = questionnaires.check(RULE, answers, "en")
    assert "vehicle_use" not in kept
    assert kept["home_tenure"] == "owned"


def test_every_wrong_answer_is_named() -> None:
    answers = {**EXAMPLE, "vehicle_use": "racing", "vehicle_age": "old", "colour": "red"}
    with pytest.raises(InvalidInputError) as caught:
        questionnaires.check(RULE, answers, "en")
    assert {(e.pointer, e.code) for e in caught.value.errors} == {
        ("/answers/vehicle_use", "not-listed"),
        ("/answers/vehicle_age", "type"),
        ("/answers/colour", "unknown-field"),
    }


@pytest.mark.parametrize(
    "given",
    ["needs", "2026-02", "needs/2026-02", {"id": "needs", "version": "2026-02"}],
)
def test_a_version_is_named_by_id_version_or_both(given: Any) -> None:
    found = questionnaires.named(given, DAY)
    assert found is not None
    assert found["version"] == "2026-02"


def test_another_questionnaire_is_not_open() -> None:
    assert questionnaires.named("hats", DAY) is None
