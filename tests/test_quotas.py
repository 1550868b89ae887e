"""What AWS takes no more of: a stack that is over one of these limits fails half-way up.

The engines of the tests know none of them. Names are as long as CloudFormation makes them in the
region with the longest, for a stack whose own name is as long as docs/deployment.md allows.
"""

import json

import pytest

from infra import packaging
from infra.local.intrinsics import Physical, Resolver
from infra.packaging import rights

STACK = "customer-service-staging"
ACCOUNT = {
    "AWS::Partition": "aws-cn",
    "AWS::Region": "cn-northwest-1",
    "AWS::URLSuffix": "amazonaws.com.cn",
    "AWS::AccountId": "0" * 12,
    "AWS::StackName": STACK,
}
GIVEN = {
    "PublicSiteUrl": "https://customers.property-insurance.example.cn/service",
    "StaffIssuer": "https://identity.property-insurance.example.cn/realms/staff",
    "StaffKeysUrl": "https://identity.property-insurance.example.cn/realms/staff/protocol/certs",
    "SmsGatewayUrl": "https://gateway.property-insurance.example.cn/messages/v2/send",
    "PreviousDataKey": f"arn:aws-cn:kms:cn-northwest-1:{'0' * 12}:key/{'0' * 36}",
    "MailSender": "service@property-insurance.example.cn",
}
PLACES = {
    "AWS::DynamoDB::Table": "dynamodb:{place}:table/{name}",
    "AWS::SQS::Queue": "sqs:{place}:{name}",
    "AWS::KMS::Key": "kms:{place}:key/" + "0" * 36,
    "AWS::S3::Bucket": "s3:::{name:.63}",
    "AWS::Logs::LogGroup": "logs:{place}:log-group:/aws/lambda/{stack}/list_expiring_policies:*",
    "AWS::SecretsManager::Secret": "secretsmanager:{place}:secret:{name}-abcdef",
}


@pytest.fixture(scope="module")
def template():
    return packaging.template()


@pytest.fixture(scope="module")
def resolve(template):
    place = f"cn-northwest-1:{ACCOUNT['AWS::AccountId']}"

    def physical(logical):
        kind = template["Resources"][logical]["Type"]
        name = f"{STACK}-{logical}-{'X' * 13}"
        form = PLACES.get(kind, "lambda:{place}:function:{name}")
        arn = "arn:aws-cn:" + form.format(place=place, name=name, stack=STACK)
        if kind == "AWS::SQS::Queue":
            name = f"https://sqs.cn-northwest-1.amazonaws.com.cn/{place[-12:]}/{name:.80}"
        elif kind == "AWS::SecretsManager::Secret":
            name = arn
        return Physical(name, {"Arn": arn, "QueueName": name, "RegionalDomainName": name})

    return Resolver(template, parameters=GIVEN, pseudo=ACCOUNT, physical=physical)


def size(document):
    """Without white space, as IAM counts."""
    return len(json.dumps(document, separators=(",", ":")))


def of_type(template, kind):
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }


def test_iam_takes_every_role_with_its_policies(template, resolve):
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    for name, role in of_type(template, "AWS::IAM::Role").items():
        own = (resolve(policy["PolicyDocument"]) for policy in role.get("Policies", []))
        assert sum(size(document) for document in own) <= 10_240, name
        assert len(role.get("ManagedPolicyArns", [])) <= 10, name
    for name, policy in of_type(template, "AWS::IAM::ManagedPolicy").items():
        assert size(resolve(policy["PolicyDocument"])) <= 6_144, name


def test_a_policy_in_parts_allows_what_the_whole_one_did():
    written = [
        {"Sid": str(number), "Effect": "Allow", "Action": "a:b", "Resource": {"Ref": "Thing"}}
        for number in range(120)
    ]
    policy = {"PolicyDocument": {"Version": "2012-10-17", "Statement": list(written)}}
    role = {"Type": "AWS::IAM::Role", "Properties": {"Policies": [policy]}}
    resources = {"Role": role}
    rights.spread(resources)
    assert len(resources) > 2
    assert rights.statements(resources, "Role") == written
    assert role["Properties"]["ManagedPolicyArns"] == [
        {"Ref": name} for name in resources if name != "Role"
    ]


def test_lambda_takes_every_function_s_environment(template, resolve):
    # https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    common = template["Globals"]["Function"]["Environment"]["Variables"]
    for name, function in of_type(template, "AWS::Serverless::Function").items():
        own = function.get("Environment", {}).get("Variables", {})
        assert size(resolve({**common, **own})) <= 4_096, name


def test_cloudformation_takes_the_template(template):
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    # What SAM makes of it counts too: a rule and a permission for each event, the API's stage.
    events = [
        event
        for function in of_type(template, "AWS::Serverless::Function").values()
        for event in [*function.get("Events", {}), *function.get("EventInvokeConfig", {})]
    ]
    assert len(template["Resources"]) + 2 * len(events) + 2 <= 500
    # Without white space, which counts as well: the guide takes it out after packaging.
    assert size(template) <= 750_000
    assert len(template["Outputs"]) <= 200
    assert len(template["Parameters"]) <= 200


def test_api_gateway_takes_every_path(template):
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-
    # limits-table.html: a resource for every part of every path, 300 of them unless asked for more.
    paths = template["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    parts = [path.strip("/").split("/") for path in paths]
    assert len({tuple(one[:end]) for one in parts for end in range(1, len(one) + 1)}) <= 300
