"""A loss is reported on the running stack, the reporter gets a message and follows the claim."""

from infra.local.outside import OutsideStack


def test_a_report_is_taken_told_and_followed(stack: OutsideStack) -> None:
    report = {
        "plate_no": "粤A12345",
        "occurred_at": "2026-11-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "unknown",
        "description": "停车后发现车门凹陷",
        "reporter": {"name": "王芳", "phone": "13800138000", "relation": "driver"},
        "injured": "unknown",
    }
    taken = stack.post_json("/v1/claims", report)
    assert taken.status_code == 201, taken.text
    claim_no = taken.json()["claim_no"]
    assert stack.drain()
    messages = stack.get("/_local/outbox").json()["messages"]
    (told,) = [message for message in messages if claim_no in message["text"]]
    assert (told["to"], told["kind"]) == ("13800138000", "claim_reported")
    opened = stack.post_json("/v1/claims/track", {"claim_no": claim_no, "phone": "13800138000"})
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    followed = stack.get(f"/v1/claims/{claim_no}", headers=headers)
    assert followed.json()["timeline"][0]["stage"] == "reported"
    headers["If-None-Match"] = followed.headers["ETag"]
    assert stack.get(f"/v1/claims/{claim_no}", headers=headers).status_code == 304


def test_a_report_reaches_the_core_system_and_its_deadline_raises_an_alarm(
    stack: OutsideStack,
) -> None:
    report = {
        "plate_no": "粤A54321",
        "occurred_at": "2026-11-02T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "scratch",
        "description": "车门划痕",
        "reporter": {"name": "王芳", "phone": "13800138001", "relation": "driver"},
    }
    claim_no = stack.post_json("/v1/claims", report).json()["claim_no"]
    assert stack.drain()
    info = stack.get("/_local/info").json()
    bucket = info["buckets"]["documents"]
    found = stack.client("s3").list_objects_v2(Bucket=bucket, Prefix="outgoing/claims/")["Contents"]
    assert [one["Key"] for one in found if claim_no in one["Key"]]
    opened = stack.post_json("/v1/claims/track", {"claim_no": claim_no, "phone": "13800138001"})
    headers = {"Authorization": f"Bearer {opened.json()['token']}"}
    sent = stack.post_json(f"/v1/claims/{claim_no}/messages", {"text": "在吗?"}, headers=headers)
    assert sent.status_code == 201, sent.text
    at = "2027-01-31T00:00:00Z"
    watched = stack.post_json(f"/_local/schedules/watch_deadlines?at={at}", {}).json()
    assert claim_no in str(watched)
    fired = {one["name"]: one["state"] for one in stack.get("/_local/alarms").json()["alarms"]}
    assert fired["ClaimDeadlinesPassed"] == "ALARM"
