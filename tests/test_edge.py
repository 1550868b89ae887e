"""The template's public edge: the API's settings, the site, the firewall, shares, cost."""

import json
import os
import re
from pathlib import Path

import boto3
import pytest

from chalicelib import aws
from infra import packaging
from infra.local.static_files import StaticFiles
from infra.packaging import project

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def template():
    return packaging.template()


@pytest.fixture(scope="module")
def resources(template):
    return template["Resources"]


def functions(resources):
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::Serverless::Function"
    }


def test_an_empty_account_needs_no_parameter_at_all(template):
    assert [name for name, one in template["Parameters"].items() if "Default" not in one] == []


def test_every_parameter_says_what_it_is_for_and_is_used(template):
    text = json.dumps([template[part] for part in ("Conditions", "Globals", "Resources")])
    for name, one in template["Parameters"].items():
        assert len(one["Description"]) > 20, name
        assert f'"Ref": "{name}"' in text or f"${{{name}}}" in text, name


def test_every_condition_decides_something(template):
    text = json.dumps(
        [template[part] for part in ("Conditions", "Resources", "Globals", "Outputs")]
    )
    for name in template["Conditions"]:
        assert f'"Condition": "{name}"' in text or f'"Fn::If": ["{name}"' in text, name


def test_the_api_takes_so_many_requests_and_no_more(template, resources):
    (settings,) = resources["RestAPI"]["Properties"]["MethodSettings"]
    assert (settings["HttpMethod"], settings["ResourcePath"]) == ("*", "/*")
    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "RequestsAtOnce"}
    assert template["Parameters"]["RequestsPerSecond"]["Default"] > 0


def test_the_api_is_deployed_anew_whenever_the_stack_is(resources):
    # SAM looks at the definition's text alone: a new PublicSiteUrl would not reach the preflights.
    assert resources["RestAPI"]["Properties"]["AlwaysDeploy"] is True


def test_access_logs_hold_no_address_no_path_and_no_content(resources):
    logged = json.loads(resources["RestAPI"]["Properties"]["AccessLogSetting"]["Format"])
    # The route is the pattern, `/v1/policies/{policy_no}`: a path has policy numbers in it.
    assert logged["requestId"] == "$context.requestId"
    assert logged["route"] == "$context.resourcePath"
    for variable in logged.values():
        personal = r"identity|authorizer|\.path$|domain|header|querystring|body|requestOverride"
        assert not re.search(personal, variable, re.IGNORECASE), variable
    (settings,) = resources["RestAPI"]["Properties"]["MethodSettings"]
    assert (settings["DataTraceEnabled"], settings["LoggingLevel"]) == (False, "OFF")


def test_access_logs_are_kept_for_six_months_by_a_role_made_once_for_each_account(resources):
    # Cybersecurity Law art. 21: network logs are kept for six months at least.
    assert resources["ApiAccessLog"]["Properties"]["RetentionInDays"] == 180
    account = resources["ApiLogAccount"]
    assert account["Condition"] == resources["ApiLogRole"]["Condition"] == "GatewayLogRoleWanted"
    # API Gateway refuses a stage that logs before the account has its role.
    order = resources["ApiAccessLog"]["Metadata"]["After"]["Fn::If"]
    assert order == ["GatewayLogRoleWanted", {"Ref": "ApiLogAccount"}, ""]
    # Another stack of the account may log by it.
    assert account["DeletionPolicy"] == resources["ApiLogRole"]["DeletionPolicy"] == "Retain"


def test_a_firewall_is_there_for_the_asking(template, resources):
    assert template["Parameters"]["WebFirewall"]["Default"] == "no"
    assert resources["Firewall"]["Condition"] == "FirewallWanted"
    (rule,) = resources["Firewall"]["Properties"]["Rules"]
    statement = rule["Statement"]["RateBasedStatement"]
    assert (statement["AggregateKeyType"], rule["Action"]) == ("IP", {"Block": {}})
    # A sampled request shows headers, tokens among them, in a console.
    assert rule["VisibilityConfig"]["SampledRequestsEnabled"] is False
    association = resources["FirewallBeforeApi"]["Properties"]["ResourceArn"]["Fn::Sub"]
    assert association.startswith("arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/")


def test_the_api_may_have_a_name_of_its_own(template, resources):
    assert template["Parameters"]["ApiDomain"]["Default"] == ""
    domain = resources["ApiDomainName"]
    assert domain["Condition"] == resources["ApiDomainPath"]["Condition"] == "ApiDomainGiven"
    assert domain["Properties"]["SecurityPolicy"] == "TLS_1_2"
    assert domain["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert template["Outputs"]["ApiUrl"]["Value"]["Fn::If"][0] == "ApiDomainGiven"


def test_the_pages_have_a_bucket_everywhere_and_a_distribution_where_the_partition_has_one(
    template, resources
):
    assert template["Conditions"]["Distributed"] == {
        "Fn::Equals": [{"Ref": "AWS::Partition"}, "aws"]
    }
    assert "Condition" not in resources["SiteBucket"]
    for name, resource in resources.items():
        if resource["Type"].startswith("AWS::CloudFront::"):
            assert resource["Condition"] == "Distributed", name
    config = resources["SiteDistribution"]["Properties"]["DistributionConfig"]
    assert config["DefaultCacheBehavior"]["ViewerProtocolPolicy"] == "redirect-to-https"
    assert config["DefaultCacheBehavior"]["AllowedMethods"] == ["GET", "HEAD"]
    assert "Logging" not in config  # they would hold every visitor's address


def test_nobody_reads_the_pages_bucket_but_the_distribution(resources):
    _, reading = resources["SiteBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    condition, statement, otherwise = reading["Fn::If"]
    assert (condition, otherwise) == ("Distributed", {"Ref": "AWS::NoValue"})
    assert statement["Action"] == "s3:GetObject"
    assert statement["Principal"] == {
        "CanonicalUser": {"Fn::GetAtt": ["SiteReader", "S3CanonicalUserId"]}
    }


def test_deployed_pages_have_the_headers_that_they_are_tested_with(resources):
    config = resources["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    local = dict(StaticFiles(ROOT / "web", also_connect="")._headers)

    def directives(policy):
        parts = (part.split() for part in policy.split(";"))
        return {name: set(values) for name, *values in parts}

    text, _ = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    deployed, tested = directives(text), directives(local["Content-Security-Policy"])
    connect = deployed["connect-src"]
    assert {"${Api}", "${Provider}"} <= connect
    assert {**deployed, "connect-src": {"'self'"}} == {**tested, "connect-src": {"'self'"}}
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == local["Referrer-Policy"]
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 365 * 86400
    own = {item["Header"]: item["Value"] for item in config["CustomHeadersConfig"]["Items"]}
    for name, value in own.items():
        assert local[name] == value


@pytest.mark.parametrize(
    ("region", "suffix"),
    [
        ("us-east-1", "amazonaws.com"),
        ("eu-west-1", "amazonaws.com"),
        ("ap-southeast-1", "amazonaws.com"),
        ("cn-north-1", "amazonaws.com.cn"),
    ],
)
def test_addresses_that_are_signed_are_those_that_deployed_pages_may_call(
    resources, monkeypatch, region, suffix
):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "somebody")
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it remembers who it was made for
    config = resources["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    policy = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert "https://*.s3.${AWS::Region}.${AWS::URLSuffix}" in policy["Fn::Sub"][0]
    storage = aws.client.__wrapped__("s3")
    asked = storage.generate_presigned_url("get_object", Params={"Bucket": "b-1", "Key": "k"})
    sent = storage.generate_presigned_post("b-1", "k")["url"]
    for address in (asked, sent):
        assert address.startswith(f"https://b-1.s3.{region}.{suffix}/")


def test_deployed_staff_pages_may_call_the_identity_provider(resources):
    config = resources["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    policy = config["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    given, (text, parts), otherwise = (
        part["Fn::Sub"] if isinstance(part, dict) else part
        for part in policy["Fn::Sub"][1]["Provider"]["Fn::If"]
    )
    assert (given, text, otherwise) == ("StaffIssuerGiven", "${Scheme}//${Host}", "")
    assert parts["Host"]["Fn::Select"][1]["Fn::Split"] == ["/", {"Ref": "StaffIssuer"}]


def test_a_share_of_concurrency_is_kept_where_the_account_has_enough(template, resources):
    assert template["Parameters"]["ReserveConcurrency"]["Default"] == "no"
    for name, own in functions(resources).items():
        condition, share, otherwise = own["ReservedConcurrentExecutions"]["Fn::If"]
        assert (condition, otherwise) == ("ConcurrencyReserved", {"Ref": "AWS::NoValue"})
        for event in own.get("Events", {}).values():
            # An event source that takes more than the function may run is throttled for ever.
            scaling = event["Properties"].get("ScalingConfig", {})
            assert scaling.get("MaximumConcurrency", 0) <= share, name


def test_stages_differ_by_their_parameter_alone():
    prod, staging = packaging.template("prod"), packaging.template("staging")
    stages = [one["Parameters"]["Stage"].pop("Default") for one in (prod, staging)]
    assert stages == ["prod", "staging"]
    text = json.dumps(staging).replace("stage=staging:", "stage=prod:")
    assert json.loads(text) == prod


def test_there_is_one_set_of_sizes_so_that_stages_cannot_drift_apart():
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    assert list(config["stages"]) == ["prod"]


def test_a_budget_tells_the_alarm_topic_before_it_is_spent(template, resources):
    assert template["Parameters"]["MonthlyBudget"]["Default"] > 0
    budget = resources["Budget"]["Properties"]
    assert budget["Budget"]["BudgetLimit"]["Unit"] == {"Fn::If": ["InChina", "CNY", "USD"]}
    told = {
        (one["Notification"]["NotificationType"], one["Notification"]["Threshold"])
        for one in budget["NotificationsWithSubscribers"]
    }
    assert told == {("ACTUAL", 80), ("FORECASTED", 100)}
    for one in budget["NotificationsWithSubscribers"]:
        assert one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "AlarmTopic"}}]


def test_the_topic_and_its_key_let_budgets_and_alarms_of_this_account_in_and_nobody_else(resources):
    """https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html"""
    services = {"cloudwatch.amazonaws.com", "budgets.amazonaws.com"}
    mine = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    policy = resources["AlarmTopicPolicy"]["Properties"]
    assert policy["Topics"] == [{"Ref": "AlarmTopic"}]
    (topic,) = (s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Allow")
    assert (set(topic["Principal"]["Service"]), topic["Condition"]) == (services, mine)
    assert (topic["Action"], topic["Resource"]) == ("sns:Publish", {"Ref": "AlarmTopic"})
    # A topic that is encrypted takes nothing from whom its key does not know.
    key = resources["AlarmTopic"]["Properties"]["KmsMasterKeyId"]
    ((_, name),) = key.items()
    name = name if isinstance(name, str) else name[0]
    statements = resources[name]["Properties"]["KeyPolicy"]["Statement"]
    (opening,) = (s for s in statements if s["Sid"] == "AlarmsReachTheirTopic")
    assert (set(opening["Principal"]["Service"]), opening["Condition"]) == (services, mine)
    assert set(opening["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey"}
    # Budgets asks the topic for leave when it is made.
    assert resources["Budget"]["DependsOn"] == "AlarmTopicPolicy"


def test_every_alarm_queue_and_function_is_on_the_dashboard(resources):
    body = resources["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(body)["widgets"]
    assert all({"type", "x", "y", "width", "height"} <= widget.keys() for widget in widgets)
    for name, resource in resources.items():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            assert f"${{{name}.Arn}}" in body
        if resource["Type"] == "AWS::SQS::Queue":
            assert f"${{{name}.QueueName}}" in body
        if resource["Type"] == "AWS::Serverless::Function":
            assert f'"FunctionName","${{{name}}}"' in body
    places = [(w["x"], w["y"]) for w in widgets]
    assert len(set(places)) == len(places)


def test_metrics_of_two_stacks_in_one_account_stay_apart(resources):
    definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    assert definition["info"]["title"] == {"Ref": "AWS::StackName"}


def test_no_two_merged_documents_say_the_same_thing(tmp_path, monkeypatch):
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_text('{"Resources": {"Table": {}}}')
    monkeypatch.setattr(project, "MERGED", (tmp_path / "one.json", tmp_path / "two.json"))
    with pytest.raises(project.PackagingError, match=r"two\.json repeats Table"):
        project._merged()
