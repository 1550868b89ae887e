"""Chaos: killed anywhere, events twice and in any order, throttled and failing: the same end.

A run on a troubled day is compared with a clean run of the same files: tables and reports.
"""

import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from botocore import endpoint
from botocore.awsrequest import AWSResponse

from chalicelib import aws as clients
from chalicelib import settings, tables
from chalicelib.contacts import service as contacts
from chalicelib.contacts import store as contact_store
from chalicelib.imports import plan, planning, service, store, working
from chalicelib.organisations import service as organisations
from chalicelib.organisations import store as organisation_store
from chalicelib.policies import parts, past
from chalicelib.policies import service as policies
from chalicelib.policies import store as policy_store
from tests.imports.files import AT, announce, as_csv, drop, report, row

SEEDS = [*range(6), *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(6, 50))]

pytestmark = pytest.mark.usefixtures("aws")

AMOUNTS = frozenset({"payments.csv", "wrong-amounts.csv", "right-amounts.csv"})

THROTTLED = (400, "ProvisionedThroughputExceededException")
FAILED = (500, "InternalServerError")


class Killed(BaseException):
    """The worker's process is gone."""


class Trouble:
    """Hangs between the clients and the engines, and makes a bad day of a seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a seed to repeat, no secret
        self.happened: list[str] = []
        self._failing = 0
        self._answer = THROTTLED
        models = (
            store.ImportItem,
            policy_store.PolicyItem,
            policy_store.PartItem,
            contact_store.ContactItem,
            organisation_store.DirectoryItem,
        )
        dynamodb = [model._get_connection().connection.client for model in models]
        self._clients = {id(one): one for one in [*dynamodb, tables.connection().client]}
        self._others = [clients.client("s3"), clients.client("sqs")]

    def begin(self) -> None:
        """From now on."""
        for client in self._clients.values():
            client.meta.events.register("before-send.dynamodb.*", self._before, "trouble-before")
            client.meta.events.register("after-call.dynamodb.*", self._after, "trouble-after")
        for client in self._others:
            name = client.meta.service_model.service_id.hyphenize()
            client.meta.events.register(f"before-send.{name}.*", self._kill, "trouble-kill")

    def end(self) -> None:
        """The day is over."""
        for client in self._clients.values():
            client.meta.events.unregister("before-send.dynamodb.*", unique_id="trouble-before")
            client.meta.events.unregister("after-call.dynamodb.*", unique_id="trouble-after")
        for client in self._others:
            name = client.meta.service_model.service_id.hyphenize()
            client.meta.events.unregister(f"before-send.{name}.*", unique_id="trouble-kill")

    def _before(self, **_: Any) -> AWSResponse | None:
        self._kill()
        if not self._failing and self.dice.random() < 0.04:
            self._failing = self.dice.choice((1, 1, 2, 7))
            self._answer = self.dice.choice((THROTTLED, FAILED))
        if not self._failing:
            return None
        self._failing -= 1
        status, code = self._answer
        self.happened.append(code)
        body = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "trouble"}
        return AWSResponse("", status, {}, _Raw(json.dumps(body).encode()))

    def _after(self, **_: Any) -> None:
        self._kill()

    def _kill(self, **_: Any) -> None:
        if self.dice.random() < 0.01:
            self.happened.append("killed")
            raise Killed


class _Raw:
    """A response's body as urllib3 gives it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._content


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


def insist(call: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """As AWS does: again until it succeeds."""
    for _ in range(200):
        try:
            return call(*arguments, **named)
        except (Killed, Exception):  # noqa: S112, BLE001 - whatever happens, AWS tries again
            continue
    raise AssertionError("never succeeded")


def deliver(trouble: Trouble | None) -> None:
    """Empties the queue: in any order, some messages twice, failed ones again."""
    sqs, queue = clients.client("sqs"), settings.get("IMPORT_QUEUE_URL")
    waiting: list[dict[str, Any]] = []
    while True:
        answer = insist(sqs.receive_message, QueueUrl=queue, MaxNumberOfMessages=10)
        waiting += answer.get("Messages", [])
        if not waiting:
            return
        place = trouble.dice.randrange(len(waiting)) if trouble else 0
        message = waiting.pop(place)
        body = json.loads(message["Body"])
        hurried = trouble is not None and trouble.dice.random() < 0.2
        remaining = [900.0, 0.0][hurried].__float__
        for _ in range(2 if trouble and trouble.dice.random() < 0.2 else 1):
            insist(service.work, body["import_id"], body["range"], remaining)
        receipt = message["ReceiptHandle"]
        insist(sqs.delete_message, QueueUrl=queue, ReceiptHandle=receipt)


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
                content = policies._content(item)
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
    # botocore tries again as ever, but does not wait before it does.
    waitless = SimpleNamespace(time=time.time, sleep=lambda _seconds: None)
    monkeypatch.setattr(endpoint, "time", waitless)
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
