"""Presigned POST forms, verified as S3 verifies them: signature, expiry, every condition, size.

Rules: Amazon S3 API reference, "Browser-based uploads using POST: creating a POST policy".
"""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from typing import Any

from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from werkzeug.datastructures import Headers as PartHeaders
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from infra.local.account import Account
from infra.local.presigned import (
    ALGORITHM,
    signature_does_not_match,
    signing_credentials,
    verify_credential,
)
from infra.local.s3_errors import S3RefusedError
from infra.local.wire import Request

FORM_LIMIT = 20_000  # bytes of all fields before the file, S3's own limit
IN_MEMORY = 1024 * 1024
_NEED_NO_CONDITION = frozenset({"x-amz-signature", "file", "policy", "bucket"})
_SIGNED = ("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature")


@dataclass(frozen=True)
class Sizes:
    """What content-length-range allows, in bytes."""

    least: int = 0
    most: int = 5 * 1024**3  # S3's own limit for one POST


def is_form(request: Request) -> bool:
    """Whether this is an upload from a form."""
    kind = request.headers.get("content-type").lower()
    return request.method == "POST" and kind.startswith("multipart/form-data")


async def verify(
    request: Request,
    bucket: str,
    account: Account,
    now: datetime,
    spool: SpooledTemporaryFile[bytes],
) -> None:
    """Copies the form to `spool` while it comes; S3RefusedError as soon as it breaks its policy."""
    _, options = parse_options_header(request.headers.get("content-type"))
    decoder = MultipartDecoder(options.get("boundary", "").encode(), max_form_memory_size=None)
    form = _Form(bucket, account, now)
    async for piece in request.body:
        spool.write(piece)
        decoder.receive_data(piece)
        try:
            while not isinstance(event := decoder.next_event(), NeedData | Epilogue):
                form.take(event)
        except ValueError:
            raise _malformed("The body of your POST request is not well-formed.") from None
    form.end()


class _Form:
    """The fields as they come; judged when the file begins, its size while it flows."""

    def __init__(self, bucket: str, account: Account, now: datetime) -> None:
        self._account = account
        self._now = now
        self._fields: dict[str, str] = {"bucket": bucket}
        self._name: str | None = None
        self._raw = bytearray()
        self._sizes: Sizes | None = None
        self._size = 0

    def take(self, event: Any) -> None:
        if isinstance(event, Field | File):
            self._name = event.name.lower()
            if isinstance(event, File) or self._name == "file":
                self._begin_file(event.headers, getattr(event, "filename", "") or "")
        elif isinstance(event, Data) and self._sizes:
            self._count(len(event.data))
        elif isinstance(event, Data) and self._name:
            self._raw += event.data
            if len(self._raw) > FORM_LIMIT:
                raise _malformed("The pre-file section exceeds the maximum length.")
            if not event.more_data:
                self._fields[self._name] = self._raw.decode("utf-8", "replace")
                self._raw.clear()

    def end(self) -> None:
        if self._sizes is None:
            raise S3RefusedError(
                400, "InvalidArgument", "POST requires exactly one file upload per request."
            )
        if self._size < self._sizes.least:
            raise S3RefusedError(
                400,
                "EntityTooSmall",
                "Your proposed upload is smaller than the minimum allowed size",
                {"ProposedSize": str(self._size), "MinSizeAllowed": str(self._sizes.least)},
            )

    def _begin_file(self, _: PartHeaders, file_name: str) -> None:
        if self._sizes:
            raise S3RefusedError(
                400, "InvalidArgument", "POST requires exactly one file upload per request."
            )
        if "key" not in self._fields:
            raise S3RefusedError(
                400, "InvalidArgument", "Bucket POST must contain a field named 'key'."
            )
        self._fields["key"] = self._fields["key"].replace("${filename}", file_name)
        self._sizes = _judged(self._fields, self._account, self._now)

    def _count(self, size: int) -> None:
        self._size += size
        if self._sizes and self._size > self._sizes.most:
            raise S3RefusedError(
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size",
                {"ProposedSize": str(self._size), "MaxSizeAllowed": str(self._sizes.most)},
            )


def _judged(fields: Mapping[str, str], account: Account, now: datetime) -> Sizes:
    if "policy" not in fields:
        raise S3RefusedError(403, "AccessDenied", "Access Denied")
    missing = [name for name in _SIGNED if name not in fields]
    if missing or fields["x-amz-algorithm"] != ALGORITHM:
        raise S3RefusedError(
            400, "InvalidArgument", f"Bucket POST must contain a field named '{missing[:1]}'."
        )
    verify_credential(
        fields["x-amz-credential"],
        fields["x-amz-date"],
        fields.get("x-amz-security-token", ""),
        account,
    )
    signer = S3SigV4PostAuth(signing_credentials(account), "s3", account.region)
    again = AWSRequest(method="POST")
    again.context["timestamp"] = fields["x-amz-date"]
    given = fields["x-amz-signature"].encode("ascii", "replace").decode()
    if not hmac.compare_digest(str(signer.signature(fields["policy"], again)), given):
        raise signature_does_not_match()
    return _meets(_policy(fields["policy"]), fields, now)


def _policy(encoded: str) -> dict[str, Any]:
    try:
        policy = json.loads(base64.b64decode(encoded, validate=True))
        policy["expires"] = datetime.fromisoformat(policy["expiration"]).astimezone(UTC)
        policy["conditions"] = list(policy["conditions"])
    except (ValueError, KeyError, TypeError):
        raise S3RefusedError(
            400, "InvalidPolicyDocument", "Invalid Policy: Invalid JSON."
        ) from None
    return dict(policy)


def _meets(policy: Mapping[str, Any], fields: Mapping[str, str], now: datetime) -> Sizes:
    """The sizes allowed, once the policy is in time and each of its conditions holds."""
    if now > policy["expires"]:
        raise _denied("Policy expired.")
    sizes = Sizes()
    covered = set(_NEED_NO_CONDITION)
    for condition in policy["conditions"]:
        for kind, name, value in _normalised(condition):
            if kind == "content-length-range":
                sizes = Sizes(int(name), int(value))
                continue
            field = name.removeprefix("$").lower()
            covered.add(field)
            given = fields.get(field, "")
            holds = given.startswith(value) if kind == "starts-with" else given == value
            if not holds:
                raise _denied(f"Policy Condition failed: {json.dumps([kind, '$' + field, value])}")
    extra = [name for name in fields if name not in covered and not name.startswith("x-ignore-")]
    if extra:
        raise _denied(f"Extra input fields: {', '.join(sorted(extra))}")
    return sizes


def _normalised(condition: Any) -> list[tuple[str, str, str]]:
    if isinstance(condition, dict):
        return [("eq", name, str(value)) for name, value in condition.items()]
    kind, name, value = condition
    return [(str(kind).lower(), str(name), str(value))]


def _denied(reason: str) -> S3RefusedError:
    return S3RefusedError(403, "AccessDenied", f"Invalid according to Policy: {reason}")


def _malformed(message: str) -> S3RefusedError:
    return S3RefusedError(400, "MalformedPOSTRequest", message)
