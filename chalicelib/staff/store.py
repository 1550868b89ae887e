"""What the service itself knows of a member of staff: undertaking, leaving, exceptions."""

from collections.abc import Iterable

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action

from chalicelib.tables import ITEM_SCHEMA, CompactJSONAttribute, StoredModel, TableMeta, TableName


class StaffItem(StoredModel):
    """Facts that no token carries, by subject. Names and roles stay with the identity provider."""

    class Meta(TableMeta):
        table_name = TableName("STAFF_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    undertaking_at = UnicodeAttribute(null=True)
    left_at = UnicodeAttribute(null=True)
    reinstated_by = UnicodeAttribute(null=True)
    """The approval that let a leaver in again."""
    exceptions = CompactJSONAttribute(null=True)
    """`[{"organisation", "from", "until", "approval_id"}]`, days in Shanghai, the last included."""
    away = CompactJSONAttribute(null=True)
    """`[{"from", "until", "stand_in"}]`, days in Shanghai, the last included."""
    revision = NumberAttribute(default=0)
    """One more with every change of exceptions and absences."""


def get(subject: str) -> StaffItem | None:
    """As it stands at this moment, not as it stood: a leaver is out at once."""
    return StaffItem.standing(subject)


def some(subjects: Iterable[str]) -> list[StaffItem]:
    """Those who are known of the subjects."""
    return list(StaffItem.batch_get(list(subjects), consistent_read=True))


def note(subject: str, *, undertaking_at: str | None = None, left_at: str | None = None) -> None:
    """Notes what is given; what is not given stays."""
    given = ((StaffItem.undertaking_at, undertaking_at), (StaffItem.left_at, left_at))
    actions: list[Action] = [name.set(value) for name, value in given if value is not None]
    StaffItem(subject).update(actions=actions)


def except_(subject: str, before: StaffItem | None, exceptions: list[dict[str, str]]) -> bool:
    """Replaces the exceptions that were read; False if somebody changed them meanwhile."""
    return _replace(subject, before, StaffItem.exceptions.set(exceptions))


def absent(subject: str, before: StaffItem | None, away: list[dict[str, str | None]]) -> bool:
    """Replaces the absences that were read; False if somebody changed them meanwhile."""
    return _replace(subject, before, StaffItem.away.set(away))


def reinstate(subject: str, left_at: str, undertaking_at: str, approval_id: str) -> bool:
    """Lets a leaver in again, once; False if he has left once more since that was asked for."""
    actions: list[Action] = [
        StaffItem.left_at.remove(),
        StaffItem.exceptions.remove(),
        StaffItem.undertaking_at.set(undertaking_at),
        StaffItem.reinstated_by.set(approval_id),
    ]
    if StaffItem(subject).change_if(actions, StaffItem.left_at == left_at):
        return True
    standing = get(subject)
    return standing is not None and standing.reinstated_by == approval_id


def _replace(subject: str, before: StaffItem | None, action: Action) -> bool:
    revision = before.revision if before else 0
    unchanged = StaffItem.revision == revision
    return StaffItem(subject).change_if(
        [action, StaffItem.revision.set(revision + 1)],
        unchanged if revision else StaffItem.revision.does_not_exist() | unchanged,
    )
