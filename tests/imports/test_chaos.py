"""Chaos: killed anywhere, events twice and in any order, throttled and failing: the same end.

A run on a troubled day is compared with a clean run of the same files: tables and reports.
"""

import json
import random
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.contacts import service as contacts
from chalicelib.imports import plan, planning, service, working
from chalicelib.organisations import service as organisations
from chalicelib.organisations import store as organisation_store
from chalicelib.policies import contents, parts, past
from chalicelib.policies import store as policy_store
from tests.imports.chaos import Trouble, deliver, insist, without_waiting
from tests.imports.files import AT, announce, as_csv, drop, report, row

SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(4, 50))]

pytestmark = pytest.mark.usefixtures("aws")

AMOUNTS = frozenset({"payments.csv", "wrong-amounts.csv", "right-amounts.csv"})


def files(seed: int, mark: str) -> list[list[tuple[str, str, bytes]]]:
    """Waves of (kind, name, content): those of a wave come a second apart, and are done at once."""
    dice = random.Random(seed)  # noqa: S311 - a seed to repeat, no secret
    first = [row(policy_no=f"P{mark}{place:03d}", premium="10") for place in range(24)]
    other = [row(policy_no=f"Q{mark}{place:03d}") for place in range(12)]
    for wrong in dice.sample(first, 3):
        wrong["premium"] = dice.choice(["x", "-1", ""])
    again = [dict(found) for found in dice.sample(first, 8)]
    for newer in dice.sample(first, 10):
        again.append({**newer, "version": "2", "premium": "20"})
    for conflict in dice.sample(first, 2):
        again.append({**conflict, "insured_name": "另一人"})
    numbers = [found["policy_no"] for found in first]
    # Two versions of one policy far apart in one file: in order, and the newer one first.
    rising = [row(policy_no=f"R{mark}{place:03d}", version="1") for place in range(3)]
    falling = [row(policy_no=f"S{mark}{place:03d}", version="3") for place in range(3)]
    again = [
        *rising,
        *falling,
        *again,
        *({**found, "version": "2"} for found in rising),
        *({**found, "version": "2", "premium": "9"} for found in falling),
    ]
    newest = [
        {**found, "version": "5", "premium": "50"}
        for found in (*dice.sample(first, 6), *dice.sample(rising, 1))
    ]
    phones = "保单号,电话,电话类型,来源,登记日期\n" + "".join(
        f"{number},1380013{place:04d},移动电话,承保,2026-01-{place % 28 + 1:02d}\n"
        for place, number in enumerate(numbers)
    )
    wrong_phones = "电话,保单号,登记日期\n" + "".join(
        f"1380013{place:04d},{numbers[place]},2026-02-01\n" for place in dice.sample(range(24), 5)
    )
    instalments = "保单号,期次,应缴金额\n" + "".join(
        f"{number},{place},{place * 10}\n" for number in numbers for place in (1, 2)
    )
    # Corrected and put right again a second later each; the last amount must stand in any order.
    wrong_amounts, right_amounts = (
        "保单号,期次,应缴金额\n"
        + "".join(f"{number},{place},{place * each}\n" for number in numbers for place in (1, 2))
        for each in (70, 10)
    )
    agents = "工号,姓名,机构代码,险种\n" + "".join(
        f"A{mark}{place:02d},某{place},4401,motor\n" for place in range(12)
    )
    renamed = "工号,姓名\n" + "".join(f"A{mark}{place:02d},新{place}\n" for place in range(8))
    return [
        [
            ("agents", "agents.csv", agents.encode()),
            ("agents", "renamed.csv", renamed.encode()),
            ("policies", "first.csv", as_csv(first)),
            ("policies", "other.csv", as_csv(other)),
            ("contacts", "contacts.csv", phones.encode()),
            ("wrong-contacts", "wrong.csv", wrong_phones.encode()),
            ("payments", "payments.csv", instalments.encode("gb18030")),
            ("payments", "wrong-amounts.csv", wrong_amounts.encode()),
            ("payments", "right-amounts.csv", right_amounts.encode()),
        ],
        [
            ("policies", "again.csv", as_csv(again)),
            ("policies", "newest.csv", as_csv(newest)),
        ],
    ]


def run(waves: list[list[tuple[str, str, bytes]]], trouble: Trouble | None) -> dict[str, Any]:
    """The reports of all files by name, times left out."""
    reports = {}
    dropped_at = AT
    for wave in waves:
        dropped = [(drop(content, name, kind), name, content) for kind, name, content in wave]
        if trouble:
            trouble.begin()
        try:
            for file, _, _ in dropped:
                dropped_at += timedelta(seconds=1)
                twice = trouble is not None and trouble.dice.random() < 0.5
                for _ in range(2 if twice else 1):
                    insist(service.begin, file, dropped_at)
                if trouble is None:
                    deliver(None)
            deliver(trouble)
        finally:
            if trouble:
                trouble.end()
        for file, name, content in dropped:
            found = report(file, content)
            reports[name] = {key: found[key] for key in found if not key.endswith("_at")}
    return reports


def standing(mark: str) -> dict[str, Any]:
    """What all tables say of the run's policies, opened and without the run's own mark."""
    found: dict[str, Any] = {}
    agents = organisation_store.some("agents", [f"A{mark}{n:02d}" for n in range(12)])
    for code, item in agents.items():
        found[f"agents/{code}"] = organisations._content(item)
    counts = {"P": 24, "Q": 12, "R": 3, "S": 3}
    for number in [f"{kind}{mark}{n:03d}" for kind, count in counts.items() for n in range(count)]:
        for item in policy_store.PolicyItem.query(number):
            if item.sk.startswith("current/payment"):
                found[f"{number}/{item.sk}"] = parts.Part(item).open()
            elif item.sk.startswith(policy_store.REPLACED):
                key = f"{number}/{item.sk.rpartition('/')[0]}"
                # In the order of the files; which said a value again is not kept for ever.
                found[key] = [*found.get(key, []), past.content(item)]
            else:
                content = contents.content_of(item)
                # Not the outcome: that is what its row was told first, of which reports are made.
                found[f"{number}/{item.sk}"] = [content, item.document]
        found[f"{number}/phones"] = [list(one) for one in contacts.of_policy(number)]
    return dict(json.loads(json.dumps(found, ensure_ascii=False).replace(mark, "")))


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_happens_tables_and_reports_end_as_on_a_quiet_day(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    announce()
    monkeypatch.setattr(plan.make, "__kwdefaults__", {"range_bytes": 900})
    monkeypatch.setattr(planning, "CHECKED_ROWS", 20)
    monkeypatch.setattr(working, "BATCH", 4)
    without_waiting(monkeypatch)
    quiet, troubled = (uuid4().hex[:8].upper() for _ in range(2))
    expected = run(files(seed, quiet), None)
    trouble = Trouble(seed)
    found = run(files(seed, troubled), trouble)
    assert trouble.happened
    plain = [
        json.loads(json.dumps(reports).replace(mark, ""))
        for reports, mark in ((expected, quiet), (found, troubled))
    ]
    for reports in plain:
        for name, one in reports.items():
            one.pop("sha256")
            if name in AMOUNTS:
                # What was said again before somebody else came between had changed nothing then.
                one["accepted"] += one.pop("unchanged")
    assert plain[0] == plain[1]
    assert standing(quiet) == standing(troubled)
