"""Backups: a restored system answers the same, its ledger verifies, and damage is noticed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, keys, settings
from chalicelib.ledger import signing, verification
from chalicelib.policies import service as policies
from chalicelib.queries import service as queries
from infra import backup
from infra.local.resources import Resources
from tests.ledger.register import DAY, NEXT, add, seal
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

ID_NO = "11010519491231002X"


def names(resources: Resources) -> dict[str, str]:
    """The stack's tables, buckets and secret by logical id."""
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SecretsManager::Secret")
    logical = [name for kind in kinds for name in resources.of_type(kind)]
    return {name: resources.physical(name).ref for name in logical}


def answered(policy_no: str) -> dict[str, Any]:
    """What a query of the policy shows, but for its own id and token."""
    request = {"policy_no": policy_no, "id_no": ID_NO}
    answer = queries.verify(request, visitor(), clock.now())
    return {part: answer[part] for part in ("policy", "claims", "assurance", "data_as_of")}


@pytest.fixture
def exported(aws: Any, tmp_path: Path) -> Iterator[tuple[Path, str, Any]]:
    """A backup of a system with a policy in two versions and two sealed days; the policy."""
    aws.empty()
    name = number()
    take(policy(name), policy(name, 2, premium=1_000))
    for place in range(3):
        add(DAY, "03", place)
    seal(DAY)
    seal(NEXT)
    bucket = settings.get("INCOMING_BUCKET")
    for body in (b"old", b"new"):
        clients.client("s3").put_object(Bucket=bucket, Key="policies/a.csv", Body=body)
    clients.client("s3").put_object(Bucket=bucket, Key="policies/gone.csv", Body=b"gone")
    clients.client("s3").delete_object(Bucket=bucket, Key="policies/gone.csv")
    backup.export(aws.resources.clients, names(aws.resources), tmp_path / "backup")
    yield tmp_path / "backup", name, answered(name)
    aws.empty()


def test_a_restored_system_answers_the_same_and_its_ledger_is_whole(
    exported: tuple[Path, str, Any], elsewhere: Resources
) -> None:
    folder, name, before = exported
    backup.restore(elsewhere.clients, names(elsewhere), folder)
    keys.forget()
    assert answered(name) == before
    assert before["policy"]["premium"]["amount"] == 1_000
    assert policies.version(name, 1)["insured_id_no"] == ID_NO
    assert list(verification.verify(DAY, NEXT, signing.public_key())) == []
    bucket = elsewhere.physical("IncomingBucket").ref
    s3 = elsewhere.clients.s3
    assert s3.get_object(Bucket=bucket, Key="policies/a.csv")["Body"].read() == b"new"
    assert len(s3.list_object_versions(Bucket=bucket)["Versions"]) >= 2
    assert "policies/gone.csv" not in str(s3.list_objects_v2(Bucket=bucket))
    lock = s3.head_object(
        Bucket=elsewhere.physical("DocumentsBucket").ref, Key=f"ledger/{DAY}/digest.json"
    )
    assert lock["ObjectLockRetainUntilDate"] > datetime(2036, 1, 1, tzinfo=UTC)


def test_a_damaged_backup_is_refused_before_anything_is_written(
    exported: tuple[Path, str, Any], elsewhere: Resources
) -> None:
    folder, _, _ = exported
    with (folder / "PoliciesTable.jsonl").open("ab") as file:
        file.write(b"{}\n")
    with pytest.raises(backup.BackupError, match="PoliciesTable"):
        backup.restore(elsewhere.clients, names(elsewhere), folder)
    for logical in elsewhere.of_type("AWS::DynamoDB::Table"):
        table = elsewhere.physical(logical).ref
        assert elsewhere.clients.dynamodb.scan(TableName=table)["Count"] == 0


def test_a_system_in_use_is_not_restored_over(exported: tuple[Path, str, Any], aws: Any) -> None:
    folder, _, _ = exported
    with pytest.raises(backup.BackupError, match="not empty"):
        backup.restore(aws.resources.clients, names(aws.resources), folder)
