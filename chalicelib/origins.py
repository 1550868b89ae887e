"""Origins: which of two rows comes first, whatever was worked on first.

Files are worked on in any order and in many ranges at the same time. What counts is when a file was
dropped, and within one file the line.
"""

from typing import Any, NamedTuple


class Origin(NamedTuple):
    """Where something stored came from: `<import>#<line>`, and the file's time in storage form."""

    stamp: str
    source: str

    @property
    def file(self) -> str:
        """The import that brought it."""
        return self.source.rpartition("#")[0]

    @property
    def line(self) -> int:
        """Its line in that file; 0 for what came without a file."""
        line = self.source.rpartition("#")[2]
        return int(line) if line.isdecimal() else 0


def comes_first(there: Origin, new: Origin) -> bool:
    """Whether what is there comes before what is new; of files of one instant, what is there."""
    if there.file == new.file:
        return there.line <= new.line
    return there.stamp <= new.stamp


class Upsert(NamedTuple):
    """What a row did to an entry: `accepted`, `unchanged` or `superseded`; what is known after."""

    outcome: str
    content: dict[str, Any]
    origin: Origin
    changed: bool


def upsert(
    there: tuple[dict[str, Any], Origin] | None, row: dict[str, Any], origin: Origin
) -> Upsert:
    """What a row leaves out stays; one that comes too late adds only what nobody had said.

    Done again after a worker was killed, a row of the same file is accepted as before.
    """
    if there is None:
        return Upsert("accepted", row, origin, changed=True)
    before, standing = there
    later = comes_first(standing, origin)
    after = {**before, **row} if later else {**row, **before}
    overruled = {**after, **row} != after
    if after != before or (overruled and standing.file == origin.file):
        outcome = "accepted"
    elif overruled:
        outcome = "superseded"
    else:
        outcome = "accepted" if standing.source == origin.source else "unchanged"
    return Upsert(outcome, after, origin if later else standing, changed=after != before)
