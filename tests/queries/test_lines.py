"""Every line opens by its rule and by no other; a new line is a file."""

import itertools
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib import codes, schemas, validation
from chalicelib.imports import columns, rows
from chalicelib.policies import service as policies
from chalicelib.queries import service
from infra.generator import portfolio
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
CREDENTIALS = {"id_no": "insured_id_no", "insured_name": "insured_name", "serial_no": "serial_no"}

pytestmark = pytest.mark.usefixtures("aws")


def opens(policy_no: str, credentials: dict[str, str]) -> str | None:
    """The assurance that credentials give, None where they open nothing; limits left aside."""
    return service.find({"policy_no": policy_no, **credentials}, AT).assurance


@pytest.fixture(scope="module")
def drawn() -> list[dict[str, Any]]:
    """Two policies of every line of the generated portfolio, imported as files are."""
    today = date(2026, 11, 20)
    made = portfolio(7, 400)
    found: dict[str, list[dict[str, Any]]] = {line["line"]: [] for line in codes.lines()}
    for row in made.policies:
        own = found[row["line"]]
        started = date.fromisoformat(row["starts_on"]).year >= 2024
        if len(own) < 2 and started:
            read = rows.read("policies", {"serial_no": f"S{len(own)}123", **row}, today)
            assert read.errors == []
            own.append(read.row)
    chosen = list(itertools.chain.from_iterable(found.values()))
    policies.take([policies.Row(row, f"drawn#{n}") for n, row in enumerate(chosen)], AT)
    assert {row["line"] for row in chosen} == set(found)
    return chosen


def test_every_line_of_the_generated_data_opens_by_its_rule_and_by_no_other(
    drawn: list[dict[str, Any]],
) -> None:
    for row in drawn:
        line = codes.line(row["line"])
        own = {name: row[field] for name, field in CREDENTIALS.items()}
        for size in (1, 2, 3):
            for names in itertools.combinations(CREDENTIALS, size):
                sent = {name: own[name] for name in names}
                allowed = line["queryable"] and any(
                    set(rule) <= {"policy_no", *names} for rule in line["verification"]
                )
                assert (opens(row["policy_no"], sent) is not None) == allowed, (row, names)
                for wrong in names if allowed else ():
                    changed = {**sent, wrong: _changed(sent[wrong])}
                    assert opens(row["policy_no"], changed) is None, (row, wrong)


def _changed(value: str) -> str:
    """Another value: its last character is a different digit or letter."""
    return value[:-1] + ("7" if value[-1] != "7" else "5")


def test_the_labels_of_the_subject_come_with_the_answer_in_the_callers_language(
    drawn: list[dict[str, Any]],
) -> None:
    row = next(row for row in drawn if row["line"] == "property")
    sent = {name: row[field] for name, field in CREDENTIALS.items() if name != "serial_no"}
    shown = service.verify({"policy_no": row["policy_no"], **sent}, visitor(), AT)
    if shown["policy"] is not None:
        assert shown["policy"]["subject_names"]["subject_items"] == "Insured items"
        names = set(shown["policy"]["subject_names"])
        values = {name for name in shown["policy"]["subject"] if not name.endswith("_name")}
        assert values <= names


@pytest.fixture
def own_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the schemas folder that the rooms read meanwhile."""
    copy = tmp_path / "schemas"
    shutil.copytree(Path("schemas").resolve(), copy)
    cached = [codes.lines, codes.line, codes.names, codes._spellings, columns.rules]
    cached += [columns.subject_fields, columns._spellings]

    def forget() -> None:
        for function in cached:
            function.cache_clear()

    monkeypatch.setattr(schemas, "_ROOTS", (copy,))
    forget()
    yield copy
    monkeypatch.undo()
    forget()


def test_a_new_line_is_a_file(own_schemas: Path) -> None:
    pets = {
        "line": "pets",
        "name": {"zh-CN": "宠物保险", "en": "Pets"},
        "entry": "non-motor",
        "queryable": True,
        "verification": [["policy_no", "serial_no"]],
        "assurance": ["weak"],
        "raised_by": ["id_no"],
        "from": "2026-01-01",
        "source": "a test",
        "subject": [
            {
                "field": "species",
                "header": "物种",
                "kind": "text",
                "masked": False,
                "label": {"zh-CN": "物种", "en": "Species"},
            }
        ],
    }
    validation.validate("lines/line.schema", pets)
    (own_schemas / "lines" / "pets.json").write_text(json.dumps(pets), "utf-8")
    name = number()
    cells = {
        **policy(name),
        "line": "宠物保险",
        "species": "猫",
        "serial_no": "S 1",
        "premium": "1",
    }
    read = rows.read("policies", cells, date(2026, 11, 21))
    assert read.errors == []
    take(read.row)
    assert opens(name, {"serial_no": "s1"}) == "weak"
    assert opens(name, {"id_no": read.row["insured_id_no"]}) is None
    answer = service.verify(
        {"policy_no": name, "serial_no": "s1", "id_no": read.row["insured_id_no"]}, visitor(), AT
    )
    assert answer["policy"]["line_name"] == "Pets"
    assert answer["policy"]["subject"] == {"species": "猫"}
    assert answer["policy"]["subject_names"] == {"species": "Species"}
