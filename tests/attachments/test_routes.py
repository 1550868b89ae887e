"""From the signed form to received or rejected, and who gets to see what (C3)."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from chalicelib import clock, settings, validation
from chalicelib import events as handlers
from chalicelib.attachments import service
from chalicelib.claims import gathering
from chalicelib.errors import NotFoundError
from tests.attachments import files
from tests.claims.test_routes import PHONE, body, report, token
from tests.conftest import Aws
from tests.door import Door, Reply
from tests.policies.rows import number, policy, take

CONTEXT = SimpleNamespace(aws_request_id="test")
PHOTO = files.photo()


@pytest.fixture
def door(aws: Aws) -> Door:
    aws.empty()
    return Door()


@pytest.fixture
def claim(door: Door) -> tuple[str, str]:
    """A claim number and its reporter's token."""
    claim_no = door.post("/v1/claims", body(plate_no="粤A12345")).body["claim_no"]
    tracked = door.post("/v1/claims/track", {"claim_no": claim_no, "phone": PHONE})
    return claim_no, tracked.body["token"]


def invite(door: Door, claim: tuple[str, str], content: bytes = PHOTO, **more: Any) -> Reply:
    wanted = {"filename": "现场.jpg", "content_type": "image/jpeg", "size": len(content), **more}
    return door.post(f"/v1/claims/{claim[0]}/attachments", wanted, token=claim[1])


def upload(invited: Reply, content: bytes, **fields: str) -> int:
    """As a browser sends the form; the status of storage."""
    form = invited.body["upload"]
    sent = {**form["fields"], **fields}
    return requests.post(form["url"], data=sent, files={"file": content}, timeout=30).status_code


def arrived(invited: Reply, claim_no: str) -> dict[str, Any]:
    """The event that storage sends for the object."""
    key = f"arrived/{claim_no}/{invited.body['attachment_id']}"
    bucket = {"name": settings.get("UPLOADS_BUCKET")}
    return {"detail": {"bucket": bucket, "object": {"key": key}}}


def send(door: Door, claim: tuple[str, str], content: bytes = PHOTO, **more: Any) -> str:
    invited = invite(door, claim, content, **more)
    assert invited.status == 201
    assert upload(invited, content) == 204
    handlers.check_attachment(arrived(invited, claim[0]), CONTEXT)
    return str(invited.body["attachment_id"])


def shown(claim_no: str) -> list[dict[str, Any]]:
    return service.of(claim_no, "zh-CN", clock.now())


def test_a_photo_goes_to_storage_and_is_received_once_checked(
    door: Door, claim: tuple[str, str]
) -> None:
    invited = invite(door, claim)
    validation.validate("attachments/invitation", invited.body)
    assert [found["status"] for found in shown(claim[0])] == ["waiting"]
    assert upload(invited, PHOTO) == 204
    with pytest.raises(NotFoundError):
        service.link(claim[0], invited.body["attachment_id"], clock.now())
    handlers.check_attachment(arrived(invited, claim[0]), CONTEXT)
    (found,) = shown(claim[0])
    assert (found["status"], found["reason"]) == ("received", None)
    for small in (False, True):
        url = service.link(claim[0], found["attachment_id"], clock.now(), small=small)["url"]
        served = requests.get(url, timeout=30)
        assert served.headers["content-type"] == "image/jpeg"
        assert "attachment" in served.headers["content-disposition"]
        assert files.SERIAL.encode() not in served.content


def test_what_is_rejected_is_said_with_the_reason_in_the_readers_language(
    door: Door, claim: tuple[str, str]
) -> None:
    sent = send(door, claim, b"MZ" + bytes(500))
    (found,) = shown(claim[0])
    assert found["status"] == "rejected"
    assert found["reason"]["code"] == "not-this-type"
    (english,) = service.of(claim[0], "en", clock.now())
    assert english["reason"]["text"].startswith("The file is not of the type")
    with pytest.raises(NotFoundError):
        service.link(claim[0], sent, clock.now())


def test_the_form_takes_one_key_one_type_and_one_size(door: Door, claim: tuple[str, str]) -> None:
    invited = invite(door, claim)
    assert upload(invited, PHOTO + b"x") == 400
    assert upload(invited, PHOTO[:-1]) == 400
    assert upload(invited, PHOTO, **{"Content-Type": "text/html"}) == 403
    assert upload(invited, PHOTO, key="kept/other") == 403


def test_an_event_that_comes_again_or_late_changes_nothing(
    door: Door, claim: tuple[str, str]
) -> None:
    invited = invite(door, claim)
    upload(invited, PHOTO)
    event = arrived(invited, claim[0])
    handlers.check_attachment(event, CONTEXT)
    before = shown(claim[0])
    handlers.check_attachment(event, CONTEXT)
    handlers.check_attachment({"detail": {}}, CONTEXT)
    stranger = {**event["detail"], "object": {"key": f"arrived/{claim[0]}/nobody"}}
    handlers.check_attachment({"detail": stranger}, CONTEXT)
    assert shown(claim[0]) == before


def test_what_was_sent_a_second_time_to_the_same_form_does_not_replace_the_first(
    door: Door, claim: tuple[str, str]
) -> None:
    invited = invite(door, claim)
    upload(invited, PHOTO)
    handlers.check_attachment(arrived(invited, claim[0]), CONTEXT)
    kept = service.link(claim[0], invited.body["attachment_id"], clock.now())["url"]
    first = requests.get(kept, timeout=30).content
    assert upload(invited, bytes(len(PHOTO))) == 204
    handlers.check_attachment(arrived(invited, claim[0]), CONTEXT)
    assert requests.get(kept, timeout=30).content == first
    assert [found["status"] for found in shown(claim[0])] == ["received"]


def test_a_claim_takes_no_more_files_and_bytes_than_the_rule_says(
    door: Door, claim: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = {**validation.load("data/attachments")["versions"][0], "max_files": 2}
    monkeypatch.setattr(service, "_rule", lambda _: rule)
    assert [invite(door, claim).status for _ in range(3)] == [201, 201, 409]
    assert invite(door, claim).body["code"] == "too-many-attachments"
    later = clock.now() + timedelta(seconds=rule["upload_seconds"])
    assert service.of(claim[0], "zh-CN", later) == [], "an invitation that ran out takes no place"
    service.invite(claim[0], {"filename": "a", "content_type": "image/png", "size": 1}, "en", later)
    rule |= {"max_files": 9, "max_total_bytes": 2 * len(PHOTO)}
    assert invite(door, claim).status == 409
    rule |= {"max_total_bytes": 10**9, "max_invitations": 3}
    assert invite(door, claim).status == 409


@pytest.mark.parametrize(
    ("more", "status", "pointer"),
    [
        ({"content_type": "text/html"}, 400, "/content_type"),
        ({"size": 0}, 400, "/size"),
        ({"size": 20_000_001}, 413, None),
        ({"filename": ""}, 400, "/filename"),
        ({"extra": 1}, 400, "/extra"),
    ],
)
def test_what_the_rule_does_not_take_is_refused_before_anything_is_sent(
    door: Door, claim: tuple[str, str], more: dict[str, Any], status: int, pointer: str | None
) -> None:
    answer = invite(door, claim, **more)
    assert answer.status == status
    if pointer:
        assert [error["pointer"] for error in answer.body["errors"]] == [pointer]


def test_only_who_may_follow_a_claim_may_add_to_it(door: Door, claim: tuple[str, str]) -> None:
    other = door.post("/v1/claims", body(plate_no="粤A99999")).body["claim_no"]
    assert invite(door, (other, claim[1])).status == 404
    assert invite(door, (claim[0], "x")).status == 401


def test_the_file_name_stands_nowhere_but_sealed(
    aws: Aws, door: Door, claim: tuple[str, str]
) -> None:
    send(door, claim, filename="王芳的身份证.jpg")
    items = aws.resources.clients.dynamodb.scan(TableName=aws.name("AttachmentsTable"))["Items"]
    assert "王芳" not in str(items)
    objects = aws.resources.clients.s3.list_objects_v2(Bucket=aws.name("UploadsBucket"))
    assert "王芳" not in str(objects)
    (found,) = service.listed(claim[0], "zh-CN", clock.now())
    assert found["filename"] == "王芳的身份证.jpg"


def test_staff_see_names_and_open_what_was_received_on_record(
    aws: Aws, door: Door, staff_token: Callable[..., str]
) -> None:
    policy_no = number()
    take(policy(policy_no))
    bearer = token(door, policy_no)
    claim_no = report(door, bearer=bearer).body["claim_no"]
    sent = send(door, (claim_no, bearer), filename="现场.jpg")
    waiting = invite(door, (claim_no, bearer)).body["attachment_id"]
    handler = staff_token(["claims_handler"], "4401", department="理赔部")
    seen = door.get(f"/v1/staff/claims/{claim_no}", token=handler).body
    validation.validate("claims/staff_claim", seen)
    assert [one["filename"] for one in seen["attachments"]] == ["现场.jpg", "现场.jpg"]

    def look(attachment_id: str, by: str = handler, *, small: bool = True) -> Reply:
        path = f"/v1/staff/claims/{claim_no}/attachments/{attachment_id}/links"
        return door.post(path, {"purpose": "查勘定损", "small": small}, token=by)

    opened = look(sent)
    validation.validate("attachments/link", opened.body)
    assert requests.get(opened.body["url"], timeout=30).headers["content-type"] == "image/jpeg"
    whole = requests.get(look(sent, small=False).body["url"], timeout=30)
    assert len(whole.content) > len(requests.get(opened.body["url"], timeout=30).content)
    assert look(waiting).status == look("nothing").status == 404
    assert look(sent, staff_token(["claims_handler"], "4402", sub="S2")).status == 404
    assert look(sent, staff_token(["agent"], "4401", sub="S3")).status == 403
    recorded = aws.resources.clients.dynamodb.scan(TableName=aws.name("AuditTable"))["Items"]
    assert f"attachments/{sent}" in str(recorded)


def test_a_document_that_was_asked_for_counts_once_wherever_the_claim_is_shown(
    aws: Aws, door: Door
) -> None:
    policy_no = number()
    take(policy(policy_no))
    bearer = token(door, policy_no)
    claim_no = report(door, bearer=bearer).body["claim_no"]
    followed = door.get(f"/v1/claims/{claim_no}", token=bearer)
    wanted = followed.body["documents"]["wanted"]
    assert [one["name"] for one in wanted] == followed.body["documents"]["missing"]
    first = wanted[0]
    invited = invite(door, (claim_no, bearer), document=first["code"])
    upload(invited, PHOTO)
    for _ in range(2):
        with aws.guard.acting("check_attachment"):
            handlers.check_attachment(arrived(invited, claim_no), CONTEXT)
    asked = {"policy_no": policy_no, "id_no": "11010519491231002X"}
    (answered,) = door.post("/v1/queries", asked).body["claims"]
    again = door.get(f"/v1/claims/{claim_no}", token=bearer)
    for documents in (answered["documents"], again.body["documents"]):
        assert documents["received"] == [first["name"]]
        assert first not in documents["wanted"]
    assert again.headers["ETag"] != followed.headers["ETag"]
    log = gathering.load(claim_no).log
    assert [one.facts["documents"] for one in log if one.facts["kind"] == "documents"] == [
        [first["code"]]
    ]


def test_a_document_that_we_do_not_know_is_refused_by_name(
    door: Door, claim: tuple[str, str]
) -> None:
    refused = invite(door, claim, document="family_silver")
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (400, "/document")
