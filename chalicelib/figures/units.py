"""Whose figures they are: every organisation of a day belongs to one branch (分公司) of that day.

A branch is a province; what stands below the head office without one is a branch of its own. The
head office's own business, and attempts that no organisation of ours can be told from, are the
head office's. Organisations move and merge: a day keeps the directory as it stood.
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


Directory = Mapping[str, Office]


def live() -> Directory:
    """The directory as it stands."""
    return {
        code: Office(*(facts.get(field) for field in Office._fields))
        for code, facts in organisations.open_facts("organisations").items()
    }


def keep(directory: Directory) -> str:
    """Keeps a directory under its digest, which is returned."""
    text = json.dumps(directory, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    store.keep_directory(sha256, directory)
    return sha256


def kept(sha256: str) -> Directory:
    """The directory that a day's roll-up names."""
    return {code: Office(*facts) for code, facts in store.directory(sha256).items()}


def unit(directory: Directory, organisation: str | None) -> str:
    """The branch that an organisation belongs to, by code."""
    below: str | None = None
    code = organisation
    # A circle in the files ends after a few steps.
    for _ in range(_HOPS):
        if code is None or code not in directory or directory[code].level == HEAD_OFFICE:
            break
        if directory[code].level == "province":
            return code
        below, code = code, directory[code].parent
    return below or own(directory, organisation)


def own(directory: Directory, organisation: str | None = None) -> str:
    """The code of the head office for its own business, the first where there are several."""
    heads = sorted(code for code, office in directory.items() if office.level == HEAD_OFFICE)
    known = organisation if organisation in heads else None
    code = known or (heads[0] if heads else OWN)
    return OWN if code == HEAD_OFFICE else code


def branches(directory: Directory) -> list[str]:
    """The branches that report, by code, whether or not anything happened there."""
    return sorted(code for code, office in directory.items() if office.level == "province")
