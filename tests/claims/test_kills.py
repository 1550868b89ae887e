"""Nothing accepted is ever lost (C2): the process is killed between and during writes."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from chalicelib.claims import store
from tests.conftest import Aws

ROOT = Path(__file__).parents[2]


def items(aws: Aws, table: str) -> list[dict[str, Any]]:
    pages = aws.resources.clients.dynamodb.get_paginator("scan").paginate(TableName=aws.name(table))
    return [item for page in pages for item in page["Items"]]


@pytest.mark.parametrize(
    ("reports", "least_kills"), [(60, 1), pytest.param(10_000, 100, marks=pytest.mark.soak)]
)
def test_what_was_acknowledged_is_stored_and_nothing_twice(
    aws: Aws, tmp_path: Path, reports: int, least_kills: int
) -> None:
    aws.empty()
    acknowledged = tmp_path / "acknowledged"
    acknowledged.touch()
    environment = {**os.environ, "POWERTOOLS_LOG_LEVEL": "CRITICAL"}
    command = [sys.executable, "-m", "tests.claims.killed_reporter", str(acknowledged)]
    lived = subprocess.run(
        [*command, str(reports)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert lived.returncode == 0, lived.stderr
    kills = int(lived.stdout)
    assert kills >= least_kills
    answers = dict(line.split() for line in acknowledged.read_text().splitlines())
    assert len(answers) == len(set(answers.values())) == reports
    kinds = Counter(item["sk"]["S"].rpartition("/")[2] for item in items(aws, "ClaimsTable"))
    assert kinds["report"] == kinds["where"] == kinds["losses"] == kinds["key"] == reports
    assert len(items(aws, "OutboxTable")) == reports
    for claim_no in answers.values():
        where = store.get(f"claim/{claim_no}", "where")
        assert where is not None
        kept = [item.sk.split("/")[2] for item in store.of(where.facts["place"], claim_no)]
        assert sorted(kept) == ["event", "report"]
