"""Keeps tables as this release writes them: `python -m tests.releases.record NUMBER`.

A stack with a few demonstration policies gets a report of a loss and a need; then every table is
written down with the keys that look things up, the data keys that sealed it, and what customers
were answered. All of it is invented.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra import backup
from infra.local import outside
from infra.local.outside import OutsideStack

HERE = Path(__file__).parent
POLICIES = 3
SEALING = (
    "analysis",
    "approvals",
    "attachments",
    "audit",
    "claims",
    "contacts",
    "enquiries",
    "leads",
    "objections",
    "organisations",
    "outbox",
    "policies",
    "privacy",
)
"""What tables are called where data keys are made for them."""
SHOWN = ("policy", "claims", "assurance", "data_as_of")
PHONE = "13800138000"


class Clients:
    """A stack's clients as attributes."""

    def __init__(self, stack: OutsideStack) -> None:
        self._stack = stack

    def __getattr__(self, service: str) -> Any:
        return self._stack.client(service)


def record(stack: OutsideStack) -> dict[str, Any]:
    """Facts through the API, then everything that lies in the tables."""
    shown = next(policy for policy in stack.info["demo"]["policies"] if policy["id_no"])
    asked = {"policy_no": shown["policy_no"], "id_no": shown["id_no"]}
    answer = stack.post_json("/v1/queries", asked).json()
    bearer = {"Authorization": f"Bearer {answer['token']}"}
    loss = {
        "policy_no": shown["policy_no"],
        "occurred_at": "2026-11-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "scratch",
        "description": "车门划痕",
        "reporter": {"name": "王芳", "phone": PHONE, "relation": "insured"},
    }
    claim_no = stack.post_json("/v1/claims", loss, headers=bearer).json()["claim_no"]
    form = stack.get("/v1/questionnaires/current").json()
    need = {
        "questionnaire": {"id": form["id"], "version": form["version"]},
        "answers": form["schema"]["examples"][0],
        "contact": {"name": "王芳", "phone": PHONE, "region": "440100"},
        "consent": {"contact": True, "text_version": form["consent"]["text_version"]},
    }
    lead_no = stack.post_json("/v1/leads", need).json()["lead_no"]
    assert stack.drain()
    again = stack.post_json("/v1/queries", asked).json()
    assert stack.drain()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "backup"
        clients = Clients(stack)
        backup.export(clients, _names(stack), folder)
        tables = {
            path.stem: [json.loads(line) for line in path.read_text("utf-8").splitlines()]
            for path in sorted(folder.glob("*Table.jsonl"))
        }
        secret = json.loads((folder / "secret.json").read_text("utf-8"))
    return {
        "asked": asked,
        "answer": {name: again[name] for name in SHOWN},
        "claim_no": claim_no,
        "lead_no": lead_no,
        "contact": need["contact"],
        "tables": tables,
        "secret": secret,
        "data_keys": list(_data_keys(clients.kms, tables)),
    }


def _names(stack: OutsideStack) -> dict[str, str]:
    """Tables and the secret by logical id: objects in storage have no layout."""
    tables = {
        f"{name.title().replace('_', '')}Table": real for name, real in stack.info["tables"].items()
    }
    secrets = stack.client("secretsmanager").list_secrets()["SecretList"]
    (secret,) = (one["Name"] for one in secrets if "-Secrets-" in one["Name"])
    return {**tables, "Secrets": secret}


def wrapped_keys(value: Any) -> Iterator[bytes]:
    """The wrapped data key of every sealed value in a table, an item, an attribute."""
    if isinstance(value, list):
        for one in value:
            yield from wrapped_keys(one)
    elif isinstance(value, dict):
        if value.keys() == {"B"}:
            sealed = base64.b64decode(value["B"])
            yield sealed[3 : 3 + int.from_bytes(sealed[1:3])]
        else:
            yield from wrapped_keys(list(value.values()))


def _data_keys(kms: Any, tables: dict[str, Any]) -> Iterator[dict[str, str]]:
    for wrapped in sorted(set(wrapped_keys(tables))):
        name, plain = _opened(kms, wrapped)
        yield {
            "table": name,
            "wrapped": base64.b64encode(wrapped).decode(),
            "plain": base64.b64encode(plain).decode(),
        }


def _opened(kms: Any, wrapped: bytes) -> tuple[str, bytes]:
    for name in SEALING:
        try:
            opened = kms.decrypt(CiphertextBlob=wrapped, EncryptionContext={"table": name})
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidCiphertextException":
                raise
        else:
            return name, opened["Plaintext"]
    raise ValueError("a data key of a table that `SEALING` does not name")


def written(kept: dict[str, Any]) -> str:
    """JSON Lines: what was asked and answered first, then an item a line."""
    tables = kept.pop("tables")
    items = [{"table": name, "item": item} for name, some in tables.items() for item in some]
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in [kept, *items])


def read(path: Path) -> dict[str, Any]:
    """What `written` wrote."""
    first, *items = map(json.loads, path.read_text("utf-8").splitlines())
    return {**first, "items": items}


if __name__ == "__main__":
    with outside.started(demo=POLICIES) as running:
        lines = written(record(running))
    (HERE / sys.argv[1]).mkdir(exist_ok=True)
    (HERE / sys.argv[1] / "tables.jsonl").write_text(lines, "utf-8")
