"""On the running stack, a request is found again by its id in every function that it set going."""

import json
import uuid
from pathlib import Path
from typing import Any

from infra.local.outside import OutsideStack

LOSS = {
    "occurred_at": "2026-10-01T08:30:00+08:00",
    "place": "天河路385号",
    "cause": "collision",
    "description": "追尾",
    "plate_no": "粤A12345",
    "reporter": {"name": "王芳", "phone": "13800138000", "relation": "insured"},
}


def lines(stack: OutsideStack, request_id: str) -> set[tuple[str, str]]:
    """Function and message of every log line with that id."""
    found: set[tuple[str, str]] = set()
    for path in Path(stack.info["logs"]).glob("*.log"):
        for text in path.read_text("utf-8").splitlines():
            if request_id in text and text.startswith("{"):
                line: dict[str, Any] = json.loads(text)
                found.add((line["function"], line["message"]))
    return found


def test_a_report_is_followed_from_the_browser_s_header_to_the_core_system_and_the_message(
    stack: OutsideStack,
) -> None:
    request_id = str(uuid.uuid4())
    taken = stack.post_json("/v1/claims", LOSS, headers={"X-Request-Id": request_id})
    assert (taken.status_code, taken.headers["X-Request-Id"]) == (201, request_id)
    assert stack.drain()
    assert lines(stack, request_id) >= {
        ("hand_out_report", "report handed out"),
        ("send_message", "message was settled"),
    }


def test_a_file_is_followed_from_its_event_to_the_documents_of_its_rows(
    stack: OutsideStack,
) -> None:
    begun = [
        json.loads(text)
        for path in Path(stack.info["logs"]).glob("import_file*.log")
        for text in path.read_text("utf-8").splitlines()
        if '"import planned"' in text
    ]
    ids = {line["request_id"] for line in begun if line["import_id"].startswith("policies/")}
    found = {entry for request_id in ids for entry in lines(stack, request_id)}
    assert {("import_rows", "import finished"), ("render_document", "document made")} <= found
