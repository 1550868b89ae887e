"""Schemas are files and the only contract: valid, with examples, alike for both validators."""

import json
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest
from jsonschema import Draft202012Validator

from chalicelib import validation
from chalicelib.errors import InvalidInputError

ROOT = Path(__file__).parents[1] / "schemas"
SCHEMAS = sorted(
    path.relative_to(ROOT).with_suffix("").as_posix()
    for path in ROOT.rglob("*.json")
    if "$schema" in json.loads(path.read_text("utf-8"))
)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_and_its_examples_pass_both_validators(name: str) -> None:
    schema = validation.load(name)
    Draft202012Validator.check_schema(schema)
    compiled = fastjsonschema.compile(schema, use_default=False)
    for example in schema.get("examples", []):
        assert list(Draft202012Validator(schema).iter_errors(example)) == []
        compiled(example)


@pytest.mark.parametrize("name", [name for name in SCHEMAS if not name.endswith(".schema")])
def test_a_schema_has_an_example_and_refuses_unknown_fields(name: str) -> None:
    schema = validation.load(name)
    assert schema["examples"]
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"id_no": "1"}, "/policy_no", "required"),
        ({"policy_no": "P", "id_no": "1", "colour": 1}, "/colour", "unknown-field"),
        ({"policy_no": "P", "id_no": 1}, "/id_no", "type"),
        ({"policy_no": "P", "id_no": ""}, "/id_no", "too-short"),
        ({"policy_no": "P", "id_no": "1" * 101}, "/id_no", "too-long"),
    ],
)
def test_a_broken_field_is_named_with_how_to_fix_it(
    body: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(InvalidInputError) as caught:
        validation.validate("queries/request", body, "en")
    assert (pointer, code) in [(error.pointer, error.code) for error in caught.value.errors]
    assert all(error.detail for error in caught.value.errors)


def test_every_broken_field_is_named_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        validation.validate("queries/request", {"policy_no": 1, "id_no": "", "x": 2}, "zh-CN")
    assert {error.pointer for error in caught.value.errors} == {"/policy_no", "/id_no", "/x"}


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.startswith("data/")])
def test_dated_data_fit_the_schema_beside_them(name: str) -> None:
    data = validation.load(name.removesuffix(".schema"))
    assert list(Draft202012Validator(validation.load(name)).iter_errors(data)) == []


def test_coded_columns_name_a_group_of_codes() -> None:
    known = set(validation.load("data/codes")["codes"]) | {"line"}
    for kind in validation.names("imports"):
        for rule in validation.load(f"imports/{kind}")["properties"].values():
            assert rule.get("x-codes", "line") in known
