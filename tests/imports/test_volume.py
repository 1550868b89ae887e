"""Volume: generated policies go in, twice; the second time nothing changes. `make soak` only.

`SOAK_POLICIES` sets the number, a million unless it says otherwise. They come in files of 25,000,
as the branches of an insurer would drop them: the engine that plays storage reads a whole object
for every range of it. With `-s` one sees how far it is, how fast, and the peak of memory.
"""

import os
import time
from itertools import batched
from pathlib import Path

import pytest

from bench import resident
from chalicelib import settings
from chalicelib.imports import service, store
from infra.generator.portfolio import portfolio
from infra.generator.writers import write_csv
from tests.imports.files import AT, drop, report, totals, work_queue

FILE_ROWS = 25_000

pytestmark = [pytest.mark.usefixtures("aws"), pytest.mark.soak]


def test_a_million_policies_go_in_twice_and_the_second_time_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENDER", "on_demand")
    assert settings.get("RENDER") == "on_demand"
    count = int(os.environ.get("SOAK_POLICIES", "1000000"))
    chosen = portfolio(7, count)
    for number, kind in enumerate(("organisations", "agents", "intermediaries")):
        path = tmp_path / f"{kind}.csv"
        write_csv(chosen.rows(kind), kind, path, "zh", "gb18030" if number % 2 else "utf-8-sig")
        imported([path], kind)
    paths = []
    for number, part in enumerate(batched(chosen.rows("policies"), FILE_ROWS)):
        paths.append(tmp_path / f"policies-{number}.csv")
        encoding = "gb18030" if number % 2 else "utf-8-sig"
        write_csv(part, "policies", paths[-1], "zh", encoding)
    assert imported(paths, "policies") == (count, count, 0, 0, 0)
    assert imported(paths, "policies") == (count, 0, count, 0, 0)


def imported(paths: list[Path], kind: str) -> tuple[int, ...]:
    """The totals of files that nothing disturbs, a progress line for each."""
    summed = (0, 0, 0, 0, 0)
    for path in paths:
        began = time.perf_counter()
        content = path.read_bytes()
        file = drop(content, path.name, kind)
        service.begin(store.File(file.bucket, file.key, file.version), AT)
        work_queue()
        found = totals(report(file, content))
        summed = tuple(before + one for before, one in zip(summed, found, strict=True))
        rate = found[0] / (time.perf_counter() - began)
        line = f"{path.name} {found}: {rate:.0f} rows/s, {resident() / 1024:.0f} MB"
        print(line, flush=True)  # noqa: T201 - how far a long run is
    return summed
