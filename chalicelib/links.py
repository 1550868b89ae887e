"""Links into storage: for a minute, to one object and one version of it, read only."""

from datetime import datetime
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from chalicelib import aws, settings

LINK_SECONDS = 60


class Standing(NamedTuple):
    """An object of the documents bucket as it stands: what a link is bound to."""

    key: str
    version_id: str
    size: int
    stored_at: datetime
    content_type: str
    metadata: dict[str, str]

    @property
    def rows(self) -> int:
        """How many rows leave the house with it: 1 unless whoever stored it said otherwise."""
        return int(self.metadata.get("rows", 1))


def standing(key: str) -> Standing | None:
    """The newest version under a key, None if nothing stands there."""
    try:
        found = aws.client("s3").head_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
            raise
        return None
    return Standing(
        key,
        found["VersionId"],
        found["ContentLength"],
        found["LastModified"],
        found["ContentType"],
        found["Metadata"],
    )


def signed(found: Standing) -> str:
    """An address of that very version for LINK_SECONDS.

    Whoever has it may read what it leads to: it is made only once its giving is on record.
    """
    name = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in found.key)
    parameters: dict[str, Any] = {
        "Bucket": settings.get("DOCUMENTS_BUCKET"),
        "Key": found.key,
        "VersionId": found.version_id,
        "ResponseCacheControl": "no-store",
        "ResponseContentDisposition": f'attachment; filename="{name}"',
        "ResponseContentType": found.content_type,
    }
    address: str = aws.client("s3").generate_presigned_url(
        "get_object", Params=parameters, ExpiresIn=LINK_SECONDS
    )
    return address
