"""Imports: rows per second of the whole path, CPU of reading, memory that does not grow.

The baseline of the path is a bare `BatchWriteItem` loop that writes the very items that the import
made again under other keys, by one worker with one write at a time as well, in the same run: with
all their attributes, so that every index is written too, but without conditions, and with nothing
to read, seal or report. The baseline of reading is `csv.DictReader` over the same bytes.
"""

import csv
import importlib
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest import mock

from bench import resident, stack
from infra.generator.portfolio import portfolio
from infra.generator.writers import write_csv
from infra.local.engines import ROOT

POLICIES = 10_000
ROUNDS = 3
SMALL, LARGE = 10_000, int(os.environ.get("IMPORT_BENCH_ROWS", "200000"))
AT = datetime(2026, 11, 21, tzinfo=UTC)

Items = dict[tuple[str, str], dict[str, Any]]
"""As DynamoDB takes them, by their keys."""


def measure() -> list[dict[str, Any]]:
    """Ratios of the path and of reading, and the growth of memory and time."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        chosen = portfolio(1, POLICIES)
        for kind in ("organisations", "policies"):
            write_csv(chosen.rows(kind), kind, folder / f"{kind}.csv", "zh", "utf-8")
        return [*_path(folder), *_reading(folder / "policies.csv"), *_growth(folder)]


def _path(folder: Path) -> list[dict[str, Any]]:
    with stack.acting("import_rows", render="on_demand"):
        return _measure_path(folder)


def _measure_path(folder: Path) -> list[dict[str, Any]]:
    rates = []
    _import(folder / "organisations.csv", "organisations", {})
    content = (folder / "policies.csv").read_text("utf-8")
    for number in range(ROUNDS):
        # Every round has policies of its own: the same again would only be compared.
        fresh = folder / f"policies-{number}.csv"
        fresh.write_text(content.replace("\nP", f"\nR{number}P"), "utf-8")
        written: Items = {}
        began = time.perf_counter()
        _import(fresh, "policies", written)
        ours = time.perf_counter() - began
        rates.append(_bare(list(written.values())) / ours)
        count = len(written)
    return [
        {
            "name": "import, rows per second of the whole path",
            "reason": "the local engine takes half as much again for conditional writes in"
            " transactions as for a batch; half of the file is read twice",
            "value": round(statistics.median(rates), 2),
            "unit": "ratio",
            "goal_at_least": 0.6,
            "baseline": f"a BatchWriteItem loop of the same {count} items",
        }
    ]


def _import(path: Path, kind: str, written: Items) -> None:
    """The whole path with one worker; the items that it makes go into `written`."""
    aws = importlib.import_module("chalicelib.aws")
    service = importlib.import_module("chalicelib.imports.service")
    store = importlib.import_module("chalicelib.imports.store")
    tables = importlib.import_module("chalicelib.tables")
    bucket, key = os.environ["INCOMING_BUCKET"], f"{kind}/{path.name}"
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=path.read_bytes())

    def note(params: dict[str, Any], **_: Any) -> None:
        for entry in params.get("TransactItems", []):
            put = entry.get("Put")
            if put and put["TableName"] == os.environ["POLICIES_TABLE"]:
                item = put["Item"]
                written[item["pk"]["S"], item["sk"]["S"]] = item

    events = tables.connection().client.meta.events
    events.register("provide-client-params.dynamodb.TransactWriteItems", note)
    service.begin(store.File(bucket, key, None), AT)
    sqs, queue = aws.client("sqs"), os.environ["IMPORT_QUEUE_URL"]
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            body = json.loads(message["Body"])
            service.work(body["import_id"], body["range"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    events.unregister("provide-client-params.dynamodb.TransactWriteItems", note)


def _bare(items: list[dict[str, Any]]) -> float:
    """Seconds of writing the items again, under other keys, and nothing else."""
    import boto3

    client, table = boto3.client("dynamodb"), os.environ["POLICIES_TABLE"]
    renamed = [{**item, "pk": {"S": f"B{item['pk']['S']}"}} for item in items]
    began = time.perf_counter()
    for start in range(0, len(renamed), 25):
        requests = [{"PutRequest": {"Item": item}} for item in renamed[start : start + 25]]
        answer = client.batch_write_item(RequestItems={table: requests})
        assert not answer["UnprocessedItems"]
    return time.perf_counter() - began


def _reading(path: Path) -> list[dict[str, Any]]:
    text = path.read_text("utf-8")
    for call in (_dict_reader, _read):
        call(text)
    ratios = [_cpu(_read, text) / _cpu(_dict_reader, text) for _ in range(5)]
    micros = min(_cpu(_read, text) for _ in range(3)) * 1e6
    return [
        {
            "name": "import, CPU per row of reading and validating",
            "value": round(statistics.median(ratios), 1),
            "unit": "ratio",
            "goal": None,
            "baseline": f"csv.DictReader alone ({micros:.0f} µs a row in all)",
        }
    ]


def _cpu(call: Any, text: str) -> float:
    """CPU seconds per row."""
    began = time.process_time()
    count = call(text)
    return (time.process_time() - began) / int(count)


def _dict_reader(text: str) -> int:
    return sum(1 for _ in csv.DictReader(io.StringIO(text, newline="")))


def _read(text: str) -> int:
    columns = importlib.import_module("chalicelib.imports.columns")
    rows = importlib.import_module("chalicelib.imports.rows")
    tables = importlib.import_module("chalicelib.imports.tables")
    lines = tables.csv_lines(text, ",", 1)
    meant = columns.of("policies", next(lines).cells)
    reader = rows.Reader("policies", meant.fields)
    return sum(1 for line in lines if not reader.read(line.cells, date(2026, 11, 21)).errors)


def _growth(folder: Path) -> list[dict[str, Any]]:
    """Peak memory and time of planning, reading and validating, each in a process of its own."""
    figures = {}
    for count in (SMALL, LARGE):
        path = folder / f"{count}.csv"
        lines = (folder / "policies.csv").read_bytes().splitlines(keepends=True)
        with path.open("wb") as out:
            out.write(lines[0])
            for place in range(count):
                out.write(lines[1 + place % (len(lines) - 1)])
        command = [sys.executable, "-m", "bench.imports", str(path)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        figures[count] = [float(part) for part in answer.stdout.split()]
        path.unlink()
    (small, small_seconds), (large, large_seconds) = figures[SMALL], figures[LARGE]
    return [
        {
            "name": f"import, peak memory of {LARGE:,} rows",
            "value": round(large / small, 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": f"of 10,000 rows ({small:.0f} MB)",
        },
        {
            "name": "import, peak memory",
            "value": round(large),
            "unit": "MB",
            "goal": 256,
            "baseline": "",
        },
        {
            "name": f"import, CPU per row of {LARGE:,} rows",
            "value": round(large_seconds / LARGE / (small_seconds / SMALL), 2),
            "unit": "ratio",
            "goal": 1.2,
            "baseline": "of 10,000 rows",
        },
    ]


def _plan_and_read(path: Path) -> None:
    """Prints peak memory in MB and CPU seconds of what the functions do to a file."""
    plan = importlib.import_module("chalicelib.imports.plan")
    working = importlib.import_module("chalicelib.imports.working")
    heading = importlib.import_module("chalicelib.imports.heading")
    columns = importlib.import_module("chalicelib.imports.columns")
    store = importlib.import_module("chalicelib.imports.store")

    def content(_file: Any, start: int, end: int) -> bytes:
        with path.open("rb") as source:
            source.seek(start)
            return source.read(end - start)

    began = time.process_time()
    with path.open("rb") as source:
        found = plan.make(iter(lambda: source.read(1 << 20), b""), quoted=True)
    first, separator = heading.of_text(
        "policies", content(None, 0, 65536).decode("utf-8", "ignore")
    )
    details = {
        "kind": "policies",
        "form": "csv",
        "file": ["", "", None],
        "encoding": found.encoding,
        "separator": separator,
        "first_line": first.first_line,
        "fields": columns.of("policies", first.headers).fields,
    }
    with mock.patch.object(store, "content", content):
        count = sum(1 for part in found.ranges for _ in working.entries(details, list(part), AT))
    assert count == found.lines - 1
    used = time.process_time() - began
    print(resident() / 1024, used)


if __name__ == "__main__":
    _plan_and_read(Path(sys.argv[1]))
