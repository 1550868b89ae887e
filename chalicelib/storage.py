"""Files of the documents bucket that are written once, and how they are handed out."""

import base64
import hashlib
from datetime import datetime
from typing import Any

from chalicelib import aws, settings


def put_once(
    key: str,
    content: bytes,
    content_type: str,
    *,
    locked_until: datetime | None = None,
    metadata: dict[str, str] | None = None,
) -> bool:
    """Stores a file where there is none; False if one stands there, which stays.

    Storage checks the bytes on arrival; until `locked_until` nobody can take them away.
    """
    more: dict[str, Any] = {"Metadata": metadata} if metadata else {}
    if locked_until is not None:
        more |= {"ObjectLockMode": "COMPLIANCE", "ObjectLockRetainUntilDate": locked_until}
    try:
        aws.client("s3").put_object(
            **place(key),
            Body=content,
            ContentType=content_type,
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
            IfNoneMatch="*",
            **more,
        )
    except aws.ClientError as error:
        if error.response["Error"]["Code"] != "PreconditionFailed":
            raise
        return False
    return True


def link(key: str, seconds: int) -> str:
    """An address that gives a file for so long."""
    address: str = aws.client("s3").generate_presigned_url(
        "get_object", Params=place(key), ExpiresIn=seconds
    )
    return address


def place(key: str) -> dict[str, str]:
    """How storage is told of a file of the documents bucket."""
    return {"Bucket": settings.get("DOCUMENTS_BUCKET"), "Key": key}
