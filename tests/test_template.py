"""The template: what it promises to whoever puts it into an account."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import packaging
from infra.packaging import project, rights

ROOT = Path(__file__).parents[1]
FUNCTIONS = {
    "APIHandler": "api_handler",
    "AuthorizeStaff": "authorize_staff",
    "ImportFile": "import_file",
    "CheckAttachment": "check_attachment",
    "ImportRows": "import_rows",
    "RenderDocument": "render_document",
    "SealLedger": "seal_ledger",
    "RollUpDay": "roll_up_day",
    "ReportQuarter": "report_quarter",
    "SendMessage": "send_message",
    "SweepOutbox": "sweep_outbox",
    "HandOutReport": "hand_out_report",
    "WatchDeadlines": "watch_deadlines",
    "ListExpiringPolicies": "list_expiring_policies",
    "WriteExpiryList": "write_expiry_list",
    "PackDocuments": "pack_documents",
    "AssignLeads": "assign_leads",
    "Remind": "remind",
}
REGIONS = ("cn-north-1", "cn-northwest-1", "eu-west-1", "ap-southeast-1")
SETTINGS = ("lambda_memory_size", "lambda_timeout", "reserved_concurrency", "iam_policy_file")
UNRESERVED = 100
"""What AWS keeps of an account's concurrency for functions without a share."""
# Every type that API Gateway makes without asking a function, as its reference lists them.
GATEWAY_TYPES = {
    *("ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR"),
    *("AUTHORIZER_FAILURE", "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS", "DEFAULT_4XX"),
    *("DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
    *("INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "QUOTA_EXCEEDED"),
    *("REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED", "UNAUTHORIZED"),
    *("UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
}


@pytest.fixture(scope="module")
def template():
    return packaging.template()


@pytest.fixture(scope="module")
def site(template):
    """The address of the public pages, as the template says it everywhere."""
    return template["Globals"]["Function"]["Environment"]["Variables"]["PUBLIC_SITE_URL"]


@pytest.fixture(scope="module")
def origin(site):
    """Scheme and host of the public pages, quoted as API Gateway wants fixed values."""
    address = {"Fn::Split": ["/", site]}
    parts = {"Scheme": {"Fn::Select": [0, address]}, "Host": {"Fn::Select": [2, address]}}
    return {"Fn::Sub": ["'${Scheme}//${Host}'", parts]}


@pytest.fixture(scope="module")
def resources(template):
    return template["Resources"]


def of_type(resources, kind):
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == kind
    }


def statements(resources, function):
    role = resources[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    return rights.statements(resources, role)


def listed(value):
    return value if isinstance(value, list) else [value]


def strings(value):
    if isinstance(value, dict):
        for key, part in value.items():
            yield key
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)
    elif isinstance(value, str):
        yield value


def test_cfn_lint_finds_nothing_in_either_partition(tmp_path, template):
    path = tmp_path / "sam.json"
    path.write_text(json.dumps(template))
    linted = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--regions", *REGIONS, "--", path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (linted.returncode, linted.stdout) == (0, "")


def test_nothing_in_the_template_ties_it_to_an_account_a_region_or_a_partition(template):
    regions = r"\b(us|eu|cn|ap|sa|ca|me|af|il|mx)-[a-z]+-\d\b"
    for text in strings(template):
        assert not re.search(rf"arn:aws|\b\d{{12}}\b|{regions}", text), text


def test_the_template_is_ascii_because_cloudformation_garbles_the_rest(template):
    assert [text for text in strings(template) if not text.isascii()] == []


def test_the_stage_is_a_parameter_with_the_packaged_stage_as_default():
    staging = packaging.template("staging")
    assert staging["Parameters"]["Stage"]["Default"] == "staging"
    assert staging["Resources"]["APIHandler"]["Properties"]["Timeout"] == 10


def test_the_functions_are_those_of_the_switchboard(resources):
    functions = of_type(resources, "AWS::Serverless::Function")
    handlers = {name: properties["Handler"] for name, properties in functions.items()}
    assert handlers == {
        "APIHandler": "app.app",
        "AuthorizeStaff": "app.authorize_staff",
        "ImportFile": "app.import_file",
        "CheckAttachment": "app.check_attachment",
        "ImportRows": "app.import_rows",
        "RenderDocument": "app.render_document",
        "SealLedger": "app.seal_ledger",
        "RollUpDay": "app.roll_up_day",
        "ReportQuarter": "app.report_quarter",
        "SendMessage": "app.send_message",
        "SweepOutbox": "app.sweep_outbox",
        "HandOutReport": "app.hand_out_report",
        "WatchDeadlines": "app.watch_deadlines",
        "ListExpiringPolicies": "app.list_expiring_policies",
        "WriteExpiryList": "app.write_expiry_list",
        "PackDocuments": "app.pack_documents",
        "AssignLeads": "app.assign_leads",
        "Remind": "app.remind",
    }


def test_every_setting_that_the_code_reads_is_in_the_environment(template, resources):
    code = "\n".join(path.read_text() for path in (ROOT / "chalicelib").rglob("*.py"))
    read = set(re.findall(r'(?:settings\.get|TableName)\(\s*"([A-Z_]+)"', code))
    given = template["Globals"]["Function"]["Environment"]["Variables"].keys()
    own = resources["RenderDocument"]["Properties"]["Environment"]["Variables"].keys()
    assert read <= given | own


def test_the_environment_refers_only_to_what_the_template_makes(template):
    known = template["Resources"].keys() | template["Parameters"].keys() | {"AWS::StackName"}
    variables = template["Globals"]["Function"]["Environment"]["Variables"]
    for value in (value for name, value in variables.items() if name != "PUBLIC_SITE_URL"):
        ((intrinsic, target),) = value.items()
        name = {"Ref": lambda t: t, "Fn::GetAtt": lambda t: t[0]}[intrinsic](target)
        assert name in known


def test_tables_are_encrypted_recoverable_protected_and_paid_by_use(template, resources):
    tables = of_type(resources, "AWS::DynamoDB::Table")
    settings = template["Globals"]["Function"]["Environment"]["Variables"]
    named = {value["Ref"] for name, value in settings.items() if name.endswith("_TABLE")}
    assert tables.keys() == named
    for name, table in tables.items():
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
        assert table["DeletionProtectionEnabled"]
        assert table["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["StorageKey", "Arn"]}
        assert resources[name]["DeletionPolicy"] == "Retain"


def test_indexes_hold_keys_only_so_that_no_sealed_value_is_copied(resources):
    indexes = {
        (name, index["IndexName"]): index["Projection"]["ProjectionType"]
        for name, table in of_type(resources, "AWS::DynamoDB::Table").items()
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    assert indexes == {
        ("PoliciesTable", "person"): "KEYS_ONLY",
        # One attribute more, the keyed hash by which a list groups customers.
        ("PoliciesTable", "expiry"): "INCLUDE",
        ("PoliciesTable", "renews"): "KEYS_ONLY",
        ("PoliciesTable", "plate"): "KEYS_ONLY",
        ("PoliciesTable", "holder"): "KEYS_ONLY",
        # Keyed hashes again: of the person and of the numbers that the policy brought.
        ("PoliciesTable", "agenda"): "INCLUDE",
        ("PoliciesTable", "days"): "INCLUDE",
        ("PoliciesTable", "unreached"): "INCLUDE",
        ("DocumentsTable", "sha256"): "KEYS_ONLY",
        ("DocumentsTable", "filed"): "KEYS_ONLY",
        ("AuditTable", "subject"): "KEYS_ONLY",
        ("AuditTable", "object"): "KEYS_ONLY",
        ("ImportsTable", "month"): "KEYS_ONLY",
        ("UpkeepTable", "due"): "KEYS_ONLY",
        ("ApprovalsTable", "waiting"): "KEYS_ONLY",
        ("OutboxTable", "waiting"): "KEYS_ONLY",
        ("ClaimsTable", "desk"): "KEYS_ONLY",
        ("ClaimsTable", "agent"): "KEYS_ONLY",
        ("ClaimsTable", "clock"): "KEYS_ONLY",
        ("ClaimsTable", "reported"): "KEYS_ONLY",
        ("ObjectionCasesTable", "desk"): "KEYS_ONLY",
        ("ObjectionCasesTable", "clock"): "KEYS_ONLY",
        ("ObjectionCasesTable", "handler"): "KEYS_ONLY",
        ("ObjectionCasesTable", "person"): "KEYS_ONLY",
        ("LeadsTable", "agent"): "KEYS_ONLY",
        ("LeadsTable", "organisation"): "KEYS_ONLY",
        ("LeadsTable", "waiting"): "KEYS_ONLY",
        # What is open of a task: its status and days.
        ("LeadsTable", "desk"): "INCLUDE",
    }


def test_imports_and_queries_expire_by_themselves(resources):
    expiring = {
        name: table["TimeToLiveSpecification"]
        for name, table in of_type(resources, "AWS::DynamoDB::Table").items()
        if "TimeToLiveSpecification" in table
    }
    rule = {"AttributeName": "expires_at", "Enabled": True}
    names = ("ImportsTable", "QueriesTable", "OutboxTable", "ClaimsTable", "DownloadsTable")
    names += ("ObjectionCasesTable", "EnquiriesTable", "LeadsTable", "AnalysisTable")
    assert expiring == dict.fromkeys(names, rule)


def test_buckets_are_versioned_private_and_encrypted_and_stay(resources):
    buckets = of_type(resources, "AWS::S3::Bucket")
    assert buckets.keys() == {"IncomingBucket", "DocumentsBucket", "UploadsBucket", "SiteBucket"}
    for name, bucket in buckets.items():
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        assert all(bucket["PublicAccessBlockConfiguration"].values())
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        # Public pages need no key of ours, and their distribution could not use one.
        kind = "AES256" if name == "SiteBucket" else "aws:kms"
        assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == kind


def test_what_holds_data_stays_when_the_stack_goes_but_not_when_it_never_stood(resources):
    kinds = {"AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"}
    for name, resource in resources.items():
        if resource["Type"] in {*kinds, "AWS::Logs::LogGroup"}:
            assert resource["DeletionPolicy"] == "RetainExceptOnCreate", name
            assert resource["UpdateReplacePolicy"] == "Retain", name


def test_buckets_and_queues_refuse_plain_http(resources):
    guarded = set()
    for kind, place in (("AWS::S3::BucketPolicy", "Bucket"), ("AWS::SQS::QueuePolicy", "Queues")):
        for policy in of_type(resources, kind).values():
            deny = policy["PolicyDocument"]["Statement"][0]
            assert (deny["Effect"], deny["Principal"]) == ("Deny", "*")
            assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            guarded |= {target["Ref"] for target in listed(policy[place])}
    stores = of_type(resources, "AWS::S3::Bucket").keys() | of_type(resources, "AWS::SQS::Queue")
    assert guarded == stores


def test_documents_can_be_locked_one_by_one_and_import_reports_go_after_90_days(resources):
    bucket = resources["DocumentsBucket"]["Properties"]
    assert bucket["ObjectLockEnabled"] is True
    # A default retention would lock the reports that have to go.
    assert "ObjectLockConfiguration" not in bucket
    rules = {rule.get("Prefix"): rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["imports/"]["ExpirationInDays"] == rules["checks/"]["ExpirationInDays"] == 90
    # And copies of people's data, which are there to be fetched (retention, `privacy_copy`).
    assert rules["privacy/"]["ExpirationInDays"] == 30
    # Archives are copies of what stays.
    assert rules["archives/"]["ExpirationInDays"] == 1
    # Pages wait to be set as long as a message may wait among the dead letters.
    assert rules["pages/"]["ExpirationInDays"] == 15
    # Letters of decisions are personal and go with what they decided on, ten years and a week old.
    assert rules["objections/letters/"]["ExpirationInDays"] == 3660
    going = {prefix for prefix, rule in rules.items() if "ExpirationInDays" in rule}
    kept_a_while = {"imports/", "checks/", "privacy/", "archives/", "pages/"}
    assert going == {*kept_a_while, "objections/letters/"}


def test_evidence_goes_with_its_objection_and_photos_of_claims_stay(resources):
    bucket = resources["UploadsBucket"]["Properties"]
    rules = bucket["LifecycleConfiguration"]["Rules"]
    going = [rule for rule in rules if "ExpirationInDays" in rule]
    kept = {rule["Prefix"]: rule["ExpirationInDays"] for rule in going}
    # Ten years after the reply and a few weeks: evidence comes while an objection is open.
    assert kept["kept/objections/"] == kept["thumbnails/objections/"] == 3700
    assert not {"kept/", "thumbnails/"} & kept.keys()


def test_no_function_may_delete_a_document_shorten_its_lock_or_release_a_legal_hold(resources):
    for function in FUNCTIONS:
        for statement in statements(resources, function):
            allowed = listed(statement["Action"])
            assert not any(action.startswith("s3:Delete") for action in allowed), function
            assert not {"s3:BypassGovernanceRetention", "s3:PutObjectLegalHold"} & set(allowed)


def test_documents_are_made_with_the_import_unless_on_demand_is_chosen(template):
    render = template["Parameters"]["render"]
    assert render["Default"] == "on_import"
    assert render["AllowedValues"] == ["on_import", "on_demand"]
    assert template["Globals"]["Function"]["Environment"]["Variables"]["RENDER"] == {
        "Ref": "render"
    }


def test_browsers_may_post_uploads_from_our_site_alone(resources, site):
    (rule,) = resources["UploadsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    assert rule["AllowedMethods"] == ["POST"]
    ((text, own),) = (origin["Fn::Sub"] for origin in rule["AllowedOrigins"])
    assert text == "https://${Host}"
    assert site in own["Host"]["Fn::Select"][1]["Fn::Split"]


def test_work_that_keeps_failing_is_put_aside_not_lost(resources):
    for queue, dead, function in (
        ("ImportQueue", "ImportDeadLetters", "ImportRows"),
        ("RenderQueue", "RenderDeadLetters", "RenderDocument"),
        ("MessageQueue", "MessageDeadLetters", "SendMessage"),
        ("OutgoingQueue", "OutgoingDeadLetters", "HandOutReport"),
        ("ExpiryQueue", "ExpiryDeadLetters", "WriteExpiryList"),
        ("ArchiveQueue", "ArchiveDeadLetters", "PackDocuments"),
    ):
        properties = resources[queue]["Properties"]
        redrive = properties["RedrivePolicy"]
        assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead, "Arn"]}
        assert resources[dead]["Properties"]["MessageRetentionPeriod"] == 14 * 86400
        # Lambda's own advice: six times the function's timeout, or a slow batch is done twice.
        timeout = resources[function]["Properties"]["Timeout"]
        assert properties["VisibilityTimeout"] >= 6 * timeout


@pytest.mark.parametrize(
    ("function", "queue", "batch"),
    [
        ("ImportRows", "ImportQueue", 1),
        ("RenderDocument", "RenderQueue", 5),
        ("SendMessage", "MessageQueue", 10),
        ("HandOutReport", "OutgoingQueue", 10),
        ("WriteExpiryList", "ExpiryQueue", 1),
        ("PackDocuments", "ArchiveQueue", 1),
    ],
)
def test_queues_feed_their_functions_and_only_failed_records_come_again(
    resources, function, queue, batch
):
    (event,) = resources[function]["Properties"]["Events"].values()
    assert event["Type"] == "SQS"
    assert event["Properties"]["Queue"] == {"Fn::GetAtt": [queue, "Arn"]}
    assert event["Properties"]["BatchSize"] == batch
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_alarms_reach_a_topic_that_this_account_alone_may_publish_to(resources):
    assert resources["AlarmTopic"]["Properties"]["KmsMasterKeyId"] == {"Ref": "StorageKey"}
    policy = resources["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]
    deny, allow = policy["Statement"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert allow["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
    account = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    assert allow["Condition"] == account
    (publishing,) = (
        statement
        for statement in resources["StorageKey"]["Properties"]["KeyPolicy"]["Statement"]
        if statement["Sid"] == "AlarmsReachTheirTopic"
    )
    assert publishing["Condition"] == account


def test_a_dropped_file_reaches_its_function_or_the_dead_letters(resources):
    incoming = resources["IncomingBucket"]["Properties"]["NotificationConfiguration"]
    assert incoming == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    properties = resources["ImportFile"]["Properties"]
    (event,) = properties["Events"].values()
    assert event["Properties"]["Pattern"] == {
        "source": ["aws.s3"],
        "detail-type": ["Object Created"],
        "detail": {"bucket": {"name": [{"Ref": "IncomingBucket"}]}},
    }
    dead = {"Fn::GetAtt": ["FileDeadLetters", "Arn"]}
    assert event["Properties"]["DeadLetterConfig"] == {"Arn": dead}
    assert event["Properties"]["RetryPolicy"]["MaximumRetryAttempts"] > 0
    failed = properties["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]
    assert failed == {"Type": "SQS", "Destination": dead}


def test_keys_rotate_and_whoever_reads_storage_cannot_open_sealed_values(resources):
    keys = of_type(resources, "AWS::KMS::Key")
    assert keys.keys() == {"DataKey", "SigningKey", "StorageKey"}
    # KMS turns over no key pairs: whoever verifies needs the public key of then.
    assert all(keys[name]["EnableKeyRotation"] for name in ("DataKey", "StorageKey"))
    assert [s["Sid"] for s in keys["DataKey"]["KeyPolicy"]["Statement"]] == [
        "TheAccountAdministersItsKey"
    ]
    at_rest = [
        text
        for kind in ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue")
        for text in strings(of_type(resources, kind))
    ]
    assert "DataKey" not in at_rest


def test_the_storage_key_works_through_storage_services_of_this_account_only(resources):
    own, *others = resources["StorageKey"]["Properties"]["KeyPolicy"]["Statement"]
    assert own["Sid"] == "TheAccountAdministersItsKey"
    for statement in others:
        if statement["Principal"] == {"Service": "events.amazonaws.com"}:
            # EventBridge does not tell KMS whose rule it is; the queue's policy asks for that.
            assert "Condition" not in statement
            continue
        condition = statement["Condition"]["StringEquals"]
        assert {"Ref": "AWS::AccountId"} in condition.values()
        if statement["Principal"] == {"AWS": "*"}:
            services = json.dumps(condition["kms:ViaService"])
            for name in ("dynamodb", "s3", "sqs", "secretsmanager"):
                # AWS's documentation has the first form alone, its own keys in China the second.
                assert f"{name}.${{AWS::Region}}.amazonaws.com" in services
                assert f"{name}.${{AWS::Region}}.${{AWS::URLSuffix}}" in services


def test_the_secret_is_made_in_the_account_and_never_written_down(resources):
    secret = resources["Secrets"]["Properties"]
    assert "SecretString" not in secret
    rule = secret["GenerateSecretString"]
    assert (rule["SecretStringTemplate"], rule["GenerateStringKey"]) == ("{}", "1")
    assert rule["PasswordLength"] == 64


def test_every_function_is_sized_apart():
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    ((_, stage),) = config["stages"].items()
    sizes = stage["lambda_functions"]
    for name, size in sizes.items():
        assert tuple(sorted(size)) == tuple(sorted(SETTINGS)), name
        assert size["iam_policy_file"] == f"policies/{name}.json"
    assert sizes.keys() == set(FUNCTIONS.values())
    assert sum(size["reserved_concurrency"] for size in sizes.values()) <= 1000 - UNRESERVED


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_do_nothing_to_everything(resources, function):
    for statement in statements(resources, function):
        assert statement["Effect"] == "Allow"
        assert not any("*" in action for action in listed(statement["Action"])), statement["Sid"]
        if statement["Sid"] in ("TextTelephones", "SendMail"):
            # A telephone is no resource of AWS, and identities are verified outside the template.
            continue
        for resource in listed(statement["Resource"]):
            ((_, target),) = resource.items()
            name = target[0] if isinstance(target, list) else target.strip("${}").partition(".")[0]
            assert name in resources, statement["Sid"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_a_policy_of_its_own_written_by_hand(resources, function):
    written = json.loads((ROOT / ".chalice/policies" / f"{FUNCTIONS[function]}.json").read_text())
    assert statements(resources, function) == written["Statement"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_writes_to_its_own_log_that_ends_after_six_months(resources, function):
    group = resources[function]["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
    # Cybersecurity Law art. 21: network logs are kept for six months at least.
    assert resources[group]["Properties"]["RetentionInDays"] == 180
    (logging,) = (s for s in statements(resources, function) if s["Sid"] == "WriteOwnLog")
    assert logging["Resource"] == {"Fn::Sub": f"${{{group}.Arn}}"}


def test_sealed_values_open_only_with_the_context_of_their_table(resources):
    for function in FUNCTIONS:
        for statement in statements(resources, function):
            if {"kms:Decrypt", "kms:GenerateDataKey"} & set(listed(statement["Action"])):
                assert statement["Resource"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
                assert statement["Condition"]["Null"] == {"kms:EncryptionContext:table": "false"}


def test_registers_are_only_added_to_and_digests_only_signed_by_the_function_that_seals(resources):
    for function in FUNCTIONS:
        for statement in statements(resources, function):
            allowed = set(listed(statement["Action"]))
            registers = (
                {"Fn::GetAtt": [name, "Arn"]} for name in ("AuditTable", "ObjectionsTable")
            )
            if any(register in listed(statement["Resource"]) for register in registers):
                changing = {"UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLUpdate"}
                assert not {f"dynamodb:{action}" for action in changing} & allowed, function
            if "kms:Sign" in allowed:
                assert function == "SealLedger"
            assert not any("BypassGovernance" in action for action in allowed)


def test_scheduled_functions_say_when(resources):
    (event,) = resources["SealLedger"]["Properties"]["Events"].values()
    assert event["Type"] == "Schedule"
    assert event["Properties"]["Schedule"] == "cron(20 16 * * ? *)"


def test_the_public_api_can_change_no_policy_and_write_no_document(resources):
    actions = {
        (action, json.dumps(statement["Resource"]))
        for statement in statements(resources, "APIHandler")
        for action in listed(statement["Action"])
    }
    writing = {
        resource
        for action, resource in actions
        if re.search(r":(Put|Update|Delete|BatchWrite|Send)", action)
        and not action.startswith("logs:")
    }
    tables = {
        table
        for resource in writing
        for part in listed(json.loads(resource))
        for table in part.get("Fn::GetAtt", [])[:1]
    }
    # Documents that are made on demand are asked for when somebody wants one.
    assert tables == {
        *("QueriesTable", "AuditTable", "ApprovalsTable", "ParametersTable", "StaffTable"),
        *("PrivacyTable", "RenderQueue", "ClaimsTable", "OutboxTable", "MessageQueue"),
        "ContactsTable",
        "AttachmentsTable",
        "EnquiriesTable",
        "OutgoingQueue",
        *("ObjectionsTable", "ObjectionCasesTable"),
        *("LeadsTable", "ReportsTable"),
        # Staff let an import go on; what its rows say stays out of reach.
        *("ImportsTable", "ImportQueue", "UpkeepTable", "AnalysisTable"),
        *("ExpiryTable", "ExpiryQueue", "DownloadsTable", "ArchiveQueue"),
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_may_change_or_delete_what_is_in_a_register(resources, function):
    for statement in statements(resources, function):
        named = json.dumps(statement["Resource"])
        if "AuditTable" in named or "ObjectionsTable" in named:
            changing = r":(Update|Delete|BatchWrite|PartiQL)"
            assert not [a for a in listed(statement["Action"]) if re.search(changing, a)]


def test_the_api_is_regional(resources):
    assert resources["RestAPI"]["Properties"]["EndpointConfiguration"] == "REGIONAL"


def test_every_answer_that_the_gateway_makes_itself_is_a_problem_a_browser_may_read(
    resources, origin
):
    definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    responses = definition[project.GATEWAY_RESPONSES]
    assert responses.keys() == GATEWAY_TYPES
    for kind, response in responses.items():
        headers = response["responseParameters"]
        assert headers["gatewayresponse.header.Access-Control-Allow-Origin"] == origin, kind
        exposed = headers["gatewayresponse.header.Access-Control-Expose-Headers"].strip("'")
        assert {"ETag", "Retry-After", "X-Request-Id"} <= set(exposed.split(","))
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
        body = json.loads(response["responseTemplates"]["application/json"])
        assert body.keys() == {"type", "title", "status", "detail", "code", "request_id"}
        assert body["type"] == f"/problems/{body['code']}"
        assert str(body["status"]) == response.get("statusCode", "502")
        assert body["request_id"] == "$context.requestId"


def test_server_errors_of_the_gateway_keep_the_status_by_which_it_counts_them(resources):
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/
    api-gateway-metrics-and-dimensions.html: an answer whose status was modified is a 4XXError, and
    the alarm ServerErrors would never hear of it."""
    own = resources["RestAPI"]["Properties"]["DefinitionBody"][project.GATEWAY_RESPONSES]
    servers = {
        kind: response.get("statusCode")
        for kind, response in own.items()
        if json.loads(response["responseTemplates"]["application/json"])["status"] >= 500
    }
    assert servers == {
        "API_CONFIGURATION_ERROR": "500",
        "AUTHORIZER_CONFIGURATION_ERROR": "500",
        "AUTHORIZER_FAILURE": "500",
        "INTEGRATION_FAILURE": "504",
        "INTEGRATION_TIMEOUT": "504",
        # All others: as they come, 502 for a function that broke off.
        "DEFAULT_5XX": None,
    }


def test_every_preflight_lets_our_own_site_in_and_no_other(resources, origin):
    paths = resources["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        integration = methods["options"]["x-amazon-apigateway-integration"]
        headers = integration["responses"]["default"]["responseParameters"]
        assert headers["method.response.header.Access-Control-Allow-Origin"] == origin, path
        assert "Authorization" in headers["method.response.header.Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("MISSING_AUTHENTICATION_TOKEN", "404"),
        ("UNAUTHORIZED", "401"),
        ("ACCESS_DENIED", "403"),
        ("THROTTLED", "429"),
        ("REQUEST_TOO_LARGE", "413"),
        ("BAD_REQUEST_BODY", "400"),
        ("UNSUPPORTED_MEDIA_TYPE", "415"),
        ("INTEGRATION_TIMEOUT", "504"),
    ],
)
def test_the_gateway_answers_with_the_status_of_the_contract(resources, kind, status):
    definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    assert definition[project.GATEWAY_RESPONSES][kind]["statusCode"] == status


def test_whoever_is_throttled_is_told_when_to_come_back(resources):
    definition = resources["RestAPI"]["Properties"]["DefinitionBody"]
    for response in definition[project.GATEWAY_RESPONSES].values():
        if response.get("statusCode") == "429":
            seconds = response["responseParameters"]["gatewayresponse.header.Retry-After"]
            assert 1 <= int(seconds.strip("'")) <= 900
