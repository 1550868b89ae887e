"""Alarms on one machine: evaluated as CloudWatch would, over what functions counted."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.alarms import Alarm, Point

HOUR = 3600.0


def alarm(**different):
    return Alarm(
        {
            "AlarmDescription": "It is so. Runbook: docs/runbook/it.md",
            "Namespace": "here",
            "MetricName": "Overdue",
            "Statistic": "Maximum",
            "Period": 3600,
            "EvaluationPeriods": 1,
            "DatapointsToAlarm": 1,
            "Threshold": 0,
            "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
            **different,
        }
    )


HEARTBEAT = {
    "Statistic": "Sum",
    "EvaluationPeriods": 24,
    "DatapointsToAlarm": 24,
    "Threshold": 1,
    "ComparisonOperator": "LessThanThreshold",
    "TreatMissingData": "breaching",
}


def test_a_value_above_the_threshold_fires_and_is_over_when_its_period_is_past():
    points = [Point(100.0, 0.0), Point(200.0, 3.0)]
    assert alarm().changes(points, 0.0, 300.0) == [(200.0, "ALARM")]
    assert alarm().changes(points, 0.0, 2 * HOUR) == [(200.0, "ALARM"), (200.0 + HOUR, "OK")]


def test_nothing_counted_is_nothing_wrong_unless_the_alarm_waits_for_it():
    assert alarm().changes([], 0.0, 99 * HOUR) == []
    assert alarm(**HEARTBEAT).changes([], 0.0, 99 * HOUR) == [(24 * HOUR, "ALARM")]


def test_a_stack_that_just_began_has_missed_no_daily_run():
    assert alarm(**HEARTBEAT).changes([], 0.0, 23 * HOUR) == []


def test_a_run_that_comes_ends_the_alarm_on_missed_runs_until_the_next_is_missed():
    changes = alarm(**HEARTBEAT).changes([Point(30 * HOUR, 1.0)], 0.0, 60 * HOUR)
    assert changes == [(24 * HOUR, "ALARM"), (30 * HOUR, "OK"), (54 * HOUR, "ALARM")]


@pytest.mark.parametrize(("values", "fires"), [((1, 1), False), ((1, 1, 1), True)])
def test_a_sum_counts_everything_within_its_period(values, fires):
    many = {"Statistic": "Sum", "Threshold": 3}
    many["ComparisonOperator"] = "GreaterThanOrEqualToThreshold"
    points = [Point(10.0 * place, float(value)) for place, value in enumerate(values, 1)]
    assert bool(alarm(**many).changes(points, 0.0, 100.0)) is fires


def test_an_alarm_says_what_it_means_and_where_its_page_is():
    assert (alarm().description, alarm().runbook) == ("It is so", "docs/runbook/it.md")


def test_a_stack_shows_the_missed_runs_of_tomorrow_and_work_that_was_put_aside(stack):
    def fired(query=""):
        return {one["name"]: one for one in stack.get(f"/_local/alarms{query}").json()["alarms"]}

    assert stack.post_json("/_local/schedules/sweep_outbox").status_code == 200
    assert "SweepOutboxMissing" not in fired()
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).isoformat().replace("+", "%2B")
    missing = fired(f"?at={tomorrow}")
    assert {"ExpiryListsMissing", "SealLedgerMissing", "SweepOutboxMissing"} <= missing.keys()
    assert missing["SealLedgerMissing"]["state"] == "ALARM"
    assert missing["SealLedgerMissing"]["runbook"] == "docs/runbook/seal-ledger-missing.md"
    queue = stack.info["queues"]["message_dead_letters"]
    stack.client("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    assert fired()["MessageWorkPutAside"]["state"] == "ALARM"
    stack.client("sqs").purge_queue(QueueUrl=queue)


def test_a_moment_without_an_offset_is_refused(stack):
    assert stack.get("/_local/alarms?at=2026-11-22T00:00:00").status_code == 400
