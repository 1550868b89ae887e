"""Every alarm is seen firing: by what it watches, counted as the service or AWS counts it."""

import io
import json
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from chalicelib import observability
from infra.local.alarms import AGE, QUEUES, Alarm, Alarms
from infra.local.metrics import Metrics
from tests.door import Door

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
        self._logs.mkdir()
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
            (self._logs / "function.log").write_text(out.getvalue())

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


def told(out):
    """The metrics that were counted, by name."""
    lines = (json.loads(line) for line in out.splitlines() if line.startswith('{"_aws"'))
    return {
        metric["Name"]
        for line in lines
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }


def test_a_failed_verification_and_a_lock_are_counted(door: Door, capsys):
    caller = "198.51.100.77"
    wrong = {"policy_no": "PDZA-NOBODY-0001", "id_no": "440106198703214411"}
    statuses = {door.post("/v1/queries", wrong, caller=caller).status for _ in range(3)}
    assert 403 in statuses
    assert "VerificationsFailed" in told(capsys.readouterr().out)
