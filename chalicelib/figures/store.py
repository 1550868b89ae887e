"""Roll-ups in DynamoDB: whatever was made stays; `current` says which of a day's is the newest.

`days/<yyyy>` holds `<day>`: what the newest roll-up of the day is made of. `rows/<day>/<name>`
holds its rows, unit by unit, `claims/<day>/<name>` those of losses reported, and
`objections/<day>/<name>` what happened to objections, where `name` is the revision with its
digest: another result never takes the place of a former one. `made/<day>` holds what each was made
of, `objections/<yyyy>` the days on which anything happened to one, `directory/<sha256>` the
organisations as they stood on the days that name it.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from pynamodb.attributes import BinaryAttribute, NumberAttribute

from chalicelib import tables
from chalicelib.tables import CompactJSONAttribute, KeyedModel, TableMeta, TableName

ROWS_PER_ITEM = 4_000
"""An item holds 400 KB; a row is 100 bytes and packs to a tenth."""


class FigureItem(KeyedModel):
    """What a day's roll-up is made of (`facts`), or some of its rows (`packed`)."""

    class Meta(TableMeta):
        table_name = TableName("FIGURES_TABLE")

    revision = NumberAttribute(null=True)
    facts = CompactJSONAttribute(null=True)
    packed = BinaryAttribute(legacy_encoding=False, null=True)
    """JSON, deflated."""


def current(day: str) -> dict[str, Any] | None:
    """What the newest roll-up of a day is made of; None if there is none."""
    found = FigureItem.standing(f"days/{day[:4]}", day)
    if found is None:
        return None
    facts: dict[str, Any] = found.facts
    return facts


def made(day: str, name: str) -> dict[str, Any]:
    """What a roll-up of a day was made of, the newest or a former one."""
    facts: dict[str, Any] = FigureItem.get(f"made/{day}", name, consistent_read=True).facts
    return facts


def between(first: str, last: str) -> dict[str, dict[str, Any]]:
    """The same of all days from first to last that have one."""
    found: dict[str, dict[str, Any]] = {}
    for year in range(int(first[:4]), int(last[:4]) + 1):
        within = FigureItem.sk.between(first, last)
        for item in FigureItem.query(f"days/{year}", within, consistent_read=True):
            found[item.sk] = item.facts
    return found


def rows(day: str, name: str, unit: str | None = None) -> Iterator[tuple[str, list[Any]]]:
    """Unit and rows of a roll-up, in parts; of one unit where it is named."""
    within = None if unit is None else FigureItem.sk.startswith(f"{unit}/")
    for item in FigureItem.query(f"rows/{day}/{name}", within, consistent_read=True):
        yield item.sk.rpartition("/")[0], _unpack(item.packed)


def happened(day: str, name: str) -> list[Any]:
    """What happened to objections, by a roll-up."""
    found = FigureItem.query(f"objections/{day}/{name}", consistent_read=True)
    return [entry for item in found for entry in _unpack(item.packed)]


def reported(day: str, name: str) -> Iterator[tuple[str, list[Any]]]:
    """Unit and rows of losses reported, by a roll-up, in parts."""
    for item in FigureItem.query(f"claims/{day}/{name}", consistent_read=True):
        yield item.sk.rpartition("/")[0], _unpack(item.packed)


def days_with_objections(first_year: int, before: str) -> list[str]:
    """Days before this one on which anything happened to an objection, the oldest first."""
    return [
        item.sk
        for year in range(first_year, int(before[:4]) + 1)
        for item in FigureItem.query(
            f"objections/{year}", FigureItem.sk < before, consistent_read=True
        )
    ]


def directory(sha256: str) -> dict[str, Any]:
    """The organisations that a digest stands for."""
    found: dict[str, Any] = {}
    for item in FigureItem.query(f"directory/{sha256}", consistent_read=True):
        found |= dict(_unpack(item.packed))
    return found


def keep_directory(sha256: str, entries: Mapping[str, Any]) -> None:
    """Keeps organisations under their digest: whoever comes second writes the same."""
    if FigureItem.standing(f"directory/{sha256}", "0000") is None:
        parts = list(batched(sorted(entries.items()), ROWS_PER_ITEM)) or [()]
        with FigureItem.batch_write() as batch:
            # The first part last: where it stands, all do.
            for place, part in reversed(list(enumerate(parts))):
                batch.save(
                    FigureItem(f"directory/{sha256}", f"{place:04d}", packed=_pack(list(part)))
                )


def keep(
    day: str,
    name: str,
    units: Mapping[str, Sequence[Any]],
    objections: Sequence[Any],
    facts: dict[str, Any],
    reported: Mapping[str, Sequence[Any]] | None = None,
) -> bool:
    """Keeps a roll-up, then names it the newest; False if another became that meanwhile."""
    with FigureItem.batch_write() as batch:
        batch.save(FigureItem(f"made/{day}", name, facts=facts))
        for kind, rows in (("rows", units), ("claims", reported or {})):
            for unit, found in rows.items():
                for place, part in enumerate(batched(found, ROWS_PER_ITEM)):
                    key = f"{unit}/{place:04d}"
                    packed = _pack(list(part))
                    batch.save(FigureItem(f"{kind}/{day}/{name}", key, packed=packed))
        for place, part in enumerate(batched(objections, ROWS_PER_ITEM)):
            key = f"objections/{day}/{name}"
            batch.save(FigureItem(key, f"{place:04d}", packed=_pack(list(part))))
    revision = int(facts["revision"])
    newest = FigureItem(f"days/{day[:4]}", day, revision=revision, facts=facts)
    absent = FigureItem.pk.does_not_exist()
    condition: Any = FigureItem.revision == revision - 1 if revision > 1 else absent
    with tables.Together() as transaction:
        transaction.save(newest, condition=condition)
        if objections:
            transaction.save(FigureItem(f"objections/{day[:4]}", day))
    return transaction.done


def _pack(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(text.encode(), 6)


def _unpack(packed: bytes) -> list[Any]:
    found: list[Any] = json.loads(zlib.decompress(packed))
    return found
