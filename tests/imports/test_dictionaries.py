"""Dictionaries per source: its words become our codes, what is in none is reported (I11)."""

from datetime import date

import pytest

from chalicelib import codes, validation
from chalicelib.imports import dictionaries, service
from chalicelib.policies import service as policies
from tests.imports.files import (
    AT,
    announce,
    as_csv,
    drop,
    imported,
    report,
    row,
    totals,
    work_queue,
)

OF_CORE = {"line": "05", "status": "1", "insured_id_type": "01"}


@pytest.fixture(autouse=True)
def _an_organisation(aws):
    announce()


def of_source(content, metadata=None, name="a.csv", kind="policies"):
    file = drop(content, name, kind, metadata)
    service.begin(file, AT)
    work_queue()
    return report(file, content)


def test_the_data_file_keeps_its_schema_and_names_our_codes():
    data = validation.load("data/dictionaries")
    validation.validate("data/dictionaries.schema", data)
    for source in data["sources"]:
        for version in source["versions"]:
            for group, words in version["codes"].items():
                assert set(words.values()) <= set(codes.names(group)), (source["source"], group)


def test_a_files_metadata_name_its_source_and_its_words_become_our_codes():
    one = row(**OF_CORE)
    found = of_source(as_csv([one]), {"source": "core-v1"})
    assert totals(found) == (1, 1, 0, 0, 0)
    assert found["source"] == "core-v1"
    stored = policies.version(one["policy_no"], 1)
    assert (stored["line"], stored["status"]) == ("motor", "in_force")
    assert stored["insured_id_type"] == "resident_id"


def test_the_beginning_of_its_name_tells_the_source_too():
    assert dictionaries.source("core-v1-2026.csv", None) == "core-v1"
    assert dictionaries.source("today.csv", None) is None
    assert dictionaries.source("today.csv", "core-v1") == "core-v1"


def test_without_a_source_its_words_mean_nothing():
    found = imported(as_csv([row(**OF_CORE)]), "a.csv")
    assert totals(found) == (1, 0, 0, 0, 1)
    assert found["reasons"] == {"not-listed": 1}
    assert found["source"] is None


def test_a_value_in_no_dictionary_is_reported_with_row_and_column():
    found = of_source(as_csv([row(**OF_CORE), row(line="77")]), {"source": "core-v1"})
    assert totals(found) == (2, 1, 0, 0, 1)
    (why,) = found["rejections"]
    assert (why["row"], why["field"], why["value"]) == (3, "line", "77")
    assert why["code"] == "not-listed"


def test_our_own_codes_and_names_are_understood_from_every_source():
    assert totals(of_source(as_csv([row()]), {"source": "core-v1"})) == (1, 1, 0, 0, 0)


def test_a_source_without_a_dictionary_is_refused_whole():
    found = of_source(as_csv([row()]), {"source": "nobody"})
    assert totals(found) == (0, 0, 0, 0, 0)
    assert found["reasons"] == {"unknown-source": 1}


def test_stages_of_claims_are_words_of_the_source_in_json_lines_as_well():
    number = row()["policy_no"]
    content = (
        f'{{"claim_no": "C-{number}", "seq": 1, "policy_no": "{number}", "stage": "45", '
        '"at": "2026-11-01T10:00:00"}\n'
    ).encode()
    found = of_source(content, {"source": "core-v1"}, "a.jsonl", "claims")
    assert totals(found) == (1, 1, 0, 0, 0)


def test_a_later_version_of_a_dictionary_holds_from_its_day(monkeypatch):
    entry = {
        "source": "s",
        "prefixes": [],
        "versions": [
            {"from": "2026-01-01", "codes": {"line": {"X": "motor"}}},
            {"from": "2026-06-01", "codes": {"line": {"X": "hull"}}},
        ],
    }
    monkeypatch.setattr(dictionaries, "_sources", lambda: {"s": entry})
    dictionaries._terms.cache_clear()
    days = [date(2025, 1, 1), date(2026, 5, 31), date(2026, 6, 1)]
    assert [dictionaries.terms("s", day)["line"]["x"] for day in days] == ["motor", "motor", "hull"]
    dictionaries._terms.cache_clear()
