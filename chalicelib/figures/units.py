"""Whose figures they are: every organisation of a day belongs to one branch (分公司) of that day.

A branch is a province; what stands below the head office without one is a branch of its own. The
head office's own business, and attempts that no organisation of ours can be told from, are the
head office's. Organisations move and merge: a day keeps the directory as it stood, and from the day
on which one is closed (撤销) what it had stands below its successor (承继机构).
"""

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from chalicelib.figures import store
from chalicelib.organisations import service as organisations

HEAD_OFFICE = "head_office"
"""Stands for the whole company in keys (contract); also the level of its own organisation."""
OWN = "own"
"""The head office's own business where no file has announced its organisation."""
_HOPS = 12


class Office(NamedTuple):
    """An organisation as the directory of a day has it."""

    parent: str | None
    level: str | None
    name: str | None
    region: str | None
    closed_on: str | None = None
    """The first day (ISO) on which its business is its successor's."""
    successor: str | None = None

    def merged(self, day: str) -> bool:
        """Whether another has taken its business over by that day."""
        return bool(self.successor and self.closed_on and self.closed_on <= day)


Directory = Mapping[str, Office]


def live() -> Directory:
    """The directory as it stands."""
    return {
        code: Office(*(facts.get(field) for field in Office._fields))
        for code, facts in organisations.open_facts("organisations").items()
    }


def keep(directory: Directory) -> str:
    """Keeps a directory under its digest, which is returned."""
    entries = {code: _entry(office) for code, office in directory.items()}
    text = json.dumps(entries, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    store.keep_directory(sha256, entries)
    return sha256


def kept(sha256: str) -> Directory:
    """The directory that a day's roll-up names."""
    return {code: Office(*facts) for code, facts in store.directory(sha256).items()}


def as_known(kept: Directory, now: Directory) -> Directory:
    """A directory of a former day: as it stood, with what has become known of closings since.

    Where an organisation stood has no date of its own, when it was closed has one. What is new
    joins.
    """
    dated = {
        code: office._replace(closed_on=now[code].closed_on, successor=now[code].successor)
        for code, office in kept.items()
        if code in now
    }
    return {**now, **kept, **dated}


def unit(directory: Directory, organisation: str | None, day: str) -> str:
    """The branch that an organisation belongs to on a day (ISO), by code."""
    below: str | None = None
    code = organisation
    # A circle in the files ends after a few steps.
    for _ in range(_HOPS):
        if code is None or code not in directory or directory[code].level == HEAD_OFFICE:
            break
        office = directory[code]
        if office.merged(day) and office.successor in directory:
            code = office.successor
            continue
        if office.level == "province":
            return code
        below, code = code, office.parent
    return below or own(directory, organisation)


def own(directory: Directory, organisation: str | None = None) -> str:
    """The code of the head office for its own business, the first where there are several."""
    heads = sorted(code for code, office in directory.items() if office.level == HEAD_OFFICE)
    known = organisation if organisation in heads else None
    code = known or (heads[0] if heads else OWN)
    return OWN if code == HEAD_OFFICE else code


def branches(directory: Directory, first: str) -> list[str]:
    """The branches that report of a time from this day (ISO) on, whatever happened there, by code.

    One that was merged into another by then reports no more.
    """
    return sorted(
        code
        for code, office in directory.items()
        if office.level == "province" and not office.merged(first)
    )


def _entry(office: Office) -> tuple[str | None, ...]:
    """As it is kept: what has nothing to say of closings is as it was before there were any."""
    return tuple(office) if office.closed_on or office.successor else tuple(office[:4])
