"""The commands that the stack prints work as they are, pasted into a shell."""

import json
import subprocess
from typing import Any

from infra.local.examples import examples
from infra.local.outside import OutsideStack

from .conftest import Sample


def pasted(command: str) -> str:
    ended = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, timeout=30, check=True
    )
    return ended.stdout


def test_a_file_dropped_with_curl_is_an_event(sample: Sample) -> None:
    titles = dict(examples(sample.stack.info))
    (command,) = (text for title, text in titles.items() if "dropped" in title)
    assert pasted(command) == ""
    assert sample.stack.drain()
    (event,) = sample.seen("file_dropped")
    assert event["detail"]["object"]["key"] == "organisations/mine.csv"


def test_the_printed_query_opens_a_demonstration_policy(stack: OutsideStack) -> None:
    (_, query), (_, lines), (_, drop) = examples(stack.info)
    shown: dict[str, Any] = stack.info["demo"]["policies"][0]
    assert f"\n{query}\n" in "".join(stack.output)
    assert json.loads(pasted(query))["policy"]["policy_no"] == shown["policy_no"]
    assert shown["line"] in [line["line"] for line in json.loads(pasted(lines))["lines"]]
    pasted(drop)
    assert stack.drain()
    bucket = stack.info["buckets"]["documents"]
    prefix = "imports/organisations/mine.csv/"
    found = stack.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    assert "report.json" in [item["Key"].rpartition("/")[2] for item in found]
