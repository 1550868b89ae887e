"""Service reports (K2): every corporate client's, with figures counted by hand, nobody else's."""

import io
import json
from types import SimpleNamespace

import pypdf
import pytest

from chalicelib import aws as clients
from chalicelib import clock, events, settings
from chalicelib.analysis import daily, service, serving, store
from chalicelib.claims import service as claims
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.reports import periods

CODE = "91350100M000100Y43"
AT = clock.parse("2026-10-03T03:30:00+08:00")
QUARTER = periods.parse("2026Q3")


def policy(number, **more):
    return {
        "policy_no": number,
        "version": 1,
        "line": "property",
        "status": "in_force",
        "issued_on": "2026-01-02",
        "starts_on": "2026-01-03",
        "ends_on": "2027-01-02",
        "organisation": "4401",
        "insured_name": "福州榕城纺织有限公司",
        "insured_id_type": "credit_code",
        "insured_id_no": CODE,
        "premium": 1_250_000,
        **more,
    }


def stops(policy_no, claim_no, *reached, paid=None):
    """Rows of the core system: (stage, at) each."""
    rows = []
    for seq, (stage, at) in enumerate(reached, 1):
        row = {
            "claim_no": claim_no,
            "seq": seq,
            "policy_no": policy_no,
            "stage": stage,
            "department": "理赔部",
            "at": clock.stored(clock.parse(f"{at}+08:00")),
        }
        if stage == "paid":
            row["paid_amount"] = paid
        rows.append((row, f"claims#{claim_no}{seq}"))
    return rows


@pytest.fixture(scope="module")
def served(aws):
    aws.empty()
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])
    broker = {"code": "BR0001", "name": "示例保险经纪有限公司", "type": "broker"}
    organisations.take("intermediaries", [(broker, "t")])
    person = {"insured_id_type": "resident_id", "insured_id_no": "11010519491231002X"}
    brokered = {"channel_type": "broker", "channel_code": "BR0001"}
    rows = [
        policy("PROP0001", **brokered),
        policy("CARG0002", line="cargo", premium=80_050),
        policy("PROP0003", starts_on="2026-10-01", ends_on="2027-09-30"),
        policy("PROP0004", starts_on="2025-01-01", ends_on="2026-06-30"),
        policy("PROP0005", **person),
        # The same client by the code within its credit code.
        policy(
            "LIAB0006",
            line="liability",
            insured_id_type="organisation_code",
            insured_id_no=CODE[8:17],
            premium=100_000,
        ),
    ]
    taken = policies.take([policies.Row(row, f"p#{n}") for n, row in enumerate(rows)], AT)
    service.note([found.key for found in taken])
    # As an import does: the tables have to look at the claims of these again.
    service.note(["PROP0001", "CARG0002"], claims=True)
    claims.take(
        [
            *stops(
                "PROP0001",
                "C1",
                ("reported", "2026-07-01T09:00:00"),
                ("surveyed", "2026-07-01T12:00:00"),
                ("agreed", "2026-07-10T09:00:00"),
                ("paid", "2026-07-12T09:00:00"),
                ("closed", "2026-07-13T09:00:00"),
                paid=5_000_000,
            ),
            *stops(
                "PROP0001",
                "C2",
                ("reported", "2026-06-20T09:00:00"),
                ("surveyed", "2026-06-21T09:00:00"),
                ("agreed", "2026-07-20T09:00:00"),
                ("paid", "2026-08-15T09:00:00"),
                ("closed", "2026-10-02T09:00:00"),
                paid=7_00,
            ),
            *stops("CARG0002", "C3", ("reported", "2026-09-30T23:59:59")),
            *stops("CARG0002", "C4", ("reported", "2026-10-01T00:00:00")),
            *stops(
                "LIAB0006",
                "C5",
                ("reported", "2026-08-01T09:00:00"),
                ("refused", "2026-08-05T09:00:00"),
            ),
            *stops("PROP0005", "C6", ("reported", "2026-08-01T09:00:00")),
        ],
        AT,
    )
    return aws


def begin(aws, at=AT):
    with aws.guard.acting("report_quarter"):
        return service.report_service(at)


def work(aws):
    """Does what the render queue holds, as the function would; the references."""
    sqs, done = clients.client("sqs"), []
    queue = settings.get("RENDER_QUEUE_URL")
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            record = {"messageId": "1", "body": message["Body"]}
            with aws.guard.acting("render_document"):
                answer = events.render_document(
                    {"Records": [record]}, SimpleNamespace(aws_request_id="test")
                )
            assert answer == {"batchItemFailures": []}
            done.append(json.loads(message["Body"])["reference"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return done


def stored():
    s3, bucket = clients.client("s3"), settings.get("DOCUMENTS_BUCKET")
    found = s3.list_objects_v2(Bucket=bucket, Prefix="service/").get("Contents", [])
    return {
        entry["Key"]: s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()
        for entry in found
    }


def test_every_corporate_client_gets_one_report_and_nobody_else(served):
    assert begin(served) == 1
    assert work(served) == ["2026Q3/CARG0002"]
    client = serving.client_id(policies.find("PROP0001"))
    ((key, content),) = stored().items()
    assert key == f"service/2026Q3/{client}.pdf"
    assert CODE not in key
    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    for words in ("福州榕城纺织有限公司", "示例保险经纪有限公司", "14,300.50", "50,007.00"):
        assert words in text
    assert "11010519491231002X" not in text
    assert begin(served) == 1
    work(served)
    assert stored() == {key: content}


def test_its_figures_are_those_of_the_quarter(served):
    record = policies.find("CARG0002")
    found = serving.figures(serving._policies(record, QUARTER), QUARTER)
    assert [(line["policies"], line["premium"]) for line in found["lines"]] == [
        (1, 1_250_000),
        (1, 100_000),
        (1, 80_050),
    ]
    counted = ("policies", "premium", "reported", "ended", "refused", "open", "paid", "paid_amount")
    assert [found[name] for name in counted] == [3, 1_430_050, 3, 2, 1, 2, 2, 5_000_700]
    promises = {one.name: one for one in found["promises"]}
    payment = promises["达成协议后支付赔款"]
    assert (payment.times, payment.late) == (2, 1)
    # Two days, and twenty-six: the second one is sixteen days late.
    assert payment.hours == (2 + 26) * 24 / 2
    survey = promises["约定:到场查勘"]
    assert (survey.times, survey.late, survey.hours) == (1, 0, 3.0)


def test_once_the_days_are_over_they_are_made_only_if_they_never_were(served):
    late = clock.parse("2026-12-01T03:30:00+08:00")
    assert begin(served, late) == 0
    store.get("service/2026Q3", "begun").delete()
    assert begin(served, late) == 1
    work(served)


def test_who_gets_a_report_is_read_from_blocks_alone(served):
    assert {one.is_person for one in daily.everything()} == {True, False}
