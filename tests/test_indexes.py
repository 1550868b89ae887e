"""A stack of an older commit is taken to new indexes one by one, as DynamoDB makes them."""

import copy

import pytest

from infra import indexes, packaging


@pytest.fixture
def new():
    return copy.deepcopy(packaging.template())


def table(template, name="ObjectionCasesTable"):
    return template["Resources"][name]["Properties"]


def names(template, name="ObjectionCasesTable"):
    return [index["IndexName"] for index in table(template, name).get("GlobalSecondaryIndexes", [])]


def without(template, *gone):
    """The template of a commit that did not have those indexes yet."""
    old = copy.deepcopy(template)
    properties = table(old)
    properties["GlobalSecondaryIndexes"] = [
        one for one in properties["GlobalSecondaryIndexes"] if one["IndexName"] not in gone
    ]
    old["Resources"]["APIHandler"]["Properties"]["CodeUri"] = "s3://bucket/older.zip"
    return old


def test_a_template_that_brings_one_index_goes_up_at_once(new):
    assert list(indexes.between(new, new)) == []
    assert list(indexes.between(without(new, "person"), new)) == []


def test_each_step_makes_one_index_and_the_last_comes_with_the_new_template(new):
    old = without(new, "handler", "person", "clock")
    counts = [len(names(step)) for step in (old, *indexes.between(old, new), new)]
    assert counts == [1, 2, 3, 4]


def test_functions_stay_as_they_are_until_every_index_stands(new):
    old = without(new, "handler", "person")
    (step,) = indexes.between(old, new)
    for name, resource in step["Resources"].items():
        if name != "ObjectionCasesTable":
            assert resource == old["Resources"][name]


def test_a_step_defines_the_attributes_of_its_keys_and_no_others(new):
    old = without(new, "handler", "person")
    for step in indexes.between(old, new):
        properties = table(step)
        schemas = [properties["KeySchema"]]
        schemas += [one["KeySchema"] for one in properties["GlobalSecondaryIndexes"]]
        used = {part["AttributeName"] for schema in schemas for part in schema}
        defined = [one["AttributeName"] for one in properties["AttributeDefinitions"]]
        assert sorted(defined) == sorted(used)


def test_an_index_that_changes_is_dropped_and_made_again(new):
    old = copy.deepcopy(new)
    (index,) = (one for one in table(old)["GlobalSecondaryIndexes"] if one["IndexName"] == "person")
    index["Projection"] = {"ProjectionType": "ALL"}
    assert [set(names(step)) for step in indexes.between(old, new)] == [
        set(names(new)) - {"person"}
    ]
