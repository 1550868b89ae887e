"""A function is held to its policy file."""

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from pynamodb.exceptions import TransactWriteError

from chalicelib import aws as product
from chalicelib import bodies, tables
from chalicelib.organisations.store import DirectoryItem
from infra.permissions import needs
from infra.permissions.needs import Need
from infra.permissions.policy import allowed

ARN = "arn:aws-cn:{}:cn-north-1:123456789012:{}"
TABLE = ARN.format("dynamodb", "table/policies")
KEY = ARN.format("kms", "key/1234")
NAMES = st.text("abcdefghijklmnop/-", min_size=1, max_size=12)


def statement(action, resource, condition=None, effect="Allow"):
    made = {"Sid": "One", "Effect": effect, "Action": action, "Resource": resource}
    return made | ({"Condition": condition} if condition else {})


def test_a_function_cannot_do_what_its_policy_does_not_allow(aws):
    bucket = aws.name("DocumentsBucket")
    with aws.guard.acting("api_handler"), pytest.raises(ClientError) as refused:
        product.client("s3").put_object(Bucket=bucket, Key="policies/a/b/1.pdf", Body=b"")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    assert bucket not in str(refused.value)


def test_outside_of_a_function_nobody_is_held_to_anything(aws):
    product.client("s3").put_object(Bucket=aws.name("DocumentsBucket"), Key="a/b", Body=b"")


def test_a_sealed_value_opens_only_with_the_context_of_its_table(aws):
    key = {"KeyId": aws.environment["DATA_KEY_ID"], "KeySpec": "AES_256"}
    kms = product.client("kms")
    with aws.guard.acting("api_handler"):
        kms.generate_data_key(**key, EncryptionContext={"table": "claims"})
        for context in ({}, {"room": "claims"}, {"table": "claims", "more": "x"}):
            with pytest.raises(ClientError, match="not authorized"):
                kms.generate_data_key(**key, EncryptionContext=context)


def test_a_transaction_of_the_product_is_held_to_each_of_its_parts(aws):
    entry = DirectoryItem("organisation", "X", facts={}, sealed=b"x", source="f#1")
    with (
        aws.guard.acting("check_attachment"),
        pytest.raises(TransactWriteError) as refused,
        tables.Together() as together,
    ):
        together.save(entry)
    assert refused.value.cause_response_code == "AccessDeniedException"
    written = bodies.Written([{"Put": tables.put_of(DirectoryItem, entry.serialize())}])
    with aws.guard.acting("check_attachment"), pytest.raises(TransactWriteError) as refused:
        tables.connection().write(written)
    assert refused.value.cause_response_code == "AccessDeniedException"


def test_each_part_of_a_transaction_needs_its_own_permission():
    parts = [{"Put": {"TableName": "a"}}, {"ConditionCheck": {"TableName": "b"}}]
    found = needs.of("dynamodb", "TransactWriteItems", {"TransactItems": parts})
    assert [(need.action, need.resource) for need in found] == [
        ("dynamodb:PutItem", "table/a"),
        ("dynamodb:ConditionCheckItem", "table/b"),
    ]


def test_an_index_is_a_resource_of_its_own():
    (need,) = needs.of("dynamodb", "Query", {"TableName": "policies", "IndexName": "person"})
    assert not allowed([statement("dynamodb:Query", TABLE)], need)
    assert allowed([statement("dynamodb:Query", f"{TABLE}/index/person")], need)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("DeleteItem", {"Key": {"pk": {"S": "ledger/1"}}}),
        ("PutItem", {"Item": {"pk": {"S": "ledger/1"}}}),
        (
            "Query",
            {
                "KeyConditionExpression": "#0 = :0",
                "ExpressionAttributeValues": {":0": {"S": "ledger/1"}},
            },
        ),
    ],
)
def test_a_policy_may_be_bound_to_the_keys_of_a_table(operation, parameters):
    (need,) = needs.of("dynamodb", operation, {"TableName": "policies", **parameters})
    for keys, expected in ((["request/*"], False), (["request/*", "ledger/*"], True)):
        bound = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": keys}}
        assert allowed([statement(f"dynamodb:{operation}", TABLE, bound)], need) is expected


def test_a_locked_object_needs_the_right_to_lock_it():
    parameters = {"Bucket": "documents", "Key": "ledger/x", "ObjectLockMode": "COMPLIANCE"}
    actions = [need.action for need in needs.of("s3", "PutObject", parameters)]
    assert actions == ["s3:PutObject", "s3:PutObjectRetention"]


def test_one_version_is_read_by_an_action_of_its_own():
    parameters = {"Bucket": "documents", "Key": "ledger/x", "VersionId": "1"}
    assert needs.of("s3", "GetObject", parameters)[0].action == "s3:GetObjectVersion"


@given(NAMES, NAMES)
def test_a_bucket_s_folder_covers_what_is_in_it_and_nothing_else(folder, name):
    policy = [statement(["s3:GetObject"], f"arn:aws:s3:::documents/{folder}/*")]
    inside, outside = f"documents/{folder}/{name}", f"documents/x{folder}/{name}"
    assert allowed(policy, Need("s3:GetObject", inside))
    assert not allowed(policy, Need("s3:GetObject", outside))
    assert not allowed(policy, Need("s3:PutObject", inside))


def test_a_denial_wins():
    both = [statement("kms:Sign", KEY), statement("kms:Sign", "*", effect="Deny")]
    assert not allowed(both, Need("kms:Sign", "key/1234"))


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"Null": {"kms:EncryptionContext:table": "false"}}, {}, False),
        ({"StringEquals": {"kms:MessageType": "RAW"}}, {"kms:MessageType": "DIGEST"}, False),
        ({"StringEquals": {"kms:MessageType": "RAW"}}, {"kms:MessageType": "RAW"}, True),
        ({"StringLikeIfExists": {"s3:prefix": ["ledger/*"]}}, {"s3:prefix": "policies/"}, False),
        ({"StringLikeIfExists": {"s3:prefix": ["ledger/*"]}}, {"s3:prefix": "ledger/x"}, True),
    ],
)
def test_conditions_hold(condition, context, expected):
    found = allowed([statement("a:B", "*", condition)], Need("a:B", "x", context))
    assert found is expected
