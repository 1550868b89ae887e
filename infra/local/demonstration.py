"""Loads the demonstration data the way the core system would: files dropped into storage."""

import asyncio
import csv
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.local import children
from infra.local.engines import ROOT
from infra.local.progress import Progress
from infra.local.schedules import Schedules
from infra.local.stack import Stack

# Organisations first: a policy of an unknown one is rejected. The rest comes as in a night's run.
FILES = (
    ("organisations/organisations.csv",),
    (
        "agents/agents.csv",
        "intermediaries/intermediaries.csv",
        "policies/policies.xlsx",
        "payments/payments.csv",
        "endorsements/endorsements.csv",
        "claims/claims.csv",
    ),
)
REST_SECONDS = 2
_NOT_MADE = '"message":"document not made"'


class DemonstrationError(RuntimeError):
    """When the demonstration data did not get in as they must."""


async def load(stack: Stack, progress: Progress, seed: int, count: int) -> list[str]:
    """Puts the files into the incoming bucket and waits until all that follows is done.

    Afterwards the stack shows the contract's `demo.policies`, those of them that were accepted.
    Returns what says in a line each why a policy document could not be made.
    """
    folder = stack.folder / "demo"
    folder.mkdir()
    await _make_files(folder, seed, count)
    progress.say(f"{count} demonstration policies made, importing them")
    endpoint = stack.backends.endpoints["aws"]
    storage = _Storage(stack.backends.account.client("s3", endpoint), stack.info()["buckets"])
    refused: set[str] = set()
    for keys in FILES:
        made = [key for key in keys if (folder / Path(key).name).exists()]
        for key in made:
            await asyncio.to_thread(storage.drop, key, (folder / Path(key).name).read_bytes())
        await _settle(stack, storage, progress, count)
        for key in made:
            refused |= await asyncio.to_thread(storage.rejected, key, progress.say)
    if stack.functions["render_document"].environment["RENDER"] == "on_import":
        await asyncio.to_thread(storage.check_documents, progress.say)
    shown = json.loads((folder / "demo.json").read_text())
    stack.demo_policies = [entry for entry in shown if entry["policy_no"] not in refused]
    return await asyncio.to_thread(documents_not_made, stack.logs)


async def count(schedules: Schedules, progress: Progress) -> None:
    """Yesterday's figures and tables, as the night would make them; their PDFs come by and by."""
    made = await schedules.run("roll_up_day", datetime.now(UTC))
    if made.error:
        raise DemonstrationError(f"yesterday was not counted: {made.error_message}")
    found = json.loads(made.payload)["analysis"]["organisations"]
    progress.say(f"figures of {found} organisations are made, as of yesterday")


def documents_not_made(logs: Path) -> list[str]:
    """The reasons, policy number first, that the function which renders has logged."""
    found = set()
    for path in sorted(logs.glob("*.log")):
        with path.open(encoding="utf-8", errors="replace") as lines:
            found |= {json.loads(line)["reason"] for line in lines if _NOT_MADE in line}
    return sorted(found)


async def _settle(stack: Stack, storage: "_Storage", progress: Progress, count: int) -> None:
    """Until everything rests, with a line whenever the number of documents has grown."""
    before = 0
    while not await stack.drain(REST_SECONDS):
        made = await asyncio.to_thread(storage.documents)
        if made != before:
            progress.say(f"{made} of {count} policy documents rendered")
            before = made


@dataclass(frozen=True)
class _Storage:
    """The two buckets, spoken to as the core system does."""

    s3: Any
    buckets: dict[str, str]

    def drop(self, key: str, body: bytes) -> None:
        self.s3.put_object(Bucket=self.buckets["incoming"], Key=key, Body=body)

    def documents(self) -> int:
        pages = self.s3.get_paginator("list_objects_v2")
        found = pages.paginate(Bucket=self.buckets["documents"], Prefix="policies/")
        return sum(len(page.get("Contents", [])) for page in found)

    def check_documents(self, say: Callable[[str], None]) -> None:
        """The rendered documents; that there are none at all is a fault, not a datum."""
        made = self.documents()
        if not made:
            raise DemonstrationError("no policy document was made: see the logs of render_document")
        say(f"{made} policy documents are rendered")

    def rejected(self, key: str, say: Callable[[str], None]) -> set[str]:
        """Says what the import report says; all cells of the rejected rows."""
        bucket = self.buckets["documents"]
        found = self.s3.list_objects_v2(Bucket=bucket, Prefix=f"imports/{key}/")
        keys = {Path(item["Key"]).name: item["Key"] for item in found.get("Contents", [])}
        if "report.json" not in keys:
            raise DemonstrationError(f"no import report for {key}: see the logs of import_file")
        report = json.loads(self._text(keys["report.json"]))
        say(f"{key}: {report['accepted']} of {report['total']} rows accepted")
        if not report["rejected"]:
            return set()
        say(f"  {report['rejected']} rejected: {report['reasons']}")
        rows = csv.DictReader(io.StringIO(self._text(keys["rejected.csv"])))
        return {value for row in rows for value in row.values() if isinstance(value, str)}

    def _text(self, key: str) -> str:
        body = self.s3.get_object(Bucket=self.buckets["documents"], Key=key)["Body"]
        return str(body.read(), "utf-8-sig")


async def _make_files(folder: Path, seed: int, count: int) -> None:
    made = await children.start(
        "demonstration data",
        [sys.executable, "-m", "infra.local.demo_files", str(folder), str(seed), str(count)],
        log=folder / "demo.log",
        env={"PATH": ""},
        cwd=ROOT,
    )
    try:
        if await made.process.wait():
            raise DemonstrationError(f"no demonstration data:\n{made.last_lines()}")
    finally:
        await made.kill()
