"""What the service itself knows of a member of staff: undertaking and leaving, one item each."""

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.tables import ITEM_SCHEMA, TableMeta, TableName


class StaffItem(Model):
    """Facts that no token carries, by subject. Names and roles stay with the identity provider."""

    class Meta(TableMeta):
        table_name = TableName("STAFF_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    undertaking_at = UnicodeAttribute(null=True)
    left_at = UnicodeAttribute(null=True)


def get(subject: str) -> StaffItem | None:
    """As it stands at this moment, not as it stood: a leaver is out at once."""
    try:
        return StaffItem.get(subject, consistent_read=True)
    except DoesNotExist:
        return None


def note(subject: str, *, undertaking_at: str | None = None, left_at: str | None = None) -> None:
    """Notes what is given; what is not given stays."""
    given = ((StaffItem.undertaking_at, undertaking_at), (StaffItem.left_at, left_at))
    actions: list[Action] = [name.set(value) for name, value in given if value is not None]
    StaffItem(subject).update(actions=actions)
