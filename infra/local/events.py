"""The events that EventBridge delivers, in AWS's shape: storage events and schedules.

Shapes: Amazon S3 user guide, "EventBridge event message structure"; EventBridge user guide,
"Scheduled Event".
"""

import itertools
import secrets
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_sequence = itertools.count(1)


def storage_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """moto's S3 event with what moto leaves constant or spells otherwise.

    moto gives every event one id and one sequencer, "eTag" for "etag", and always the same
    reason; other events than S3's get a fresh id only.
    """
    fresh = {**event, "id": str(uuid.uuid4())}
    if event.get("source") != "aws.s3":
        return fresh
    detail = dict(event["detail"])
    found = dict(detail["object"])
    etag = found.pop("eTag")
    version = found.pop("version-id", "null")
    detail["object"] = {
        "key": found["key"],
        "size": found["size"],
        "etag": etag,
        # only objects of a versioned bucket have one
        **({} if version == "null" else {"version-id": version}),
        "sequencer": f"{time.time_ns() // 1000:014X}{next(_sequence) % 65536:04X}",
    }
    if event["detail-type"] == "Object Created":
        # the digest of several parts says how many they were
        detail["reason"] = "CompleteMultipartUpload" if "-" in etag else "PutObject"
    detail["request-id"] = secrets.token_hex(8).upper()
    detail["requester"] = event["account"]
    detail["source-ip-address"] = "127.0.0.1"
    return {**fresh, "detail": detail}


def scheduled_event(at: datetime, *, region: str, account_id: str, rule_arn: str) -> dict[str, Any]:
    """What a rule by time sends; `time` in whole seconds, UTC."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account_id,
        "time": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [rule_arn],
        "detail": {},
    }


def queue_record(message: Mapping[str, Any], *, arn: str, region: str) -> dict[str, Any]:
    """One record of the event that Lambda makes of a received SQS message."""
    attributes = {
        name: {
            **({"stringValue": value["StringValue"]} if "StringValue" in value else {}),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": region,
    }
