"""The files of schemas/lines say what the contract and Q2 say, and agree with each other."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

FOLDER = Path(__file__).parents[2] / "schemas" / "lines"
CONTRACT_LINES = (
    *("motor", "property", "liability", "engineering", "cargo", "hull", "credit"),
    *("accident", "health", "agriculture", "other", "special_risk"),
)
LINES = {name: json.loads((FOLDER / f"{name}.json").read_text("utf-8")) for name in CONTRACT_LINES}
SCHEMA = json.loads((FOLDER / "line.schema.json").read_text("utf-8"))
COMMON = json.loads((FOLDER.parent / "imports" / "policies.json").read_text("utf-8"))["properties"]


def test_every_line_of_the_contract_has_a_file_and_there_are_no_others():
    found = {path.name for path in FOLDER.iterdir()}
    assert found == {f"{line}.json" for line in CONTRACT_LINES} | {"line.schema.json"}


@pytest.mark.parametrize("line", CONTRACT_LINES)
def test_a_line_keeps_to_the_schema_and_to_its_name(line):
    Draft202012Validator.check_schema(SCHEMA)
    errors = [error.message for error in Draft202012Validator(SCHEMA).iter_errors(LINES[line])]
    assert errors == []
    assert LINES[line]["line"] == line


@pytest.mark.parametrize("line", CONTRACT_LINES)
def test_every_alternative_says_what_assurance_it_gives(line):
    rule = LINES[line]
    given = ["id" if "id_no" in credentials else "weak" for credentials in rule["verification"]]
    assert rule["assurance"] == given
    assert rule["queryable"] == bool(rule["verification"])


def test_the_rules_are_those_of_q2():
    rules = {line: rule["verification"] for line, rule in LINES.items()}
    assert rules.pop("motor") == [["policy_no", "id_no"]]
    weak = [["policy_no", "serial_no"], ["policy_no", "insured_name"]]
    assert rules.pop("cargo") == weak
    assert rules.pop("accident") == weak
    assert rules.pop("special_risk") == []
    assert all(rule == [["policy_no", "insured_name", "id_no"]] for rule in rules.values())


def test_one_field_means_one_thing_in_all_lines():
    meanings: dict[str, object] = {}
    headers: dict[str, str] = {}
    for rule in LINES.values():
        for item in rule["subject"]:
            assert meanings.setdefault(item["field"], item) == item
            assert headers.setdefault(item["header"], item["field"]) == item["field"]


def test_subject_fields_never_take_the_header_of_a_common_column():
    common = {rule["x-header"]: field for field, rule in COMMON.items() if "x-header" in rule}
    for rule in LINES.values():
        for item in rule["subject"]:
            assert common.get(item["header"], item["field"]) == item["field"]
            if item["field"] in COMMON:
                assert COMMON[item["field"]]["x-header"] == item["header"]


@pytest.mark.parametrize("line", CONTRACT_LINES)
def test_codes_have_names_that_are_told_apart(line):
    for item in LINES[line]["subject"]:
        assert ("codes" in item) == (item["kind"] == "code")
        names = [text["zh-CN"] for text in item.get("codes", {}).values()]
        assert len(names) == len(set(names))
