"""Volume: generated policies go in, twice; the second time nothing changes. `make soak` only.

`SOAK_POLICIES` sets the number, a million unless it says otherwise.
"""

import os
from pathlib import Path

import pytest

from chalicelib import settings
from chalicelib.imports import service, store
from infra.generator.portfolio import portfolio
from infra.generator.writers import write_csv
from tests.imports.files import AT, drop, report, totals, work_queue

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.soak]


def test_a_million_policies_go_in_twice_and_the_second_time_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDER", "on_demand")
    assert settings.get("RENDER") == "on_demand"
    count = int(os.environ.get("SOAK_POLICIES", "1000000"))
    chosen = portfolio(7, count)
    found = {}
    for number, kind in enumerate(("organisations", "agents", "intermediaries", "policies")):
        path = tmp_path / f"{kind}.csv"
        write_csv(chosen.rows(kind), kind, path, "zh", "gb18030" if number % 2 else "utf-8-sig")
        found[kind] = imported(path, kind)
    assert found["policies"][0] == count
    assert found["policies"][4] == 0
    again = imported(tmp_path / "policies.csv", "policies")
    assert again == (count, 0, count, 0, 0)


def imported(path: Path, kind: str) -> tuple[int, ...]:
    """The totals of a file that nothing disturbs."""
    content = path.read_bytes()
    file = drop(content, path.name, kind)
    service.begin(store.File(file.bucket, file.key, file.version), AT)
    work_queue()
    return totals(report(file, content))
