"""Order: what the rows of a file would have come to one after the other.

The ranges of a large file are done at the same time, and files that come together too. The newest
version is current whatever comes first; here the *reports* are made independent of it: a row counts
as superseded if a newer version stands further up in its own file or came with an earlier one.
"""

from typing import NamedTuple

from chalicelib.origins import Origin, comes_first
from chalicelib.policies import store
from chalicelib.policies.items import PolicyItem


class Seen(NamedTuple):
    """What the versions that are there say of a new one.

    `demoted` counts rows further down in the same file that were accepted, because this one had not
    come yet, and turn out to be superseded by it.
    """

    superseded: bool
    demoted: int


def see(standing: PolicyItem | None, version: int, origin: Origin) -> Seen:
    """Looks at the policy's versions, of which `standing` is the newest.

    Only if that one came with a row that should have come later are the replaced ones read.
    """
    if standing is None:
        return Seen(superseded=False, demoted=0)
    if comes_first(_origin(standing), origin):
        return Seen(superseded=standing.version > version, demoted=0)
    there = [(item, _origin(item)) for item in (standing, *store.replaced(standing.pk))]
    superseded = any(item.version > version and comes_first(found, origin) for item, found in there)
    own = [(item, found.line) for item, found in there if found.file == origin.file]
    demoted = [
        item
        for item, line in own
        if item.version < version
        and line > origin.line
        and item.outcome == "accepted"
        and not any(other.version > item.version and above < line for other, above in own)
    ]
    return Seen(superseded, len(demoted))


def _origin(item: PolicyItem) -> Origin:
    return Origin(item.imported_at, item.source)
