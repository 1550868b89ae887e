"""The ways out: an SMS gateway over HTTP with signed requests, SNS, SES; chosen by parameter."""

import base64
import hashlib
import hmac
import json
from functools import cache

import urllib3

from chalicelib import aws, clock, settings
from chalicelib.observability import logger

SIGNED = "CHABAO-HMAC-SHA256"
"""Scheme of the Authorization header; docs/notifications.md says what is signed."""
TIMEOUT = urllib3.Timeout(connect=3, read=10)


class DeliveryError(Exception):
    """When a message did not leave. `final`: another try would fail the same way."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


def ready(channel: str) -> bool:
    """Whether this deployment has a way out for the channel."""
    if channel == "email":
        return bool(settings.optional("MAIL_SENDER"))
    return settings.get("SMS_ADAPTER") == "sns" or bool(settings.optional("SMS_GATEWAY_URL"))


def send(channel: str, message_id: str, to: str, subject: str, body: str) -> None:
    """Hands the message over; the id lets a gateway drop what it has had already."""
    if channel == "email":
        _by_ses(to, subject, body)
    elif settings.get("SMS_ADAPTER") == "sns":
        _by_sns(to, body)
    else:
        _by_gateway(message_id, to, body)


def signature(key: bytes, timestamp: str, message_id: str, payload: bytes) -> str:
    """HMAC-SHA256, base64, over timestamp, message id and SHA-256 of the body, a line each."""
    signed = f"{timestamp}\n{message_id}\n{hashlib.sha256(payload).hexdigest()}"
    return base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()


def _by_gateway(message_id: str, to: str, body: str) -> None:
    content = {"message_id": message_id, "to": to, "text": body}
    payload = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    timestamp = str(int(clock.now().timestamp()))
    signed = signature(_gateway_key(), timestamp, message_id, payload)
    try:
        answer = _pool().request(
            "POST",
            settings.get("SMS_GATEWAY_URL"),
            body=payload,
            headers={
                "Authorization": f"{SIGNED} Signature={signed}",
                "Content-Type": "application/json",
                "Idempotency-Key": message_id,
                "X-Timestamp": timestamp,
            },
            timeout=TIMEOUT,
            retries=False,
            redirect=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise DeliveryError("gateway-unreachable") from error
    if answer.status >= 300:
        # What the gateway says of the request itself (a number that does not exist) stays so;
        # too many requests, a wrong clock or key, and its own failures may pass.
        final = answer.status in (400, 404, 410, 422)
        raise DeliveryError(f"gateway-{answer.status}", final=final)


def _by_sns(to: str, body: str) -> None:
    number = to if to.startswith("+") else f"+86{to}"
    _call("sns", "publish", PhoneNumber=number, Message=body)


def _by_ses(to: str, subject: str, body: str) -> None:
    words = {
        "Subject": {"Data": subject, "Charset": "UTF-8"},
        "Body": {"Text": {"Data": body, "Charset": "UTF-8"}},
    }
    _call(
        "sesv2",
        "send_email",
        FromEmailAddress=settings.get("MAIL_SENDER"),
        Destination={"ToAddresses": [to]},
        Content={"Simple": words},
    )


def _call(service: str, operation: str, **arguments: object) -> None:
    """A call of AWS; what went wrong is named by its code, its message may hold the number."""
    client = aws.client(service)
    try:
        getattr(client, operation)(**arguments)
    except aws.ClientError as error:
        code = str(error.response["Error"]["Code"])
        logger.info("service refused a message", service=service, reason=code)
        final = code in ("InvalidParameter", "InvalidParameterValue", "MessageRejected")
        raise DeliveryError(f"{service}-{code}", final=final) from None
    except aws.BotoCoreError:
        raise DeliveryError(f"{service}-unreachable") from None


@cache
def _gateway_key() -> bytes:
    stored = aws.client("secretsmanager").get_secret_value(SecretId=settings.get("SMS_SECRET_ID"))
    return str(stored["SecretString"]).encode()


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(maxsize=2)
