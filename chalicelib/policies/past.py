"""What parts said before: every value that rows replaced, with the row that brought it (I5).

It stands under `replaced/<key of the part>/…`, one item for each row that replaced something, and
is told in the order of files and lines, whatever was worked on first (docs/decisions/0058).
"""

from collections.abc import Collection, Mapping
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple

from chalicelib import sealing
from chalicelib.origins import Origin, Run, Said, as_said, insert, is_late, newest, runs_of
from chalicelib.policies import store
from chalicelib.policies.items import REPLACED, PartItem, PolicyItem, past_key

_PREFIX = "current/"


class Replaced(NamedTuple):
    """What a row replaced: the part's key, the values of before and which row brought each."""

    key: str
    values: dict[str, Any]
    brought: dict[str, Origin]
    by: Origin


def of(policy_no: str, limit: int) -> list[Replaced]:
    """What was replaced of the parts of a policy, at most `limit`, in the order of rows."""
    found = []
    for item in store.past(policy_no, limit):
        cells = _cells(item)
        key = item.sk.removeprefix(REPLACED).rpartition("/")[0]
        values = {name: run.value for name, run in cells.items()}
        brought = {name: run.first for name, run in cells.items()}
        found.append(Replaced(key, values, brought, _own(item)))
    return sorted(found, key=lambda one: one.by.place)


class Told:
    """A part cell by cell, as rows tell it."""

    def __init__(self, key: tuple[str, str], item: PartItem | None) -> None:
        self.key = key
        self.changed = False
        self._runs = {} if item is None else {n: [run] for n, run in _cells(item).items()}
        # What was replaced is read only when a row comes too late to be added at the end.
        self._unread = item is not None
        self._there: dict[str, dict[str, Run]] = {}

    @property
    def content(self) -> dict[str, Any]:
        """What is known of it now."""
        return {name: runs[-1].value for name, runs in self._runs.items()}

    def add(self, row: Mapping[str, Any], origin: Origin) -> str:
        """Adds a row: `accepted` if it brought anything in the order of rows, or `unchanged`."""
        standing = [self._runs[name][-1] for name in row if name in self._runs]
        if self._unread and is_late(standing, origin):
            self._read()
        for name, value in row.items():
            before = self._runs.get(name, [])
            after = insert(before, value, origin)
            self.changed |= after != before
            self._runs[name] = after
        brought = any(run.first == origin for name in row for run in self._runs[name])
        return "accepted" if brought else "unchanged"

    def as_item(self, sealed: Collection[str], **more: Any) -> PartItem:
        """How it is stored; `sealed` names the fields that are personal."""
        return _item(self.key, {name: runs[-1] for name, runs in self._runs.items()}, sealed, more)

    def past(self, sealed: Collection[str]) -> tuple[list[PartItem], list[str]]:
        """History to be stored, and sort keys of what is told otherwise by now."""
        replacing: dict[Origin, dict[str, Run]] = {}
        for name, runs in self._runs.items():
            for run, after in pairwise(runs):
                replacing.setdefault(after.first, {})[name] = run
        told = {self._past_key(origin): (origin, runs) for origin, runs in replacing.items()}
        changed = [
            _item((self.key[0], key), runs, sealed, {}, by=origin)
            for key, (origin, runs) in told.items()
            if self._there.get(key) != runs
        ]
        return changed, sorted(self._there.keys() - told.keys())

    def _past_key(self, origin: Origin) -> str:
        # Names of files may be longer than a sort key; the order is told by what is inside.
        name = sha256(origin.source.encode()).hexdigest()[:16]
        return past_key(self.key[1].removeprefix(_PREFIX), f"{origin.stamp}-{name}")

    def _read(self) -> None:
        self._unread = False
        older = store.past_of(self.key[0], self.key[1].removeprefix(_PREFIX))
        for item in sorted(older, key=lambda one: _own(one).place, reverse=True):
            self._there[item.sk] = cells = _cells(item)
            for name, run in cells.items():
                self._runs[name] = [run, *self._runs[name]]


def content(item: PartItem | PolicyItem) -> dict[str, Any]:
    """All that a stored part says, unsealed."""
    # PynamoDB's types say nothing of null=True.
    sealed: bytes | None = item.sealed
    if sealed is None:
        return dict(item.facts)
    return {**item.facts, **sealing.unseal("policies", f"{item.pk}/{item.sk}", sealed)}


def _item(
    key: tuple[str, str],
    cells: Mapping[str, Run],
    sealed: Collection[str],
    more: Mapping[str, Any],
    by: Origin | None = None,
) -> PartItem:
    own = by or newest(cells.values())
    hidden = {name: run.value for name, run in cells.items() if name in sealed}
    return PartItem(
        *key,
        facts={name: run.value for name, run in cells.items() if name not in hidden},
        sealed=sealing.seal("policies", "/".join(key), hidden) if hidden else None,
        source=own.source,
        imported_at=own.stamp,
        said=as_said(cells, own),
        **more,
    )


def _cells(item: PartItem) -> dict[str, Run]:
    # As above of null=True.
    said: Said | None = item.said
    return runs_of(content(item), said, _own(item))


def _own(item: PartItem) -> Origin:
    return Origin(item.imported_at, item.source)
