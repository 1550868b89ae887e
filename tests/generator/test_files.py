"""Files of the generator: the same bytes everywhere, readable by others, contract's headers."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from infra.generator import portfolio, write_csv, write_jsonl, write_xlsx, writers
from infra.generator.columns import columns
from infra.generator.portfolio import KINDS

ROOT = Path(__file__).parents[2]
SMALL = portfolio(3, 80)
POLICIES = list(SMALL.policies)


def read_csv(path, encoding):
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_gives_the_same_bytes_whatever_process_and_hash_seed(tmp_path):
    digests = set()
    for hash_seed in ("0", "1", "4242"):
        out = tmp_path / hash_seed
        command = [sys.executable, "-m", "infra.generator", "--seed", "9", "--count", "60"]
        subprocess.run(
            [*command, "--out", str(out), "--format", "xlsx"],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            check=True,
            capture_output=True,
        )
        total = hashlib.sha256()
        for path in sorted(out.iterdir()):
            total.update(path.name.encode() + path.read_bytes())
        digests.add(total.hexdigest())
    assert len(digests) == 1


def test_another_seed_gives_other_people_but_the_same_organisations():
    other = portfolio(4, 80)
    assert other.organisations == SMALL.organisations
    ours = {row["insured_id_no"] for row in POLICIES}
    assert ours.isdisjoint(row["insured_id_no"] for row in other.policies)


def test_headers_are_those_of_the_contract(tmp_path):
    path = tmp_path / "policies.csv"
    write_csv(POLICIES, "policies", path)
    header = path.read_text("utf-8-sig").splitlines()[0].split(",")
    assert header[:4] == ["保单号", "版本", "险种", "产品名称"]
    assert {"被保人", "证件类型", "身份证号", "车架号", "终保日", "移动电话", "提单号"} <= set(
        header
    )
    assert len(header) == len(set(header))


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_row_has_a_column(kind):
    known = {column.field for column in columns(kind, SMALL.lines)}
    assert all(set(row) <= known for row in SMALL.rows(kind))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_rare_characters_come_back_from_every_encoding(tmp_path, encoding):
    path = tmp_path / "policies.csv"
    assert write_csv(POLICIES, "policies", path, "en", encoding) == len(POLICIES)
    assert (path.read_bytes()[:3] == b"\xef\xbb\xbf") is (encoding == "utf-8-sig")
    found = read_csv(path, encoding)
    assert [{key: value for key, value in row.items() if value} for row in found] == [
        {key: row[key] for key in found[0] if key in row} for row in POLICIES
    ]
    assert any("𠮷" in row["insured_name"] for row in found)


def test_codes_are_written_by_name_on_demand(tmp_path):
    path = tmp_path / "policies.csv"
    write_csv(POLICIES, "policies", path, coded="name")
    first = read_csv(path, "utf-8-sig")[0]
    assert first["险种"] == "机动车辆保险"
    assert first["保单状态"] == "有效"
    assert first["共保"] == "否"
    assert first["使用性质"] == "家庭自用"
    agents = tmp_path / "agents.csv"
    write_csv(SMALL.agents, "agents", agents, coded="name")
    assert read_csv(agents, "utf-8-sig")[1]["险种"] == "机动车辆保险;意外伤害保险;短期健康保险"


def test_lines_limit_the_columns(tmp_path):
    path = tmp_path / "policies.csv"
    write_csv(POLICIES, "policies", path, lines=["motor"])
    header = path.read_text("utf-8-sig").splitlines()[0].split(",")
    assert "费率调整系数" in header
    assert "提单号" not in header


def test_a_sheet_has_real_dates_numbers_for_amounts_and_text_for_ids(tmp_path):
    path = tmp_path / "policies.xlsx"
    assert write_xlsx(POLICIES, "policies", path) == len(POLICIES)
    book = openpyxl.load_workbook(path)
    head, *rows = book.active.iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in rows]
    assert len(found) == len(POLICIES)
    for sheet_row, row in zip(found, POLICIES, strict=True):
        assert sheet_row["终保日"] == datetime.fromisoformat(row["ends_on"])
        assert sheet_row["保费"] == pytest.approx(float(row["premium"]))
        assert sheet_row["身份证号"] == row["insured_id_no"]
        assert sheet_row["机构代码"] == row["organisation"]
        assert sheet_row["被保人"] == row["insured_name"]
    book.close()


def test_more_rows_than_a_sheet_holds_leave_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(writers, "_SHEET_ROWS", 10)
    with pytest.raises(writers.SheetFullError, match="10 rows"):
        write_xlsx(POLICIES, "policies", tmp_path / "policies.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_json_lines_hold_text_and_leave_empty_values_out(tmp_path):
    path = tmp_path / "policies.jsonl"
    write_jsonl(POLICIES, "policies", path)
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert found == POLICIES


def test_an_unknown_kind_is_refused_by_name():
    with pytest.raises(ValueError, match="no import kind receipts"):
        SMALL.rows("receipts")
