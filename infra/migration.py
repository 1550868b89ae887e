"""Takes items to the newest layout: `python -m infra.migration --stack NAME [--progress FILE]`.

The system runs meanwhile: reading understands both, and what somebody else writes while the job is
at it stays. It can be stopped at any moment and started again; with a progress file it goes on at
the page where it was, without one it looks at everything again and changes only what is still old.
Only tables that a step is about are read (`chalicelib/layouts.py`).
"""

import argparse
import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib import layouts
from infra.backup import names_of


class Done(NamedTuple):
    """What became of the items of a table that were looked at."""

    seen: int
    changed: int
    left: int
    """Written by somebody else at the same moment; the next run takes them."""


def migrate(client: Any, table: str, progress: Path | None = None) -> Done:
    """One table, by its real name, page by page. `progress` keeps where it is between runs."""
    where = json.loads(progress.read_text("utf-8")) if progress and progress.exists() else {}
    start = {"ExclusiveStartKey": where[table]} if where.get(table) else {}
    schema = client.describe_table(TableName=table)["Table"]["KeySchema"]
    keys = [part["AttributeName"] for part in schema]
    seen = changed = left = 0
    while True:
        page = client.scan(TableName=table, ConsistentRead=True, **start)
        for item in page["Items"]:
            new = layouts.upgraded(table, item)
            if new is not item:
                key = {name: item[name] for name in keys}
                taken = _replace(client, table, key, item, new)
                changed, left = changed + taken, left + (not taken)
        seen += len(page["Items"])
        after = page.get("LastEvaluatedKey")
        if progress:
            progress.write_text(json.dumps({**where, table: after}) + "\n", "utf-8")
        if after is None:
            return Done(seen, changed, left)
        start = {"ExclusiveStartKey": after}


def _replace(
    client: Any, table: str, key: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> bool:
    """Writes only what the steps changed, if it still is what they saw; False if it is not."""
    names, values = {}, {}
    sets, removes, unchanged = [], [], []
    for place, name in enumerate(sorted(old.keys() | new.keys())):
        if old.get(name) == new.get(name):
            continue
        if name in key:
            raise ValueError(f"a step changed the key of an item of {table}")
        names[f"#{place}"] = name
        if name in old:
            values[f":o{place}"] = old[name]
            unchanged.append(f"#{place} = :o{place}")
        else:
            unchanged.append(f"attribute_not_exists(#{place})")
        if name in new:
            values[f":n{place}"] = new[name]
            sets.append(f"#{place} = :n{place}")
        else:
            removes.append(f"#{place}")
    remove = f" REMOVE {', '.join(removes)}" if removes else ""
    try:
        client.update_item(
            TableName=table,
            Key=key,
            UpdateExpression=f"SET {', '.join(sets)}{remove}",
            ConditionExpression=" AND ".join(unchanged),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
    except client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def variable(logical_id: str) -> str:
    """`CLAIMS_TABLE` of `ClaimsTable`: how functions are told a table's name."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", logical_id).upper()


class _Clients:
    """boto3's clients of the account that the environment names."""

    def __init__(self) -> None:
        import boto3

        self.dynamodb = boto3.client("dynamodb")
        self.cloudformation = boto3.client("cloudformation")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stack", default="chabao")
    parser.add_argument("--progress", type=Path)
    asked = parser.parse_args()
    clients = _Clients()
    tables = {variable(name): real for name, real in names_of(clients, asked.stack).items()}
    for name in sorted({step.table for step in layouts.STEPS}):
        os.environ[name] = tables[name]
        done = migrate(clients.dynamodb, tables[name], asked.progress)
        print(f"{name}: {done.seen} seen, {done.changed} changed, {done.left} left for a next run")


if __name__ == "__main__":
    main()
