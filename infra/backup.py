"""Backups outside the account's own: `python -m infra.backup export|restore FOLDER [--stack NAME]`.

Every table as JSON Lines of typed attributes, every bucket with all versions of its objects and
their locks, what the secret holds, and a manifest with counts and digests. Sealed values stay
sealed: the KMS keys are not in it. The folder therefore opens nothing by itself, but the secret in
it makes look-up marks: keep it like one. Restoring writes into empty resources of another stack and
is checked against the manifest; point-in-time recovery stays the first resort (template).
"""

import argparse
import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = 1
_KINDS = ("Versions", "DeleteMarkers")
_LOCK = ("ObjectLockMode", "ObjectLockRetainUntilDate")
_HEAD = ("ContentType", "ContentDisposition", "ContentEncoding", "CacheControl", "Metadata")


class BackupError(RuntimeError):
    """When a backup is not what its manifest says, or its target is not empty."""


def export(clients: Any, names: Mapping[str, str], folder: Path) -> dict[str, Any]:
    """Writes everything of a stack into an empty folder; the manifest.

    `names` maps logical ids (`…Table`, `…Bucket`, `Secrets`) to real names.
    """
    folder.mkdir(parents=True)
    manifest: dict[str, Any] = {"format": FORMAT, "tables": {}, "buckets": {}}
    for logical, name in sorted(names.items()):
        if logical.endswith("Table"):
            items = (_line(item) for item in _items(clients, name))
            manifest["tables"][logical] = _write(folder / f"{logical}.jsonl", items)
        elif logical.endswith("Bucket"):
            objects = _objects(clients, name, folder / logical)
            manifest["buckets"][logical] = _write(folder / f"{logical}.jsonl", objects)
    secret = clients.secretsmanager.get_secret_value(SecretId=names["Secrets"])["SecretString"]
    (folder / "secret.json").write_text(secret, "utf-8")
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")
    return manifest


def restore(clients: Any, names: Mapping[str, str], folder: Path) -> None:
    """Fills empty tables and buckets; BackupError before anything is written if something is off.

    Objects come back in the order of their versions, so that the newest is the newest again.
    """
    manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    for logical, told in {**manifest["tables"], **manifest["buckets"]}.items():
        content = (folder / f"{logical}.jsonl").read_bytes()
        if hashlib.sha256(content).hexdigest() != told["sha256"]:
            raise BackupError(f"{logical} is not what the manifest says")
        if logical not in names:
            raise BackupError(f"the stack has no {logical}")
    for logical in manifest["tables"]:
        if clients.dynamodb.scan(TableName=names[logical], Limit=1)["Items"]:
            raise BackupError(f"{logical} is not empty")
    clients.secretsmanager.put_secret_value(
        SecretId=names["Secrets"], SecretString=(folder / "secret.json").read_text("utf-8")
    )
    for logical in manifest["tables"]:
        for line in _lines(folder / f"{logical}.jsonl"):
            clients.dynamodb.put_item(TableName=names[logical], Item=typed(line))
    for logical in manifest["buckets"]:
        for line in _lines(folder / f"{logical}.jsonl"):
            _put(clients, names[logical], folder / logical, line)


def names_of(clients: Any, stack: str) -> dict[str, str]:
    """The real names of a deployed stack's tables, buckets and secret."""
    pages = clients.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }
    return {k: v for k, v in found.items() if k.endswith(("Table", "Bucket")) or k == "Secrets"}


def _items(clients: Any, table: str) -> Iterator[dict[str, Any]]:
    pages = clients.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    for page in pages:
        yield from page["Items"]


def _line(item: Mapping[str, Any]) -> dict[str, Any]:
    """A typed item as JSON: bytes as base64, under the types that DynamoDB gives them."""
    return {name: _plain(value) for name, value in item.items()}


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64encode(content).decode()}
    if kind == "BS":
        return {kind: [base64.b64encode(part).decode() for part in content]}
    if kind == "L":
        return {kind: [_plain(part) for part in content]}
    if kind == "M":
        return {kind: _line(content)}
    return {kind: content}


def typed(line: Mapping[str, Any]) -> dict[str, Any]:
    """An item as DynamoDB takes it, from a line of an export."""
    return {name: _opened(value) for name, value in line.items()}


def _opened(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, content),) = value.items()
    if kind == "B":
        return {kind: base64.b64decode(content)}
    if kind == "BS":
        return {kind: [base64.b64decode(part) for part in content]}
    if kind == "L":
        return {kind: [_opened(part) for part in content]}
    if kind == "M":
        return {kind: typed(content)}
    return {kind: content}


def _objects(clients: Any, bucket: str, folder: Path) -> Iterator[dict[str, Any]]:
    """Every version of every object, the oldest first; bytes go into the folder by digest."""
    folder.mkdir()
    pages = clients.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
    found = [
        version for page in pages for kind in _KINDS for version in reversed(page.get(kind, []))
    ]
    # Instants are whole seconds: storage's own order, turned round, decides among equals.
    found.sort(key=lambda one: (one["Key"], one["LastModified"], one["IsLatest"]))
    for version in found:
        if "Size" not in version:
            yield {"key": version["Key"], "deleted": True}
            continue
        place = {"Bucket": bucket, "Key": version["Key"], "VersionId": version["VersionId"]}
        answer = clients.s3.get_object(**place)
        content = answer["Body"].read()
        sha256 = hashlib.sha256(content).hexdigest()
        (folder / sha256).write_bytes(content)
        kept = {name: answer[name] for name in (*_HEAD, *_LOCK) if answer.get(name)}
        if "ObjectLockRetainUntilDate" in kept:
            kept["ObjectLockRetainUntilDate"] = kept["ObjectLockRetainUntilDate"].isoformat()
        yield {"key": version["Key"], "sha256": sha256, "options": kept}


def _put(clients: Any, bucket: str, folder: Path, line: Mapping[str, Any]) -> None:
    if "deleted" in line:
        clients.s3.delete_object(Bucket=bucket, Key=line["key"])
        return
    content = (folder / line["sha256"]).read_bytes()
    if hashlib.sha256(content).hexdigest() != line["sha256"]:
        raise BackupError(f"an object of {folder.name} is not what its digest says")
    options = dict(line["options"])
    if "ObjectLockRetainUntilDate" in options:
        until = options["ObjectLockRetainUntilDate"]
        options["ObjectLockRetainUntilDate"] = datetime.fromisoformat(until)
    clients.s3.put_object(Bucket=bucket, Key=line["key"], Body=content, **options)


def _write(path: Path, lines: Iterator[dict[str, Any]]) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with path.open("wb") as file:
        for line in lines:
            text = json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"
            digest.update(text)
            count += 1
            file.write(text)
    return {"count": count, "sha256": digest.hexdigest()}


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


class _Clients:
    """boto3's clients of the account that the environment names."""

    def __getattr__(self, service: str) -> Any:
        from chalicelib import aws

        return aws.client(service)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("export", "restore"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stack", default="chabao")
    asked = parser.parse_args()
    clients = _Clients()
    names = names_of(clients, asked.stack)
    if asked.command == "restore":
        restore(clients, names, asked.folder)
    else:
        manifest = export(clients, names, asked.folder)
        for logical, told in {**manifest["tables"], **manifest["buckets"]}.items():
            print(f"{logical}: {told['count']}")


if __name__ == "__main__":
    main()
