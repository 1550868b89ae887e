"""The reader of the template: intrinsic functions, names, rules, triggers."""

import json
from typing import Any

import pytest

from infra.local import functions
from infra.local.backends import Backends
from infra.local.intrinsics import Physical, Resolver, TemplateError
from infra.local.resources import Resources

from .conftest import SAMPLE

TEMPLATE = {
    "Parameters": {
        "Stage": {"Type": "String", "Default": "prod"},
        "Zones": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Needed": {"Type": "String"},
    },
    "Mappings": {"Sizes": {"prod": {"memory": "512"}}},
    "Conditions": {
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsTest": {"Fn::And": [{"Fn::Not": [{"Condition": "IsProd"}]}, {"Condition": "IsProd"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsTest"}]},
    },
}


def resolver(**parameters: str) -> Resolver:
    return Resolver(
        TEMPLATE,
        parameters=parameters,
        pseudo={"AWS::Region": "here"},
        physical=lambda name: Physical(f"real-{name}", {"Arn": f"arn-{name}"}),
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Zones"}, ["a", "b"]),
        ({"Ref": "AWS::Region"}, "here"),
        ({"Ref": "Table"}, "real-Table"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn-Table"),
        ({"Fn::GetAtt": "Table.Arn"}, "arn-Table"),
        (
            {"Fn::Sub": "${Stage}/${Table}/${Table.Arn}/${!Kept}"},
            "prod/real-Table/arn-Table/${Kept}",
        ),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Ref": "Table"}}]}, "real-Table-prod"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-prod"),
        ({"Fn::Select": [1, {"Fn::Split": ["/", "a/b"]}]}, "b"),
        ({"Fn::If": ["IsProd", {"Ref": "Stage"}, "other"]}, "prod"),
        ({"Fn::If": ["IsTest", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, "512"),
        ({"a": {"Ref": "AWS::NoValue"}, "b": [{"Ref": "AWS::NoValue"}, 1]}, {"b": [1]}),
        ({"Condition": {"StringEquals": {"a": "b"}}}, {"Condition": {"StringEquals": {"a": "b"}}}),
    ],
)
def test_intrinsic_functions_give_real_values(value: Any, expected: Any) -> None:
    assert resolver()(value) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"Ref": "Needed"}, "parameter Needed has no default"),
        ({"Fn::GetAtt": ["Table", "Colour"]}, r"Table\.Colour"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue is not known"),
        ({"Fn::If": ["Nothing", 1, 2]}, "no condition Nothing"),
        ({"Fn::FindInMap": ["Sizes", "test", "memory"]}, "no value in mapping Sizes"),
    ],
)
def test_what_cannot_be_resolved_is_named(value: Any, said: str) -> None:
    with pytest.raises(TemplateError, match=said):
        resolver()(value)


def test_a_parameter_given_at_the_start_replaces_the_default() -> None:
    assert resolver(Stage="test")({"Ref": "Stage"}) == "test"


@pytest.fixture(scope="module")
def made(engines: Backends) -> Resources:
    resources = Resources(
        json.loads((SAMPLE / "sam.json").read_text()),
        account=engines.account,
        clients=engines.clients,
        parameters={"Seen": "/seen", "PublicSiteUrl": "http://site"},
    )
    resources.create_all()
    return resources


def test_what_the_template_names_is_really_made(made: Resources) -> None:
    clients = made.clients
    table = made.physical("ThingsTable").ref
    described = clients.dynamodb.describe_table(TableName=table)["Table"]
    assert described["GlobalSecondaryIndexes"][0]["IndexName"] == "other"
    expiry = clients.dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "expires_at"
    bucket = made.physical("DocumentsBucket").ref
    assert clients.s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    lock = clients.s3.get_object_lock_configuration(Bucket=bucket)
    assert lock["ObjectLockConfiguration"]["ObjectLockEnabled"] == "Enabled"
    secret = clients.secretsmanager.get_secret_value(SecretId=made.physical("Secrets").ref)
    text = json.loads(secret["SecretString"])
    assert (text["name"], len(text["1"])) == ("x", 64)
    alias = clients.kms.describe_key(KeyId=made.physical("DataKeyAlias").ref)
    assert alias["KeyMetadata"]["Arn"] == made.physical("DataKey").attributes["Arn"]
    queue = clients.sqs.get_queue_attributes(
        QueueUrl=made.physical("WorkQueue").ref, AttributeNames=["All"]
    )["Attributes"]
    assert json.loads(queue["RedrivePolicy"]) == {
        "deadLetterTargetArn": made.physical("WorkDeadLetters").attributes["Arn"],
        "maxReceiveCount": 2,
    }
    assert queue["VisibilityTimeout"] == "60"


def test_a_resource_whose_condition_does_not_hold_is_not_made(made: Resources) -> None:
    assert "NeverTable" not in made.made


def test_functions_have_their_names_environment_and_triggers(made: Resources) -> None:
    found = functions.read(made, {"SEEN": "/elsewhere"})
    api = found["api_handler"]
    assert (api.handler, api.timeout, api.memory) == ("app.app", 2, 128)
    assert api.environment["SEEN"] == "/elsewhere"
    assert api.environment["THINGS_TABLE"] == made.physical("ThingsTable").ref
    assert api.environment["KEY_ARN"] == made.physical("DataKey").attributes["Arn"]
    assert "NOTE" not in api.environment
    dropped = found["file_dropped"]
    bucket = made.physical("IncomingBucket").ref
    assert dropped.rules[0].pattern["detail"]["bucket"]["name"] == [bucket]
    assert dropped.retries == 1
    assert dropped.on_failure == made.physical("FileDeadLetters").attributes["Arn"]
    (source,) = found["consume"].queues
    assert (source.batch_size, source.report_failures) == (5, True)
    assert len(found["report_day"].schedules) == 1


def test_resources_that_refer_to_each_other_in_a_circle_are_refused(engines: Backends) -> None:
    circle = {
        "Resources": {
            "A": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "B"}}},
            "B": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "A"}}},
        }
    }
    resources = Resources(circle, account=engines.account, clients=engines.clients)
    with pytest.raises(TemplateError, match="A → B → A"):
        resources.create_all()
