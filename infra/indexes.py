"""Templates between a stack's and a newer one: `python -m infra.indexes OLD NEW FOLDER`.

DynamoDB makes or drops one index of a table in an update. Where the newer template has more to do,
the folder gets templates to be deployed before it, in the order of their names: the stack's own,
each with one change more for every such table. Functions stay as they are until the newer template
comes, and by then every index that they ask for stands. One that changes is gone in between.
"""

import argparse
import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Template = dict[str, Any]
Properties = dict[str, Any]
_TABLE = "AWS::DynamoDB::Table"
_INDEXES = "GlobalSecondaryIndexes"
_ATTRIBUTES = "AttributeDefinitions"


def between(old: Template, new: Template) -> Iterator[Template]:
    """Templates to be deployed one after the other before the new one; often none."""
    template = old
    while wanted := _unfinished(template, new):
        template = copy.deepcopy(template)
        for name in wanted:
            _change_one(_table(template, name), _table(new, name))
        yield template


def _unfinished(template: Template, new: Template) -> list[str]:
    """Tables of both that more than one change is left for."""
    return [
        name
        for name, resource in new["Resources"].items()
        if resource["Type"] == _TABLE and name in template["Resources"]
        if len(list(_changes(_table(template, name), _table(new, name)))) > 1
    ]


def _changes(now: Properties, then: Properties) -> Iterator[tuple[str | None, str | None]]:
    """Names of indexes to drop and to make, one of the two each; what is new comes first."""
    standing, wanted = _named(now), _named(then)
    other = [name for name in standing if standing[name] != wanted.get(name)]
    yield from ((None, name) for name in wanted if name not in standing)
    yield from ((name, None) for name in other)
    yield from ((None, name) for name in other if name in wanted)


def _change_one(table: Properties, then: Properties) -> None:
    drop, make = next(_changes(table, then))
    indexes = _named(table)
    if drop is not None:
        del indexes[drop]
    if make is not None:
        indexes[make] = _named(then)[make]
    kinds = {one["AttributeName"]: one for one in (*then[_ATTRIBUTES], *table[_ATTRIBUTES])}
    schemas = [table["KeySchema"], *(index["KeySchema"] for index in indexes.values())]
    # DynamoDB wants every key's attribute defined, and no other.
    used = {part["AttributeName"]: None for schema in schemas for part in schema}
    table[_ATTRIBUTES] = [kinds[name] for name in used]
    table[_INDEXES] = list(indexes.values())
    if not indexes:
        del table[_INDEXES]


def _named(table: Properties) -> dict[str, Any]:
    return {index["IndexName"]: index for index in table.get(_INDEXES, [])}


def _table(template: Template, name: str) -> Properties:
    properties: Properties = template["Resources"][name]["Properties"]
    return properties


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path, help="the stack's template, as it was deployed")
    parser.add_argument("new", type=Path)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    old, new = (json.loads(path.read_text("utf-8")) for path in (asked.old, asked.new))
    for number, template in enumerate(between(old, new), start=1):
        path = asked.folder / f"{number:02}.json"
        path.write_text(json.dumps(template, separators=(",", ":")), "utf-8")
        print(path)


if __name__ == "__main__":
    main()
