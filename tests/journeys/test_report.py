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
