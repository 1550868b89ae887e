"""Attachments in DynamoDB and in the uploads bucket; keys hold owners and chance alone.

Attachments of one owner (a claim's number, `objections/<number>`) stand together: `total` counts
what was asked for, `file/<id>` is one of them. In the bucket `arrived/<owner>/<id>` is what came,
as it came; `kept/…` is what was made of it and may be served, `thumbnails/…` a small picture of it.
"""

from typing import Any, NamedTuple

from pynamodb.attributes import NumberAttribute

from chalicelib import aws, settings, tables
from chalicelib.tables import FactsModel, TableMeta, TableName

ARRIVED, KEPT, THUMBNAILS = "arrived", "kept", "thumbnails"
FILE = "file/"
TOTAL = "total"
LINK_SECONDS = 60


class AttachmentItem(FactsModel):
    """One attachment or the owner's total: open facts, the file's name sealed."""

    class Meta(TableMeta):
        table_name = TableName("ATTACHMENTS_TABLE")

    version = NumberAttribute()


class Arrival(NamedTuple):
    """An object of the uploads bucket, in the version that an event names."""

    owner: str
    attachment_id: str
    version: str | None


def get(owner: str, sort_key: str) -> AttachmentItem | None:
    """One item as it stands now."""
    return AttachmentItem.standing(owner, sort_key)


def of(owner: str) -> list[AttachmentItem]:
    """The total, where there is one, and every attachment of an owner: one read."""
    return list(AttachmentItem.query(owner, consistent_read=True))


def add(item: AttachmentItem, total: AttachmentItem) -> bool:
    """Stores a new attachment with the owner's new total; False if another one came first."""
    before = int(total.version) - 1
    absent = AttachmentItem.pk.does_not_exist()
    unchanged: Any = AttachmentItem.version == before if before else absent
    with tables.Together() as transaction:
        transaction.save(item, condition=absent)
        transaction.save(total, condition=unchanged)
    return transaction.done


def replace(item: AttachmentItem, **changes: Any) -> bool:
    """Changes an item that is still as it was read, None takes away; False if it is not."""
    actions: list[Any] = [
        getattr(AttachmentItem, name).remove()
        if new is None
        else getattr(AttachmentItem, name).set(new)
        for name, new in changes.items()
    ]
    actions.append(AttachmentItem.version.set(int(item.version) + 1))
    with tables.Together() as transaction:
        transaction.update(
            item, actions=actions, condition=AttachmentItem.version == int(item.version)
        )
    return transaction.done


def arrival(key: str, version: str | None) -> Arrival | None:
    """What an object's key says; None for what is no upload of a customer."""
    place, _, rest = key.partition("/")
    owner, _, attachment_id = rest.rpartition("/")
    if place != ARRIVED or not owner:
        return None
    return Arrival(owner, attachment_id, version)


def form(
    owner: str, attachment_id: str, content_type: str, size: int, seconds: int
) -> dict[str, Any]:
    """A signed form (`url`, `fields`) for exactly this key, type and number of bytes."""
    given = {"Content-Type": content_type}
    signed: dict[str, Any] = aws.client("s3").generate_presigned_post(
        Bucket=settings.get("UPLOADS_BUCKET"),
        Key=f"{ARRIVED}/{owner}/{attachment_id}",
        Fields=given,
        Conditions=[given, ["content-length-range", size, size]],
        ExpiresIn=seconds,
    )
    return signed


def read(arrived: Arrival, limit: int) -> bytes:
    """What came, `limit` bytes and one at most."""
    version = {"VersionId": arrived.version} if arrived.version else {}
    answer = aws.client("s3").get_object(**_arrived(arrived), **version)
    content: bytes = answer["Body"].read(limit + 1)
    return content


def keep(arrived: Arrival, content: bytes, content_type: str, thumbnail: bytes | None) -> None:
    """Puts what may be served beside what came."""
    made = [(KEPT, content, content_type)]
    if thumbnail is not None:
        made.append((THUMBNAILS, thumbnail, "image/jpeg"))
    for place, body, kind in made:
        aws.client("s3").put_object(
            Bucket=settings.get("UPLOADS_BUCKET"),
            Key=f"{place}/{arrived.owner}/{arrived.attachment_id}",
            Body=body,
            ContentType=kind,
        )


def mark_checked(arrived: Arrival) -> None:
    """Marks what came for the bucket's own rule, which deletes it: it may say where one lives."""
    version = {"VersionId": arrived.version} if arrived.version else {}
    tags = {"TagSet": [{"Key": "checked", "Value": "yes"}]}
    aws.client("s3").put_object_tagging(**_arrived(arrived), **version, Tagging=tags)


def link(place: str, owner: str, attachment_id: str, content_type: str) -> str:
    """A signed address of what is kept, for LINK_SECONDS; it carries no name of anybody."""
    ending = content_type.rpartition("/")[2]
    address: str = aws.client("s3").generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings.get("UPLOADS_BUCKET"),
            "Key": f"{place}/{owner}/{attachment_id}",
            "ResponseCacheControl": "no-store",
            # Never shown as a page of our address, whatever somebody got through the checks.
            "ResponseContentDisposition": f'attachment; filename="{attachment_id}.{ending}"',
            "ResponseContentType": content_type,
        },
        ExpiresIn=LINK_SECONDS,
    )
    return address


def _arrived(arrived: Arrival) -> dict[str, str]:
    return {
        "Bucket": settings.get("UPLOADS_BUCKET"),
        "Key": f"{ARRIVED}/{arrived.owner}/{arrived.attachment_id}",
    }
