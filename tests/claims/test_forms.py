"""What each line asks (domain.md §2.5): data the form follows and the schema takes."""

from typing import Any

import pytest

from chalicelib import clock, codes, validation
from chalicelib.claims import forms
from chalicelib.errors import InvalidInputError
from tests.claims.test_routes import body, report, token
from tests.conftest import Aws
from tests.door import Door
from tests.policies.rows import number, policy, take

AT = clock.parse("2026-11-21T09:00:00+08:00")
LINES = [line["line"] for line in codes.lines()]
SCHEMA = validation.load("claims/report")


def questions(line: str, language: str = "zh-CN") -> list[dict[str, Any]]:
    form = forms.of_line(line, language, AT)
    validation.validate("claims/form", form)
    return [question for step in form["steps"] for question in step["questions"]]


def rule(field: str) -> dict[str, Any]:
    """The schema of the report at a pointer."""
    found: dict[str, Any] = SCHEMA
    for name in field.split("/")[1:]:
        found = found["properties"][name]
    return found


@pytest.mark.parametrize("line", LINES)
def test_a_form_asks_all_that_is_required_and_only_what_the_schema_takes(line: str) -> None:
    asked = {question["field"]: question for question in questions(line)}
    needed = {"/occurred_at", "/place", "/cause", "/description"}
    needed |= {"/reporter/name", "/reporter/phone", "/reporter/relation"}
    assert {field for field, question in asked.items() if question["required"]} == needed
    for field, question in asked.items():
        taken = rule(field)
        for option in question["options"]:
            assert option["code"] in taken["enum"], field
        if question["kind"] == "yes_no_unknown":
            assert taken["enum"] == [True, False, "unknown"], field
        if question["max_length"] and "maxLength" in taken:
            assert question["max_length"] == taken["maxLength"], field


@pytest.mark.parametrize("line", LINES)
def test_a_question_depends_only_on_one_that_was_asked_before_it(line: str) -> None:
    before: list[str] = []
    for question in questions(line, "en"):
        if question["when"]:
            assert question["when"]["field"] in before
        before.append(question["field"])


@pytest.mark.parametrize("line", LINES)
def test_nobody_has_to_know_the_cause(line: str) -> None:
    (cause,) = (question for question in questions(line) if question["field"] == "/cause")
    assert {"unknown", "other"} <= {option["code"] for option in cause["options"]}


@pytest.mark.parametrize("line", LINES)
def test_the_fields_of_the_contract_are_enough_for_every_line(line: str) -> None:
    forms.check({**body(), "policy_no": "P1", "injured": False}, line, "zh-CN", AT)


def test_what_a_line_does_not_ask_is_refused_by_name(aws: Aws) -> None:
    forms.check(body(hospital="市一医院"), "health", "en", AT)
    with pytest.raises(InvalidInputError) as told:
        forms.check(body(hospital="市一医院", debtor="王芳"), "motor", "en", AT)
    assert [(e.pointer, e.code) for e in told.value.errors] == [
        ("/hospital", "not-for-this-line"),
        ("/debtor", "not-for-this-line"),
    ]


def test_the_route_tells_the_form_and_knows_no_line_that_is_none(aws: Aws) -> None:
    door = Door()
    answer = door.get("/v1/lines/accident/report-form", headers={"accept-language": "en"})
    assert answer.status == 200
    assert "Which hospital?" in str(answer.body)
    assert door.get("/v1/lines/nothing/report-form").status == 404


def test_all_that_a_motor_report_may_say_is_taken_and_stands_sealed(aws: Aws) -> None:
    aws.empty()
    door = Door()
    policy_no = number()
    take(policy(policy_no))
    more = {
        "injured": "unknown",
        "on_scene": True,
        "drivable": False,
        "driver": {"name": "迪丽努尔", "phone": "13900139000", "licence_no": "440106198703214411"},
        "others_involved": True,
        "other_party": {"name": "欧阳修", "phone": "13700137000", "plate_no": "粤B54321"},
        "police_called": True,
        "police_no": "4401062026001",
    }
    taken = report(door, bearer=token(door, policy_no), **more)
    assert taken.status == 201
    found = str(aws.resources.clients.dynamodb.scan(TableName=aws.name("ClaimsTable"))["Items"])
    for personal in ("迪丽努尔", "13900139000", "440106198703214411", "欧阳修", "粤B54321"):
        assert personal not in found
    refused = report(door, bearer=token(door, policy_no), hospital="市一医院")
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "/hospital")
