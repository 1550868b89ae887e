"""How long a failure takes tells nothing (Q4), measured where callers stand: over HTTP, warm.

Cases take turns in every round, in a new order each time, so that what else the machine does hits
all alike. What two runs of one case differ by is found by shuffling the cases' names within the
rounds: their medians may lie no further apart than names without a meaning make them lie.
"""

import json
import random
import secrets
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from infra.local.outside import OutsideStack

SHUFFLES = 999
Spans = Mapping[str, Sequence[float]]


def test_failures_of_every_kind_take_the_same_time(stack: OutsideStack) -> None:
    # One in a thousand is beyond chance by chance; twice in a row one in a million.
    assert not all(_beyond_chance(_measured(stack, rounds=30)) for _ in range(2))


@pytest.mark.soak
def test_failures_of_every_kind_take_the_same_time_in_a_long_run(stack: OutsideStack) -> None:
    spans = _measured(stack, rounds=400)
    for case, found in spans.items():
        runs = [f"{statistics.median(found[start::2]) * 1000:.2f}" for start in (0, 1)]
        print(f"{case}: {statistics.median(found) * 1000:.2f} ms, two runs {runs}")  # noqa: T201 - figures
    print(f"spread {_spread(spans) * 1000:.2f}, chance {_by_chance(spans) * 1000:.2f}")  # noqa: T201 - same
    assert not _beyond_chance(spans) or not _beyond_chance(_measured(stack, rounds=400))


def test_a_case_that_took_a_quarter_longer_would_be_told() -> None:
    chance = random.Random(4)  # noqa: S311 - a seed to repeat, no secret
    spans = {case: [chance.lognormvariate(0, 0.2) for _ in range(40)] for case in "abcd"}
    assert not _beyond_chance(spans)
    slower = [1.25 * span for span in spans["d"]]
    assert _beyond_chance({**spans, "d": slower})


def _measured(stack: OutsideStack, rounds: int) -> Spans:
    """Seconds per attempt of each case; the first rounds are for warming up."""
    demo: list[dict[str, Any]] = stack.info["demo"]["policies"]
    known = next(one for one in demo if one["line"] == "property")
    left_out, another = _special_risk(stack), _special_risk(stack)
    right = {name: another[name] for name in ("policy_no", "insured_name", "id_no")}
    cases = {
        "unknown number": lambda: _guess(known, policy_no=_unknown(known)),
        "wrong credential": lambda: _guess(known),
        "excluded line": lambda: _guess(left_out),
        "excluded line, right credentials": lambda: right,
    }
    spans: dict[str, list[float]] = {case: [] for case in cases}
    for turn in range(-5, rounds):
        # Counters that exist are other work than new ones: everybody is a first-time failer.
        _forget_failures(stack)
        for case in random.sample(list(cases), len(cases)):
            span = _failed(stack, cases[case]())
            if turn >= 0:
                spans[case].append(span)
    return spans


def _guess(policy: Mapping[str, str], **other: str) -> dict[str, str]:
    """The right name with an ID number that nobody has and nobody tried."""
    known = {name: policy[name] for name in ("policy_no", "insured_name")}
    return {**known, "id_no": f"E{secrets.randbelow(10**12):012d}", **other}


def _special_risk(stack: OutsideStack) -> dict[str, str]:
    """A policy that the query service leaves out, imported as the core system does."""
    motor = next(one for one in stack.info["demo"]["policies"] if one["line"] == "motor")
    asked = {"policy_no": motor["policy_no"], "id_no": motor["id_no"]}
    opened = stack.post_json("/v1/queries", asked)
    row = {
        "policy_no": f"PSR{secrets.token_hex(8).upper()}",
        "version": 1,
        "line": "special_risk",
        "status": "in_force",
        "issued_on": "2026-01-01",
        "starts_on": "2026-01-02",
        "ends_on": "2027-01-01",
        "organisation": opened.json()["policy"]["organisation"]["code"],
        "insured_name": "李建国",
        "insured_id_type": "passport",
        "insured_id_no": f"E{secrets.randbelow(10**8):08d}",
        "premium": "328.00",
    }
    name = f"policies/{row['policy_no']}.jsonl"
    stack.put_object("incoming", name, json.dumps(row, ensure_ascii=False).encode())
    assert stack.drain()
    listed = stack.client("s3").list_objects_v2(
        Bucket=stack.info["buckets"]["documents"], Prefix=f"imports/{name}/"
    )
    (report,) = (one["Key"] for one in listed["Contents"] if one["Key"].endswith("report.json"))
    told = json.loads(stack.object("documents", report))
    assert told["accepted"] == 1, told["reasons"]
    return {**{key: str(value) for key, value in row.items()}, "id_no": str(row["insured_id_no"])}


def _failed(stack: OutsideStack, body: dict[str, str]) -> float:
    caller = {"X-Local-Source-Ip": f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::1"}
    began = time.perf_counter()
    answer = stack.post_json("/v1/queries", body, headers=caller)
    span = time.perf_counter() - began
    assert answer.json()["code"] == "verification-failed", answer.text
    return span


def _unknown(like: dict[str, Any]) -> str:
    """A number that nobody has, as long as one that somebody has."""
    number = str(like["policy_no"])
    return number[:6] + "".join(secrets.choice("0123456789") for _ in number[6:])


def _forget_failures(stack: OutsideStack) -> None:
    """Deletes the counters of the stack's table."""
    dynamodb, table = stack.client("dynamodb"), stack.info["tables"]["queries"]
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :limit)",
        ProjectionExpression="pk, sk",
        ExpressionAttributeValues={":limit": {"S": "limit/"}},
    )
    for key in (item for page in pages for item in page["Items"]):
        dynamodb.delete_item(TableName=table, Key=key)


def _spread(spans: Spans) -> float:
    medians = [statistics.median(found) for found in spans.values()]
    return max(medians) - min(medians)


def _by_chance(spans: Spans) -> float:
    """The largest spread of SHUFFLES times as many medians under shuffled names."""
    chance = random.Random(1)  # noqa: S311 - a seed to repeat, no secret
    rounds = list(zip(*spans.values(), strict=True))
    spreads = []
    for _ in range(SHUFFLES):
        shuffled = [chance.sample(one, len(one)) for one in rounds]
        columns = zip(*shuffled, strict=True)
        spreads.append(_spread({str(place): column for place, column in enumerate(columns)}))
    return max(spreads)


def _beyond_chance(spans: Spans) -> bool:
    return _spread(spans) > _by_chance(spans)
