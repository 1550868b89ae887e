"""An SMS gateway that sends nothing: it checks what a real one would and shows what came."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from infra.local.resources import Resources

SCHEME = "CHABAO-HMAC-SHA256 Signature="


class SmsGateway:
    """Takes signed requests; the same message twice is one message, as gateways have it."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._taken: dict[str, dict[str, Any]] = {}

    def take(self, headers: Mapping[str, str], payload: bytes) -> int:
        """The HTTP status: 200, or 401 for a signature that does not fit."""
        message_id, timestamp = headers["idempotency-key"], headers["x-timestamp"]
        signed = f"{timestamp}\n{message_id}\n{hashlib.sha256(payload).hexdigest()}"
        digest = hmac.digest(self._key(), signed.encode(), hashlib.sha256)
        wanted = SCHEME + base64.b64encode(digest).decode()
        if not hmac.compare_digest(headers["authorization"], wanted):
            return 401
        seen = self._taken.get(message_id, {}).get("deliveries", 0)
        self._taken[message_id] = {**json.loads(payload), "deliveries": seen + 1}
        return 200

    def outbox(self) -> dict[str, Any]:
        """What GET /_local/outbox answers: what was sent, and what waits for its hour."""
        table = self._resources.physical("OutboxTable").ref
        pages = self._resources.clients.dynamodb.get_paginator("scan").paginate(TableName=table)
        items = [item for page in pages for item in page["Items"] if "facts" in item]
        facts = {i["pk"]["S"].removeprefix("message/"): json.loads(i["facts"]["S"]) for i in items}
        waiting = [
            {
                "message_id": item["pk"]["S"].removeprefix("message/"),
                "kind": json.loads(item["facts"]["S"])["kind"],
                "due_at": item["due_at"]["S"],
                "reason": item.get("reason", {}).get("S"),
            }
            for item in items
            if "waiting" in item
        ]
        return {
            "messages": [
                {**message, "kind": facts.get(message_id, {}).get("kind"), "channel": "sms"}
                for message_id, message in self._taken.items()
            ],
            "waiting": waiting,
        }

    def _key(self) -> bytes:
        secret = self._resources.physical("SmsGatewaySecret").ref
        stored = self._resources.clients.secretsmanager.get_secret_value(SecretId=secret)
        return str(stored["SecretString"]).encode()
