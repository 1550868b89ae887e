"""What one organisation's month costs while the table grows around it: reads, time, memory (E2).

The month holds the same policies each time; the rest of the table are copies of one item that end
in other months or belong to others. Read units are what DynamoDB Local says it would have charged.
`EXPIRY_TABLE_SIZES=10000,1000000` measures other sizes than the defaults.
"""

import importlib
import os
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import stack

SIZES = "10000,100000"
LISTED = 100
LONG = 1000
ROUNDS = 5
MONTH = "2027-03"


def measure() -> list[dict[str, Any]]:
    """The large table against the small one: units, time; a long list against a short: memory."""
    with stack.acting("write_expiry_list") as engines:
        return _measure(engines.clients.dynamodb)


def _measure(dynamodb: Any) -> list[dict[str, Any]]:
    small, large = (int(size) for size in os.environ.get("EXPIRY_TABLE_SIZES", SIZES).split(","))
    organisations = importlib.import_module("chalicelib.organisations.service")
    organisations.take("organisations", [({"code": "4401", "level": "city"}, "bench")])
    organisations.take("organisations", [({"code": "4402", "level": "city"}, "bench")])
    _take("4401", LISTED)
    _take("4402", LONG)
    _fill(dynamodb, 0, small)
    units = _count_units()
    before = _turn(units)
    _fill(dynamodb, small, large)
    after = _turn(units)
    return [
        {
            "name": "expiry list, read units",
            "value": round(after[0] / before[0], 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": f"the same month with {small:,} instead of {large:,} policies in the table",
        },
        {
            "name": "expiry list, time",
            "value": round(after[1] / before[1], 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": f"the same ({before[1] * 1000:.0f} ms for {LISTED} policies)",
        },
        {
            "name": "expiry list, read units per policy",
            "value": round(after[0] / LISTED, 1),
            "unit": "units",
            "goal": None,
            "baseline": "",
        },
        {
            "name": "expiry list, memory per further policy",
            "value": round((_peak("4402") - _peak("4401")) / (LONG - LISTED)),
            "unit": "bytes",
            "goal": 1024,
            "baseline": f"peak of {LONG} against {LISTED} policies, XLSX and CSV",
        },
    ]


def _take(organisation: str, count: int) -> None:
    service = importlib.import_module("chalicelib.policies.service")
    rows = [
        service.Row(
            {
                "policy_no": f"PDZA{organisation}{number:010d}",
                "version": 1,
                "line": "motor",
                "motor_kind": "commercial",
                "status": "in_force",
                "issued_on": "2026-03-01",
                "starts_on": "2026-03-02",
                "ends_on": f"{MONTH}-{number % 28 + 1:02d}",
                "organisation": organisation,
                "insured_name": "阿卜杜拉·买买提",
                "insured_id_type": "passport",
                "insured_id_no": f"E{organisation}{number:08d}",
                "insured_address": "广东省广州市天河区体育西路100号",
                "mobile": "13800138000",
                "premium": 328_050,
                "vin": f"LATPAB{organisation}{number:07d}",
                "covers": [{"name": "机动车损失保险", "sum_insured": 100_000_000}] * 4,
            },
            f"bench#{organisation}{number}",
        )
        for number in range(count)
    ]
    for start in range(0, count, 50):
        service.take(rows[start : start + 50], datetime(2026, 11, 21, tzinfo=UTC))


def _fill(dynamodb: Any, first: int, last: int) -> None:
    """Copies of one item: other months of the same organisation, the same month of others."""
    table = os.environ["POLICIES_TABLE"]
    key = {"pk": {"S": f"PDZA4401{0:010d}"}, "sk": {"S": "current/policy"}}
    item = dynamodb.get_item(TableName=table, Key=key)["Item"]
    for start in range(first, last, 25):
        puts = []
        for number in range(start, min(start + 25, last)):
            own = number % 2 == 0
            day = f"2027-0{number % 2 + 1}-15" if own else f"{MONTH}-15"
            unit, shard = ("4401" if own else f"9{number % 50:03d}"), number % 4
            changed = {
                "pk": {"S": f"FILL{number:010d}"},
                "person": {"S": f"1:{number}"},
                "ends_on": {"S": day},
                "expiry": {"S": f"{unit}#{day[:7]}#{shard}"},
            }
            puts.append({"PutRequest": {"Item": {**item, **changed}}})
        dynamodb.batch_write_item(RequestItems={table: puts})


def _turn(units: list[float]) -> tuple[float, float]:
    """Read units of one reading of the month, and its median time."""
    took = []
    for _ in range(ROUNDS):
        units.clear()
        began = time.perf_counter()
        assert sum(1 for _ in _rows("4401")) == LISTED
        took.append(time.perf_counter() - began)
    return sum(units), statistics.median(took)


def _rows(organisation: str) -> Iterator[Any]:
    rows = importlib.import_module("chalicelib.expiry.rows")
    periods = importlib.import_module("chalicelib.expiry.periods")
    found: Iterator[Any] = rows.of(
        [organisation], periods.parse(MONTH), agent=None, renewed=[].append
    )
    return found


def _peak(organisation: str) -> int:
    """Bytes that Python holds at most while the files of a list are written."""
    spreadsheet = importlib.import_module("chalicelib.expiry.spreadsheet")
    separated = importlib.import_module("chalicelib.expiry.separated")
    first = datetime(2027, 3, 1, tzinfo=UTC).date()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        tracemalloc.start()
        with (
            spreadsheet.Spreadsheet(path, "bench", first) as sheet,
            separated.Separated(path.with_suffix(".csv")) as lines,
        ):
            for row in _rows(organisation):
                sheet.add(row)
                lines.add(row)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def _count_units() -> list[float]:
    """A list that grows by the read units of every answer to the models' clients."""
    store = importlib.import_module("chalicelib.policies.store")
    directory = importlib.import_module("chalicelib.organisations.store")
    units: list[float] = []

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def add(parsed: dict[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        for one in consumed if isinstance(consumed, list) else [consumed]:
            units.append(one["CapacityUnits"])

    for model in (store.PolicyItem, directory.DirectoryItem):
        events = model._get_connection().connection.client.meta.events
        for operation in ("Query", "BatchGetItem", "GetItem"):
            events.register(f"provide-client-params.dynamodb.{operation}", ask)
            events.register(f"after-call.dynamodb.{operation}", add)
    return units
