"""The keys' operations: `python -m infra.keys status | add | reseal | retire VERSION`.

Runs with a function's environment (tables, key, secret) and may be interrupted anywhere: `reseal`
keeps its place in a file and goes on from there, and what is sealed anew already is left alone.
Running processes learn of a version within keys.REFRESH_SECONDS, before it is written with.
"""

import argparse
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from chalicelib import aws, clock, keys, settings
from chalicelib.analysis import service as analysis
from chalicelib.approvals import service as approvals
from chalicelib.attachments import service as attachments
from chalicelib.audit import service as audit
from chalicelib.claims import events as claims
from chalicelib.contacts import service as contacts
from chalicelib.enquiries import service as enquiries
from chalicelib.leads import service as leads
from chalicelib.notifications import service as notifications
from chalicelib.objections import service as objections
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.privacy import service as privacy

ANNOUNCED = timedelta(seconds=2 * keys.REFRESH_SECONDS)
"""How long a version is known before anybody writes with it."""
PAGE = 200

RESEALED: dict[str, Callable[[str, str], bool]] = {
    "POLICIES_TABLE": policies.reseal,
    "ORGANISATIONS_TABLE": organisations.reseal,
    "CLAIMS_TABLE": claims.reseal,
    "ATTACHMENTS_TABLE": attachments.reseal,
    "CONTACTS_TABLE": contacts.reseal,
    "APPROVALS_TABLE": approvals.reseal,
    "AUDIT_TABLE": audit.reseal,
    "LEADS_TABLE": leads.reseal,
    "OUTBOX_TABLE": notifications.reseal,
    "PRIVACY_TABLE": privacy.reseal,
    "OBJECTION_CASES_TABLE": objections.reseal,
    "ENQUIRIES_TABLE": enquiries.reseal,
    "ANALYSIS_TABLE": analysis.reseal,
}
"""Tables with sealed values, and the service that seals one item of theirs anew."""

MARKED = {"OBJECTION_CASES_TABLE": "case"}
"""Sort keys of items that bear a person's mark with nothing sealed: they are marked anew."""


class UnfinishedError(RuntimeError):
    """When a version cannot be retired because something may still need it."""


def add() -> int:
    """Adds a version to the secret; its number."""
    stored = _read()
    number = max(int(version) for version in stored) + 1
    since = clock.stored(clock.now() + ANNOUNCED)
    stored[str(number)] = {"secret": secrets.token_urlsafe(48), "from": since}
    _write(stored)
    return number


def reseal(progress: Path, *, pages: int | None = None) -> dict[str, Any]:
    """Walks all tables once, `pages` pages at most; per table what was seen and changed so far."""
    done: dict[str, Any] = json.loads(progress.read_text()) if progress.exists() else {}
    if not done:
        done = {"version": keys.newest("hash")[0], "tables": {}}
    for table, again in RESEALED.items():
        state = done["tables"].setdefault(
            table, {"after": None, "seen": 0, "changed": 0, "finished": False}
        )
        while not state["finished"] and pages != 0:
            found, state["after"] = _page(table, state["after"])
            for key, sort_key in found:
                state["seen"] += 1
                state["changed"] += again(key, sort_key)
            state["finished"] = state["after"] is None
            progress.write_text(json.dumps(done))
            pages = None if pages is None else pages - 1
    return done


def retire(number: int, progress: Path) -> None:
    """Leaves an old version to documents alone, once a whole pass has found nothing to renew."""
    done = json.loads(progress.read_text()) if progress.exists() else {"tables": {}}
    clean = all(
        done["tables"].get(table, {}).get("finished") and not done["tables"][table]["changed"]
        for table in RESEALED
    )
    stored = _read()
    if str(number) not in stored or number >= int(keys.newest("hash")[0]):
        raise UnfinishedError(f"version {number} is not an older one")
    if not clean or int(done["version"]) <= number:
        raise UnfinishedError("first a whole pass of reseal must find nothing to renew")
    entry = stored[str(number)]
    kept = {"secret": entry} if isinstance(entry, str) else entry
    stored[str(number)] = {**kept, "only": ["document"]}
    _write(stored)


def status() -> Iterator[str]:
    """A line per version."""
    for version in keys.parse(json.dumps(_read())):
        use = f"retired, {', '.join(version.only)} only" if version.only else "live"
        since = f", written with from {clock.shown(version.since)}" if version.since else ""
        yield f"version {version.number}: {use}{since}"


def _page(
    variable: str, after: dict[str, Any] | None
) -> tuple[list[tuple[str, str]], dict[str, Any] | None]:
    """Keys of the next items of a table and where to go on; an operation may scan, rooms never."""
    start: dict[str, Any] = {"ExclusiveStartKey": after} if after else {}
    wanted = "attribute_exists(sealed)"
    if variable in MARKED:
        wanted += " OR sk = :marked"
        start["ExpressionAttributeValues"] = {":marked": {"S": MARKED[variable]}}
    answer = aws.client("dynamodb").scan(
        TableName=settings.get(variable),
        ProjectionExpression="pk, sk",
        FilterExpression=wanted,
        ConsistentRead=True,
        Limit=PAGE,
        **start,
    )
    # Some tables have no sort key.
    found = [(item["pk"]["S"], item.get("sk", {"S": ""})["S"]) for item in answer["Items"]]
    return found, answer.get("LastEvaluatedKey")


def _read() -> dict[str, Any]:
    answer = aws.client("secretsmanager").get_secret_value(SecretId=settings.get("SECRETS_ID"))
    stored: dict[str, Any] = json.loads(answer["SecretString"])
    return stored


def _write(stored: dict[str, Any]) -> None:
    aws.client("secretsmanager").put_secret_value(
        SecretId=settings.get("SECRETS_ID"), SecretString=json.dumps(stored)
    )
    keys.forget()


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("status", "add", "reseal", "retire"))
    parser.add_argument("version", nargs="?", type=int, help="the version to retire")
    parser.add_argument("--progress", type=Path, default=Path("reseal.json"))
    asked = parser.parse_args()
    if asked.command == "add":
        print(f"version {add()} added")
    elif asked.command == "reseal":
        for table, state in reseal(asked.progress)["tables"].items():
            print(f"{table}: {state['seen']} seen, {state['changed']} sealed anew")
    elif asked.command == "retire":
        retire(asked.version, asked.progress)
    for line in status():
        print(line)


if __name__ == "__main__":
    main()
