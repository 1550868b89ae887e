"""Every alarm is seen firing: by what it watches, counted as the service or AWS counts it."""

import io
import json
from collections import Counter
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from chalicelib import clock, events, observability
from infra.local.alarms import AGE, QUEUES, Alarm, Alarms
from infra.local.metrics import Metrics
from tests.claims.test_routes import report
from tests.imports.files import as_csv, drop, imported, row
from tests.leads.test_leads import send
from tests.policies.rows import number, policy, take

ALARMS = "AWS::CloudWatch::Alarm"


class Watched:
    """One alarm of the template, over this process's stack."""

    def __init__(self, aws, name, folder):
        properties = aws.resources.of_type(ALARMS)[name]
        alone = SimpleNamespace(
            of_type=lambda _: {name: properties},
            resolve=aws.resources.resolve,
            clients=aws.resources.clients,
        )
        resolved = aws.resources.resolve(properties)
        self.alarm = Alarm(resolved)
        self.threshold = float(resolved["Threshold"])
        self.waits = resolved["TreatMissingData"] == "breaching"
        self.window = timedelta(seconds=resolved["Period"] * resolved["EvaluationPeriods"])
        self._aws, self._logs = aws, folder / name
        self._logs.mkdir(parents=True)
        self._metrics = Metrics()
        self._alarms = Alarms(alone, self._logs, self._metrics)

    def state(self, later=timedelta(seconds=1)):
        """What stands in the list of alarms, None if this one never fired."""
        fired = self._alarms.fired(datetime.now(UTC) + later)["alarms"]
        return fired[0]["state"] if fired else None

    def cause(self):
        """Lets happen what the alarm is for, just enough of it."""
        series, enough = self.alarm.series, int(self.threshold) + 1
        if series.namespace == QUEUES:
            sqs, name = self._aws.resources.clients.sqs, dict(series.dimensions)["QueueName"]
            url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody="{}")
        elif series.namespace.startswith("AWS/"):
            dimensions = dict(series.dimensions)
            self._metrics.count(series.namespace, series.metric, float(enough), **dimensions)
        else:
            with redirect_stdout(io.StringIO()) as out:
                observability.count(series.metric, enough, **dict(series.dimensions))
            self.say(out.getvalue())

    def say(self, out):
        """What a function has written is in its log."""
        (self._logs / "function.log").write_text(out)

    def calm(self):
        """Empties the queue again that was filled."""
        if self.alarm.series.namespace == QUEUES:
            sqs, name = self._aws.resources.clients.sqs, dict(self.alarm.series.dimensions)
            url = sqs.get_queue_url(QueueName=name["QueueName"])["QueueUrl"]
            sqs.purge_queue(QueueUrl=url)


def test_every_alarm_of_the_template_fires_by_what_it_watches(aws, tmp_path):
    for name in aws.resources.of_type(ALARMS):
        watched = Watched(aws, name, tmp_path)
        assert watched.state() is None, name
        if watched.waits:
            assert watched.state(watched.window + timedelta(seconds=5)) == "ALARM", name
            continue
        watched.cause()
        waited = timedelta(seconds=watched.threshold + 5)
        later = waited if watched.alarm.series.metric == AGE else timedelta(seconds=1)
        watched.state()  # somebody looks at the queue for the first time
        assert watched.state(later) == "ALARM", name
        watched.calm()


def test_an_alarm_on_a_missed_run_is_quiet_once_the_run_has_come(aws, tmp_path):
    for name in aws.resources.of_type(ALARMS):
        watched = Watched(aws, name, tmp_path)
        if watched.waits:
            watched.cause()
            assert watched.state(watched.window - timedelta(seconds=5)) is None, name


def many_wrong_credentials(door):
    """Guesses, each from an address of its own; as many again as the alarm wants of them."""
    for place in range(2):
        wrong = {"policy_no": f"PDZA-NOBODY-{place:04d}", "id_no": "440106198703214411"}
        door.post("/v1/queries", wrong, caller=f"198.18.{place}.7")


def one_caller_who_does_not_stop(door):
    wrong = {"policy_no": "PDZA-NOBODY-9999", "id_no": "440106198703214411"}
    found = Counter(door.post("/v1/queries", wrong, caller="203.0.113.9").status for _ in range(15))
    assert found[429] >= 5


def forged_tokens(door):
    for _ in range(20):
        assert door.get("/v1/staff/audit", token="forged").status == 401


def a_file_of_no_kind(_):
    file = drop(b"a,b\n1,2\n", "x.csv", "nonsense")
    detail = {"bucket": {"name": file.bucket}, "object": {"key": file.key}}
    events.import_file({"detail": detail, "time": clock.stored(clock.now())}, CONTEXT)


def a_hundred_wrong_rows(_):
    imported(as_csv([row(premium="x") for _ in range(100)]), "a.csv")


def a_name_that_no_font_has(_):
    policy_no = number()
    take(policy(policy_no, insured_name="甲\U00030100"))
    message = {"policy_no": policy_no, "version": 1}
    events.render_document({"Records": [record(message)]}, CONTEXT)


def messages_that_are_none(_):
    events.send_message({"Records": [record({}) for _ in range(3)]}, CONTEXT)


def a_lead_where_nobody_sells(door):
    assert send(door).body["agent"] is None


def claims_that_wait(door, at):
    assert report(door, plate_no="粤A12345").status == 201
    events.watch_deadlines({"time": clock.stored(clock.now() + at)}, CONTEXT)


def a_run_without_time(door):
    assert report(door, plate_no="粤A12345").status == 201
    context = SimpleNamespace(aws_request_id="t", get_remaining_time_in_millis=lambda: 0)
    late = clock.now() + timedelta(days=31)
    events.watch_deadlines({"time": clock.stored(late)}, context)


HAPPENS = {
    "VerificationsFailing": many_wrong_credentials,
    "CallersLockedOut": one_caller_who_does_not_stop,
    "SignInsRefused": forged_tokens,
    "FilesStopped": a_file_of_no_kind,
    "RowsRejected": a_hundred_wrong_rows,
    "DocumentsNotMade": a_name_that_no_font_has,
    "UnexpectedFailures": messages_that_are_none,
    "LeadsUnassigned": a_lead_where_nobody_sells,
    "DeadlinesLeft": a_run_without_time,
    "ClaimDeadlinesNear": lambda door: claims_that_wait(door, timedelta(days=27)),
    "ClaimDeadlinesPassed": lambda door: claims_that_wait(door, timedelta(days=31)),
}
"""Alarm → what happens. Objections, reports and late events: see the rooms and infra/counted.py."""
REPEATED = {"VerificationsFailing": 100, "CallersLockedOut": 10}
"""What an alarm wants hundreds of happens some times, and is told as often as the alarm wants."""
CONTEXT = SimpleNamespace(aws_request_id="t", get_remaining_time_in_millis=lambda: 60_000)


def record(message):
    return {"messageId": "m", "body": json.dumps(message)}


@pytest.mark.parametrize("name", HAPPENS)
def test_the_alarm_fires_by_what_the_functions_themselves_say(name, aws, door, tmp_path):
    aws.empty()
    watched = Watched(aws, name, tmp_path)
    with redirect_stdout(io.StringIO()) as out:
        HAPPENS[name](door)
    watched.say(out.getvalue() * REPEATED.get(name, 1))
    assert watched.state() == "ALARM"


@pytest.mark.parametrize(
    "function",
    [
        *("assign_leads", "remind", "report_quarter", "roll_up_day"),
        *("seal_ledger", "sweep_outbox", "watch_deadlines"),
    ],
)
def test_a_missed_run_fires_until_the_function_itself_has_run(function, aws, tmp_path):
    aws.empty()
    camel = "".join(part.title() for part in function.split("_"))
    watched = Watched(aws, f"{camel}Missing", tmp_path)
    soon = watched.window - timedelta(seconds=5)
    assert watched.state(watched.window + timedelta(seconds=5)) == "ALARM"
    with redirect_stdout(io.StringIO()) as out:
        getattr(events, function)({"time": clock.stored(clock.now())}, CONTEXT)
    watched = Watched(aws, f"{camel}Missing", tmp_path / "again")
    watched.say(out.getvalue())
    assert watched.state(soon) is None
