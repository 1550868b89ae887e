"""A quarter's reports from generated roll-ups, and a day's roll-up from its events (R5).

The quarter has 40 branches, 92 days, 10 lines; the same once more with a thousand times as many
events behind the rows shows that nothing depends on their number. Read units are what DynamoDB
Local says it would have charged. `FIGURES_EVENTS=250000,1000000` measures larger days than the
defaults; putting their events in takes minutes.
"""

import importlib
import os
import time
import tracemalloc
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

from bench import stack

EVENTS = "60000,240000"
"""Of two days: from the first on, pages of DynamoDB (1 MB) are full, so that only growth shows."""
BRANCHES = [f"{11 + number:02d}" for number in range(40)]
OUTLETS = 3
LINES = ("motor", "property", "liability", "engineering", "cargo")
LINES += ("hull", "credit", "accident", "health", "agriculture")
QUARTERS = {"2025Q1": 1, "2025Q3": 1000}
"""Quarters that are reported, with the attempts of each row; neither has one before to compare."""
ROUNDS = 3


def measure() -> list[dict[str, Any]]:
    """Seconds and units of a quarter; events per second of a day against a bare loop; memory."""
    with stack.acting("report_quarter") as engines:
        return [*_quarter(), *_day(engines.clients.dynamodb)]


def _quarter() -> list[dict[str, Any]]:
    reports = importlib.import_module("chalicelib.reports.service")
    periods = importlib.import_module("chalicelib.reports.periods")
    rows = 0
    for key, attempts in QUARTERS.items():
        rows = _generate(periods.parse(key).days, attempts)
    units = _count_units()
    took, spent = [], []
    for key in QUARTERS:
        units.clear()
        began = time.perf_counter()
        after = periods.parse(key).next.first + timedelta(days=1)
        made = reports.run(datetime(after.year, after.month, after.day, tzinfo=UTC))
        took.append(time.perf_counter() - began)
        spent.append(sum(units))
        assert made["new_versions"] == len(BRANCHES) + 1
    few, many = (rows * 92 * attempts for attempts in QUARTERS.values())
    return [
        {
            "name": "quarterly reports of 40 branches, JSON and XLSX",
            "value": round(took[0], 1),
            "unit": "s",
            "goal": None,
            "baseline": f"92 days, 10 lines, {rows * 92:,} rows of roll-ups",
        },
        {
            "name": "quarterly reports, read units",
            "value": round(spent[0]),
            "unit": "units",
            "goal": None,
            "baseline": "",
        },
        {
            "name": f"quarterly reports of {many / 1e6:.0f} million queries, read units",
            "value": round(spent[1] / spent[0], 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": f"of {few / 1e6:.1f} million",
        },
        {
            "name": f"quarterly reports of {many / 1e6:.0f} million queries, time",
            "value": round(took[1] / took[0], 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": f"of {few / 1e6:.1f} million",
        },
    ]


def _generate(days: list[date], attempts: int) -> int:
    """Keeps roll-ups of these days; how many rows each has."""
    store = importlib.import_module("chalicelib.figures.store")
    units = importlib.import_module("chalicelib.figures.units")
    tree = {"1": units.Office(None, "head_office", "总公司", None)}
    for unit in BRANCHES:
        tree[unit] = units.Office("1", "province", f"{unit}分公司", f"{unit}0000")
        for outlet in range(OUTLETS):
            tree[f"{unit}{outlet}"] = units.Office(unit, "outlet", f"{unit}{outlet}", None)
    digest = units.keep(tree)
    views = dict.fromkeys(("underwriting", "payment", "claims"), attempts)
    found = {
        unit: [
            [f"{unit}{outlet}", line, channel, None, outcome, None, "zh-CN", attempts, seen]
            for outlet in range(OUTLETS)
            for line in LINES
            for channel in ("online", "hotline")
            for outcome, seen in (("verified", views), ("failed", {}))
        ]
        for unit in BRANCHES
    }
    number = sum(map(len, found.values()))
    for day in days:
        facts = {
            "revision": 1,
            "sha256": "0" * 64,
            "directory": digest,
            "partners": {},
            "events": {"queries": number * attempts, "views": 0, "objections": 0},
            "units": dict.fromkeys(BRANCHES, "0" * 64),
            "made_at": "2026-01-01T00:00:00.000000Z",
        }
        assert store.keep(day.isoformat(), "0001-" + "0" * 16, found, [], facts)
    return number


def _day(dynamodb: Any) -> list[dict[str, Any]]:
    counting = importlib.import_module("chalicelib.figures.counting")
    short, long = (int(size) for size in os.environ.get("FIGURES_EVENTS", EVENTS).split(","))
    days = {"2026-03-01": short, "2026-03-02": long}
    for day, number in days.items():
        _attempts(dynamodb, day, number)
    bare, ours = [], []
    for _ in range(ROUNDS):
        began = time.process_time()
        seen = _bare(dynamodb, "2026-03-02")
        bare.append(time.process_time() - began)
        began = time.process_time()
        counted = counting.count("2026-03-02")
        ours.append(time.process_time() - began)
        assert sum(counted.events.values()) == seen == long
    peaks = []
    for day in days:
        tracemalloc.start()
        counting.count(day)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    return [
        {
            "name": "roll_up_day, events per second and core",
            "value": round(min(bare) / min(ours), 2),
            "unit": "ratio",
            "goal_at_least": 0.5,
            "baseline": f"a bare loop of Query over the same {long:,} items "
            f"({long / min(bare):,.0f} per second)",
        },
        {
            "name": "roll_up_day, CPU of a million events",
            "value": round(min(ours) / long * 1e6),
            "unit": "s",
            "goal": None,
            "baseline": "",
        },
        {
            "name": "roll_up_day, memory",
            "value": round(peaks[1] / peaks[0], 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": f"of {short:,} events ({peaks[0] / 1e6:.1f} MB)",
        },
    ]


def _attempts(dynamodb: Any, day: str, number: int) -> None:
    """Attempts and sections of a day: three views for every two verified queries."""
    store = importlib.import_module("chalicelib.queries.store")
    compact = day.replace("-", "")
    puts = []
    for place in range(number):
        attempt = place - place % 4 if place % 4 else place
        # As if drawn: spread over the partitions, and over their parts.
        query_id = compact + blake2b(f"{attempt}".encode(), digest_size=12).hexdigest()
        if place % 4:
            key = f"view/{query_id}/{('underwriting', 'payment', 'claims')[place % 4 - 1]}"
            facts = '{"at":"2026-03-01T00:00:00.000000Z"}'
        else:
            key = f"attempt/{day}T{place % 24:02d}:00:00.{place % 10**6:06d}Z/{query_id}"
            line, unit = LINES[place // 4 % 10], BRANCHES[place // 40 % 40]
            facts = (
                f'{{"outcome":"verified","assurance":"id","line":"{line}",'
                f'"organisation":"{unit}0","channel":"online","partner":null,"language":"zh-CN"}}'
            )
        item = {"pk": store._partition(query_id), "sk": key, "facts": facts}
        typed = {name: {"S": text} for name, text in item.items()} | {"schema": {"N": "1"}}
        puts.append({"PutRequest": {"Item": typed}})
        if len(puts) == 25 or place == number - 1:
            dynamodb.batch_write_item(RequestItems={os.environ["QUERIES_TABLE"]: puts})
            puts = []


def _bare(dynamodb: Any, day: str) -> int:
    """How many items the day has, by nothing but Query."""
    seen = 0
    for shard in range(16):
        pages = dynamodb.get_paginator("query").paginate(
            TableName=os.environ["QUERIES_TABLE"],
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"{day}/{shard:02d}"}},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                seen += bool(item["facts"]["S"])
    return seen


def _count_units() -> list[float]:
    """A list that grows by the read units of every answer to the models' clients."""
    units: list[float] = []

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def add(parsed: dict[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for one in consumed if isinstance(consumed, list) else [consumed]:
            units.append(one["CapacityUnits"])

    for room, model in (("figures", "FigureItem"), ("reports", "ReportItem")):
        store = importlib.import_module(f"chalicelib.{room}.store")
        events = getattr(store, model)._get_connection().connection.client.meta.events
        for operation in ("Query", "GetItem"):
            events.register(f"provide-client-params.dynamodb.{operation}", ask)
            events.register(f"after-call.dynamodb.{operation}", add)
    return units
