"""Layouts of items: what an older release wrote is read as the newest has it.

Every item says in `schema` which layout it has. A change of the layout is one step, added at the
end of `STEPS`; from then on what is written has the next number, what is read is taken there step
by step, and `python -m infra.migration` takes along what nobody writes any more (decision 0057).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chalicelib import settings

RawItem = dict[str, Any]
"""An item as DynamoDB gives it: values under their types."""


class LayoutError(Exception):
    """When an item is newer than this release: it must not be read as what it is not."""


class Step(NamedTuple):
    """What one release changed about the items of one table."""

    table: str
    """The variable that names the table, such as `CLAIMS_TABLE`."""
    change: Callable[[RawItem], RawItem]
    """The item as the next layout has it, its key unchanged; any item of the table comes by.

    Sealed values are not at hand: what is in them is read both ways.
    """


STEPS: Sequence[Step] = ()
"""From layout 1 on; the first release wrote that. Steps are never taken out or put between."""


def newest() -> int:
    """What this release writes."""
    return len(STEPS) + 1


def upgraded(table: str, item: RawItem) -> RawItem:
    """The item of the table (its real name) in the newest layout; LayoutError if it is newer still.

    What has no `schema` is part of an item, as an index projects it, and comes as it is: an index
    on what a step changes has to project `schema` too.
    """
    if "schema" not in item:
        return item
    layout = int(item["schema"]["N"])
    if layout == newest():
        return item
    if layout > newest():
        raise LayoutError(f"an item of {table} has layout {layout}, this release reads {newest()}")
    for step in STEPS[layout - 1 :]:
        if settings.get(step.table) == table:
            item = step.change(item)
    return {**item, "schema": {"N": str(newest())}}
