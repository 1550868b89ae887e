"""The life of a document: requested, made once, linked for a minute, verified by anyone."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
import requests
from botocore.exceptions import ClientError

from chalicelib import aws as clients
from chalicelib import clock, sealing, settings
from chalicelib.documents import service, store
from chalicelib.errors import AssuranceTooLowError, DocumentNotReadyError, NotFoundError
from chalicelib.policies import service as policies
from chalicelib.tokens import QueryToken
from tests.documents.samples import text
from tests.policies.rows import number, policy, take

pytestmark = pytest.mark.usefixtures("aws")

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)


def rendered(**changes: Any) -> tuple[str, dict[str, Any]]:
    """A policy whose document is made: its number and the document's state."""
    row = policy(number(), **changes)
    take(row)
    service.render(row["policy_no"], row["version"])
    return row["policy_no"], dict(policies.version(row["policy_no"], row["version"])["document"])


def stored(key: str) -> bytes:
    found = clients.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    content: bytes = found["Body"].read()
    return content


def queued() -> list[dict[str, Any]]:
    """What waits in the render queue, taken out of it."""
    queue = settings.get("RENDER_QUEUE_URL")
    found = []
    while (
        messages := clients.client("sqs")
        .receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        .get("Messages")
    ):
        for message in messages:
            found.append(json.loads(message["Body"]))
            clients.client("sqs").delete_message(
                QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"]
            )
    return found


def test_messages_hold_number_and_version_and_nothing_personal() -> None:
    queue = settings.get("RENDER_QUEUE_URL")
    clients.client("sqs").purge_queue(QueueUrl=queue)
    service.request([(f"PDAA{place:06d}", place) for place in range(1, 13)])
    bodies = []
    while len(bodies) < 12:
        answer = clients.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        bodies += [json.loads(message["Body"]) for message in answer["Messages"]]
    assert sorted(bodies, key=lambda body: body["version"]) == [
        {"policy_no": f"PDAA{place:06d}", "version": place} for place in range(1, 13)
    ]


def test_a_document_lies_where_the_contract_says_with_its_digest() -> None:
    policy_no, document = rendered()
    assert document["status"] == "ready"
    assert document["key"] == f"policies/4401/{policy_no}/1.pdf"
    content = stored(document["key"])
    assert hashlib.sha256(content).hexdigest() == document["sha256"]
    assert policy_no in text(content)
    assert document["document_id"] in text(content)


def test_a_document_is_locked_for_ten_years_after_the_end_of_cover() -> None:
    _, document = rendered(ends_on="2028-02-28")
    head = clients.client("s3").head_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Key=document["key"]
    )
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert clock.shown(head["ObjectLockRetainUntilDate"]) == "2038-03-01T00:00:00+08:00"


def test_a_message_that_comes_twice_changes_nothing() -> None:
    policy_no, document = rendered()
    service.render(policy_no, 1)
    assert dict(policies.version(policy_no, 1)["document"]) == document
    versions = clients.client("s3").list_object_versions(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Prefix=document["key"]
    )["Versions"]
    assert len(versions) == 1


def test_a_worker_that_died_after_storing_is_finished_by_the_next() -> None:
    policy_no, document = rendered()
    store.DocumentItem(document["document_id"]).delete()
    policies.document_failed(policy_no, 1, "died")
    service.render(policy_no, 1)
    assert dict(policies.version(policy_no, 1)["document"]) == document


def test_another_object_under_the_key_is_never_replaced() -> None:
    row = policy(number())
    take(row)
    key = f"policies/4401/{row['policy_no']}/1.pdf"
    store.put(key, b"other", hashlib.sha256(b"other").hexdigest(), clock.now() + timedelta(days=1))
    with pytest.raises(store.OverwriteError):
        service.render(row["policy_no"], 1)
    assert stored(key) == b"other"
    assert policies.version(row["policy_no"], 1)["document"]["status"] == "pending"


def test_a_policy_that_cannot_be_printed_is_reported_and_nothing_is_written() -> None:
    policy_no, document = rendered(insured_name="甲\U00030100")
    assert document["status"] == "failed"
    assert "U+30100" in document["reason"]
    assert policy_no in document["reason"]
    assert store.get(sealing.document_id(policy_no, 1)) is None
    listed = clients.client("s3").list_objects_v2(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Prefix=f"policies/4401/{policy_no}/"
    )
    assert listed["KeyCount"] == 0


def test_a_version_that_nobody_sent_is_not_rendered() -> None:
    with pytest.raises(NotFoundError):
        service.render(number(), 1)


def test_the_verified_customer_gets_a_link_for_a_minute() -> None:
    policy_no, document = rendered()
    link = service.open_for(QueryToken("q", policy_no, "", "id"), policy_no.lower(), AT)
    assert link["sha256"] == document["sha256"]
    assert link["version"] == 1
    assert link["expires_at"] == "2026-11-21T09:03:03+08:00"
    asked = parse_qs(urlparse(link["url"]).query)
    assert asked["X-Amz-Expires"] == ["60"]
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    answer = requests.get(link["url"], timeout=10)
    assert hashlib.sha256(answer.content).hexdigest() == document["sha256"]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'inline; filename="{policy_no}-1.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_another_policy_of_the_same_person_opens_and_a_strangers_is_not_found() -> None:
    mine, _ = rendered()
    record = policies.find(mine)
    assert record is not None
    assert record.person
    assert service.open_for(QueryToken("q", number(), record.person, "id"), mine, AT)["url"]
    for stranger in (QueryToken("q", number(), "", "id"), QueryToken("q", number(), "1:x", "id")):
        with pytest.raises(NotFoundError):
            service.open_for(stranger, mine, AT)


def test_a_weak_token_is_told_that_it_is_too_weak_whatever_it_asks_for() -> None:
    for policy_no in (rendered()[0], number()):
        with pytest.raises(AssuranceTooLowError):
            service.open_for(QueryToken("q", policy_no, "", "weak"), policy_no, AT)


def test_a_document_that_is_not_made_yet_says_when_to_come_back() -> None:
    row = policy(number())
    take(row)
    with pytest.raises(DocumentNotReadyError) as caught:
        service.open_for(QueryToken("q", row["policy_no"], "", "id"), row["policy_no"], AT)
    assert caught.value.headers == {"Retry-After": "5"}


def test_on_demand_the_import_queues_nothing_and_the_first_request_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RENDER", "on_demand")
    row = policy(number())
    take(row)
    policy_no = row["policy_no"]
    token = QueryToken("q", policy_no, "", "id")
    queued()
    assert not service.on_import()
    with pytest.raises(DocumentNotReadyError) as caught:
        service.open_for(token, policy_no, AT)
    assert caught.value.headers == {"Retry-After": "5"}
    assert queued() == [{"policy_no": policy_no, "version": 1}]
    service.render(policy_no, 1)
    assert service.open_for(token, policy_no, AT)["version"] == 1


def test_on_import_what_was_just_queued_is_not_queued_again_but_what_was_lost_is() -> None:
    row = policy(number())
    take(row)
    token = QueryToken("q", row["policy_no"], "", "id")
    queued()
    assert service.on_import()
    for minutes, expected in ((0, 0), (14, 0), (16, 1)):
        with pytest.raises(DocumentNotReadyError):
            service.open_for(token, row["policy_no"], AT + timedelta(minutes=minutes))
        assert len(queued()) == expected, minutes


def test_a_signed_document_is_no_copy_and_is_kept_as_it_was_signed_first() -> None:
    row = policy(number())
    take(row)
    policy_no = row["policy_no"]
    service.render(policy_no, 1, lambda content: content + b"\n% signed at noon")
    first = dict(policies.version(policy_no, 1)["document"])
    content = stored(first["key"])
    assert content.endswith(b"% signed at noon")
    assert hashlib.sha256(content).hexdigest() == first["sha256"]
    assert "仅供参考的副本" not in text(content)
    assert "Copy" not in text(content)
    store.DocumentItem(first["document_id"]).delete()
    policies.document_failed(policy_no, 1, "died")
    service.render(policy_no, 1, lambda content: content + b"\n% signed at one")
    assert dict(policies.version(policy_no, 1)["document"]) == first
    assert stored(first["key"]) == content
    assert service.genuine(first["sha256"])["genuine"] is True


def test_a_locked_document_cannot_be_deleted_and_a_legal_hold_outlives_the_lock() -> None:
    _, document = rendered()
    storage = clients.client("s3")
    place = {"Bucket": settings.get("DOCUMENTS_BUCKET"), "Key": document["key"]}
    version = storage.head_object(**place)["VersionId"]
    storage.put_object_legal_hold(**place, VersionId=version, LegalHold={"Status": "ON"})
    head = storage.head_object(**place)
    assert (head["ObjectLockMode"], head["ObjectLockLegalHoldStatus"]) == ("COMPLIANCE", "ON")
    with pytest.raises(ClientError, match="AccessDenied"):
        storage.delete_object(**place, VersionId=version)
    assert stored(document["key"])


def test_a_document_is_genuine_by_its_digest_and_by_its_id() -> None:
    _, document = rendered()
    expected = {
        "genuine": True,
        "kind": "policy",
        "issued_on": "2026-03-01",
        "superseded": False,
        "sha256": document["sha256"],
    }
    assert service.genuine(document["sha256"]) == expected
    assert service.genuine(document["sha256"].upper()) == expected
    assert service.genuine(document["document_id"]) == expected


@pytest.mark.parametrize("reference", ["0" * 64, "A" * 24, "", "x" * 5000, "../policies", "𠮷"])
def test_what_we_never_made_is_answered_in_the_same_form(reference: str) -> None:
    answer = service.genuine(reference)
    assert answer.pop("genuine") is False
    assert set(answer) == {"kind", "issued_on", "superseded", "sha256"}
    assert set(answer.values()) == {None}


def test_a_newer_version_supersedes_the_document_and_gets_its_own() -> None:
    policy_no, first = rendered()
    take(policy(policy_no, 2, premium=1), file="second")
    service.render(policy_no, 2)
    second = policies.version(policy_no, 2)["document"]
    assert service.genuine(first["sha256"])["superseded"] is True
    assert service.genuine(second["sha256"])["superseded"] is False
    assert stored(first["key"]) != stored(second["key"])
    link = service.open_for(QueryToken("q", policy_no, "", "id"), policy_no, AT)
    assert link["version"] == 2


def test_a_version_that_was_overtaken_before_its_turn_still_gets_its_document() -> None:
    policy_no = number()
    take(policy(policy_no), policy(policy_no, 2, premium=1))
    service.render(policy_no, 1)
    document = policies.version(policy_no, 1)["document"]
    assert (document["status"], document["version"]) == ("ready", 1)


@pytest.mark.parametrize("language", ["en", "bilingual"])
def test_a_translation_is_made_on_demand_beside_the_original_which_stays_as_it_is(
    language: str,
) -> None:
    policy_no, original = rendered()
    token = QueryToken("q", policy_no, "", "id")
    queued()
    with pytest.raises(DocumentNotReadyError):
        service.open_for(token, policy_no, AT, language)
    (message,) = queued()
    assert message == {"policy_no": policy_no, "version": 1, "language": language}
    service.render(policy_no, 1, language=language)
    link = service.open_for(token, policy_no, AT, language)
    answer = requests.get(link["url"], timeout=10)
    assert hashlib.sha256(answer.content).hexdigest() == link["sha256"] != original["sha256"]
    assert urlparse(link["url"]).path.endswith(f"policies/4401/{policy_no}/1.{language}.pdf")
    assert f"{policy_no}-1.{language}.pdf" in answer.headers["Content-Disposition"]
    assert dict(policies.version(policy_no, 1)["document"]) == original
    assert service.genuine(link["sha256"])["genuine"] is True
    service.render(policy_no, 1, language=language)
    assert service.open_for(token, policy_no, AT, language)["sha256"] == link["sha256"]
    take(policy(policy_no, 2, premium=1), file="second")
    assert service.genuine(link["sha256"])["superseded"] is True


def test_a_translation_of_what_cannot_be_printed_is_not_queued() -> None:
    policy_no, _ = rendered(insured_name="甲\U00030100")
    queued()
    with pytest.raises(DocumentNotReadyError) as caught:
        service.open_for(QueryToken("q", policy_no, "", "id"), policy_no, AT, "en")
    assert caught.value.headers == {"Retry-After": "3600"}
    assert queued() == []
