"""Stages are data: whole, reachable, with words in every language (C5)."""

import pytest
from jsonschema import Draft202012Validator

from chalicelib import codes, texts, validation
from chalicelib.claims import stages
from chalicelib.staff import access

DAY = "2026-11-22"
FILES = [name for name in validation.names("claims/stages") if not name.endswith(".schema")]
DATED = [
    *((f"claims/stages/{name}", "claims/stages/stages.schema") for name in FILES),
    ("claims/stage_words", "claims/stage_words.schema"),
    ("data/claim_clocks", "data/claim_clocks.schema"),
    ("data/claim_agreements", "data/claim_agreements.schema"),
]


@pytest.mark.parametrize(("name", "schema"), DATED)
def test_dated_data_keep_their_schema(name: str, schema: str) -> None:
    assert (
        list(Draft202012Validator(validation.load(schema)).iter_errors(validation.load(name))) == []
    )


def test_every_line_has_stages_and_every_stage_has_words() -> None:
    for line in codes.lines():
        machine = stages.machine(line["line"], DAY)
        for stage in machine.stages:
            for language in texts.LANGUAGES:
                assert codes.name("claim_stage", stage, language)
                assert stages.words(stage, language, DAY)[0]
    known = validation.load("claims/stage_words")["versions"][-1]["stages"]
    assert known.keys() == codes.names("claim_stage").keys()


@pytest.mark.parametrize("name", FILES)
def test_moves_lead_between_known_stages_and_every_stage_is_reached_and_left(name: str) -> None:
    machine = stages.Machine(validation.load(f"claims/stages/{name}")["versions"][-1])
    for move in machine.moves.values():
        assert {move.to, *move.from_} <= machine.stages.keys()
        assert move.departments <= codes.names("claim_department").keys()
        assert move.roles <= access.roles()
        assert move.not_by is None or move.not_by in machine.moves
        if not machine.stages[move.to]["repeatable"]:
            assert move.to not in move.from_
    reached, waiting = set(), ["reported"]
    while waiting:
        here = waiting.pop()
        reached.add(here)
        ways = [move.to for move in machine.moves.values() if here in move.from_]
        assert ways, f"nothing leads on from {here}"
        waiting += [to for to in ways if to not in reached]
    assert reached == machine.stages.keys()


@pytest.mark.parametrize("name", FILES)
def test_a_stage_lies_on_the_desk_of_somebody_who_can_move_it_on(name: str) -> None:
    machine = stages.Machine(validation.load(f"claims/stages/{name}")["versions"][-1])
    for stage, rule in machine.stages.items():
        able = [move for move in machine.moves.values() if stage in move.from_]
        assert any(rule["department"] in move.departments for move in able), stage


def test_documents_depend_on_what_was_reported() -> None:
    machine = stages.machine("motor", DAY)
    assert "medical_records" in machine.documents({"injured": True})
    assert "medical_records" not in machine.documents({"injured": "unknown"})
    for line in codes.lines():
        needed = stages.machine(line["line"], DAY).documents({"injured": True})
        assert set(needed) <= codes.names("claim_document").keys()


def test_a_claim_whose_line_nobody_knows_has_stages_too() -> None:
    assert stages.machine(None, DAY) is stages.machine("other", DAY)


@pytest.mark.parametrize(
    ("text", "code"),
    [("查勘部", "survey"), ("claims", "claims"), ("两核部", "adjudication"), ("船务部", None)],
)
def test_a_department_is_known_by_code_and_by_name(text: str, code: str | None) -> None:
    assert stages.department(text) == code
