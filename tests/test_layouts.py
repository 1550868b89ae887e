"""Layouts: old items are read as new ones, newer ones not at all; migration loses nothing."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.models import Model

import chalicelib
from chalicelib import layouts, settings
from chalicelib.tables import ITEM_SCHEMA, StoredModel, TableMeta, TableName
from infra import migration

TABLE = "LEADS_TABLE"
ITEMS = 25


class Note(StoredModel):
    """An item of a table that has no other."""

    class Meta(TableMeta):
        table_name = TableName(TABLE)

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)
    title = UnicodeAttribute(null=True)


def key(place: int) -> dict[str, Any]:
    """Of one of the items."""
    return {"pk": {"S": "note"}, "sk": {"S": str(place)}}


def renamed(item: layouts.RawItem) -> layouts.RawItem:
    """`title` is what `name` was."""
    rest = {name: value for name, value in item.items() if name != "name"}
    return {**rest, "title": item["name"]} if "name" in item else rest


@pytest.fixture
def table(aws: Any) -> Iterator[str]:
    """A table with items of the first layout and some that say nothing to the step."""
    aws.empty()  # a migration takes along whatever stands in the table
    name = settings.get(TABLE)
    dynamodb = aws.resources.clients.dynamodb
    for place in range(ITEMS):
        item = {**key(place), "schema": {"N": "1"}, "name": {"S": f"n{place}"}}
        dynamodb.put_item(TableName=name, Item=item)
    yield name
    for place in range(ITEMS):
        dynamodb.delete_item(TableName=name, Key=key(place))


@pytest.fixture
def second_release(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that renames an attribute."""
    monkeypatch.setattr(layouts, "STEPS", (layouts.Step(TABLE, renamed),))


def test_every_model_reads_older_layouts_and_writes_its_own() -> None:
    for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib."):
        if found.name.endswith(".store"):
            importlib.import_module(found.name)
    models = [one for one in _below(Model) if one.__module__.startswith("chalicelib.")]
    assert len(models) > 20
    assert [one.__qualname__ for one in models if not issubclass(one, StoredModel)] == []
    kept_as_written = {"StoredModel", "_model.<locals>.RegisterItem"}
    assert {
        one.__qualname__ for one in models if "schema" not in one.get_attributes()
    } <= kept_as_written


@pytest.mark.usefixtures("second_release")
def test_an_item_of_the_first_layout_is_read_as_the_second_has_it(table: str) -> None:
    note = Note.get("note", "3")
    assert (note.name, note.title) == (None, "n3")


@pytest.mark.usefixtures("second_release")
def test_a_table_that_no_step_is_about_is_read_as_it_is() -> None:
    item = {"pk": {"S": "a"}, "schema": {"N": "1"}, "name": {"S": "b"}}
    assert layouts.upgraded("another", item)["name"] == {"S": "b"}


def test_an_item_of_a_newer_release_is_not_guessed_at(table: str) -> None:
    newer = {"pk": {"S": "a"}, "schema": {"N": str(ITEM_SCHEMA + 1)}}
    with pytest.raises(layouts.LayoutError, match="layout"):
        layouts.upgraded(table, newer)


@pytest.mark.usefixtures("second_release")
def test_a_migration_that_is_broken_off_goes_on_and_changes_nothing_twice(
    aws: Any, table: str, tmp_path: Path
) -> None:
    progress = tmp_path / "progress.json"
    client = _Breaking(aws.resources.clients.dynamodb, after=10)
    with pytest.raises(ConnectionError):
        migration.migrate(client, table, progress)
    done = migration.migrate(aws.resources.clients.dynamodb, table, progress)
    assert done.changed == ITEMS - 10
    assert json.loads(progress.read_text()) == {table: None}
    assert migration.migrate(aws.resources.clients.dynamodb, table).changed == 0
    raw = aws.resources.clients.dynamodb.get_item(TableName=table, Key=key(7))
    assert raw["Item"] == {**key(7), "schema": {"N": "2"}, "title": {"S": "n7"}}


@pytest.mark.usefixtures("second_release")
def test_what_somebody_writes_at_the_same_moment_stays(aws: Any, table: str) -> None:
    dynamodb = aws.resources.clients.dynamodb
    client = _Overtaking(dynamodb, table, 5)
    done = migration.migrate(client, table)
    assert (done.changed, done.left) == (ITEMS - 1, 1)
    assert Note.get("note", "5").title == "meanwhile"
    assert migration.migrate(dynamodb, table).changed == 1
    assert Note.get("note", "5").title == "meanwhile"


class _Breaking:
    """A client whose connection goes after so many updates; pages of seven items."""

    def __init__(self, client: Any, after: int) -> None:
        self._client, self._left = client, after

    def scan(self, **asked: Any) -> Any:
        return self._client.scan(**asked, Limit=7)

    def update_item(self, **asked: Any) -> Any:
        if not self._left:
            raise ConnectionError("gone")
        self._left -= 1
        return self._client.update_item(**asked)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


class _Overtaking:
    """A client behind whose reading somebody else writes one item."""

    def __init__(self, client: Any, table: str, place: int) -> None:
        self._client, self._table, self._place = client, table, place

    def scan(self, **asked: Any) -> Any:
        page = self._client.scan(**asked)
        self._client.update_item(
            TableName=self._table,
            Key=key(self._place),
            UpdateExpression="SET #n = :n",
            ExpressionAttributeNames={"#n": "name"},
            ExpressionAttributeValues={":n": {"S": "meanwhile"}},
        )
        return page

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def _below(kind: type) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from _below(one)
