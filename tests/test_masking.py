"""Masking: the data file's rules, on the numbers and names that people have."""

import pytest
from jsonschema import Draft202012Validator

from chalicelib import masking, validation


@pytest.mark.parametrize(
    ("kind", "text", "shown"),
    [
        ("name", "王小明", "王**"),
        ("name", "王", "王*"),
        ("name", "阿卜杜拉·买买提", "阿****"),
        ("name", "广州市某某贸易有限公司", "广州****"),
        ("id_no", "11010519491231002X", "110***********002X"),
        ("id_no", "12345678", "********"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "020-12345678", "*********678"),
        ("phone", "12345", "*****"),
        ("number", "LATPAB071W1005301", "*************5301"),
        ("account", "6222021234567890123", "622202*********0123"),
        ("plate", "粤A12345", "粤A***45"),
        ("address", "广东省广州市天河区体育西路100号", "广东省广州市****"),
        ("address", "天河区", "****"),
        ("name", "", ""),
    ],
)
def test_a_value_shows_as_much_as_its_rule_says(kind: str, text: str, shown: str) -> None:
    assert masking.mask(kind, text) == shown


def test_the_rules_fit_their_schema_and_every_kind_has_a_last_resort() -> None:
    rules = validation.load("data/masking")
    Draft202012Validator(validation.load("data/masking.schema")).validate(rules)
    for version in rules["versions"]:
        assert all(forms[-1]["pattern"] == "." for forms in version["kinds"].values())
