"""What is allowed is used, or excepted with a reason."""

import json
from datetime import date

import pytest

from chalicelib import aws as product
from infra.permissions import unused, use
from infra.permissions.guard import Guard
from infra.permissions.use import Notes, Use
from tests import acting

TABLE = {"Fn::GetAtt": ["PoliciesTable", "Arn"]}
INDEX = {"Fn::Sub": "${PoliciesTable.Arn}/index/person"}
READ = Use("remind", "Read", "dynamodb:Query", 0)


@pytest.fixture
def files(tmp_path):
    """Policies of one function and exceptions, as the two are committed."""

    def written(*exceptions):
        statement = {"Sid": "Read", "Effect": "Allow", "Resource": [TABLE, INDEX]}
        statement["Action"] = ["dynamodb:Query", "dynamodb:GetItem"]
        (tmp_path / "remind.json").write_text(json.dumps({"Statement": [statement]}))
        excepted = tmp_path / "exceptions" / "exceptions.json"
        excepted.parent.mkdir(exist_ok=True)
        excepted.write_text(json.dumps({"exceptions": exceptions}))
        return tmp_path, excepted

    return written


def test_an_action_that_an_index_does_not_know_is_not_asked_for(files):
    policies, _ = files()
    assert [(one.use.action, one.use.resource) for one in unused.allowed(policies)] == [
        ("dynamodb:Query", 0),
        ("dynamodb:Query", 1),
        ("dynamodb:GetItem", 0),
    ]


def test_what_nobody_used_is_named_with_its_resource(files):
    policies, excepted = files()
    used = {READ, READ._replace(action="dynamodb:GetItem")}
    with pytest.raises(unused.Unneeded, match=r"remind\.json: .* Read .*:Query on .*person"):
        unused.compare(used, policies, excepted)
    assert unused.compare({*used, READ._replace(resource=1)}, policies, excepted) == 3


def test_an_exception_lets_it_be_and_one_that_excepts_nothing_is_told(files):
    rule = {"function": "*", "sid": "Read", "action": "dynamodb:Q*"}
    rule |= {"reason": "because", "since": "2026-11-22"}
    policies, excepted = files(rule)
    used = {READ._replace(action="dynamodb:GetItem")}
    assert unused.compare(used, policies, excepted) == 3
    with pytest.raises(unused.Unneeded, match=r"'sid': 'Read'.* excepts nothing"):
        unused.compare({*used, READ, READ._replace(resource=1)}, policies, excepted)


def test_every_exception_has_a_reason_and_a_day():
    for rule in unused.exceptions():
        assert len(rule["reason"]) > 20
        assert date.fromisoformat(rule["since"]) >= date(2026, 11, 22)


def test_what_an_acting_function_uses_is_noted_once_with_its_statement(aws, tmp_path):
    bucket = aws.name("DocumentsBucket")
    statement = {"Sid": "Read", "Effect": "Allow", "Action": "s3:ListBucket"}
    statement["Resource"] = ["arn:x:s3:::other", f"arn:x:s3:::{bucket}"]
    guard = Guard({"remind": [statement]}, Notes(tmp_path))
    client = product.client("s3")
    client.meta.events.register("before-parameter-build", guard._on_call, unique_id="noting")
    try:
        with guard.acting("remind"):
            for _ in range(2):
                client.list_objects_v2(Bucket=bucket)
    finally:
        client.meta.events.unregister("before-parameter-build", unique_id="noting")
    (file,) = tmp_path.iterdir()
    assert file.read_text().count("\n") == 1
    assert use.noted(tmp_path) == {Use("remind", "Read", "s3:ListBucket", 1)}


def test_every_function_of_an_event_has_its_ways_into_rooms():
    ways = acting.entrances()
    files = {path.stem for path in unused.POLICIES.glob("*.json")}
    assert set(ways) == files - {"api_handler", "authorize_staff"}
    assert "chalicelib.figures.service:roll_up" in ways["roll_up_day"]
    assert "chalicelib.reports.filed:render" in ways["render_document"]
    # More than the handler itself, and no classes that it only makes.
    assert all(len(found) > 1 for found in ways.values())
    assert "chalicelib.imports.store:File" not in ways["import_file"]
