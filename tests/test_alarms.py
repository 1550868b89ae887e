"""Alarms: each has its page, its topic and somebody who counts; no missed run goes unseen."""

import re
from pathlib import Path

import pytest

from infra import counted, packaging
from infra.permissions.use import Notes

ROOT = Path(__file__).parents[1]
RUNBOOK = ROOT / "docs" / "runbook"
BY_WHAT_THEY_BRING = {"list_expiring_policies": "ExpiryListsMissing"}
"""Scheduled functions whose missed run shows by what is missing afterwards."""


@pytest.fixture(scope="module")
def resources():
    return packaging.template()["Resources"]


@pytest.fixture(scope="module")
def alarms(resources):
    return {
        name: resource["Properties"]
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def page(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() + ".md"


def test_every_alarm_reaches_the_topic_when_it_fires_and_when_it_is_over(alarms):
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}], name


def test_every_alarm_names_its_page_of_the_runbook_and_every_page_has_its_alarm(alarms):
    for name, alarm in alarms.items():
        assert alarm["AlarmDescription"].endswith(f". Runbook: docs/runbook/{page(name)}"), name
        text = (RUNBOOK / page(name)).read_text("utf-8")
        assert all(f"**{part}.**" in text for part in ("Means", "Look", "Do")), name
    assert {path.name for path in RUNBOOK.iterdir()} == {page(name) for name in alarms}


def test_every_alarm_on_a_metric_of_ours_is_named_in_the_code(alarms):
    # That it is counted, the step `alarms` of `make test` sees.
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    named = set(re.findall(r'"([A-Z]\w+)"', code))
    for name, alarm in alarms.items():
        if alarm["Namespace"] == {"Ref": "AWS::StackName"}:
            assert alarm["MetricName"] in named, name


def test_alarms_want_every_period_breached_as_the_local_stack_evaluates_them(alarms):
    for name, alarm in alarms.items():
        assert alarm["DatapointsToAlarm"] == alarm["EvaluationPeriods"], name
        assert alarm["Period"] * alarm["EvaluationPeriods"] <= 24 * 3600, name
        assert alarm["TreatMissingData"] in ("breaching", "notBreaching"), name


def test_a_missed_run_of_every_scheduled_function_raises_an_alarm(resources, alarms):
    watched = {
        dimension["Value"]: name
        for name, alarm in alarms.items()
        if alarm["MetricName"] == "Finished" and alarm["TreatMissingData"] == "breaching"
        for dimension in alarm["Dimensions"]
    }
    watched |= BY_WHAT_THEY_BRING
    for resource in resources.values():
        if resource["Type"] == "AWS::Serverless::Function":
            events = resource["Properties"].get("Events", {}).values()
            if any(event["Type"] == "Schedule" for event in events):
                function = resource["Properties"]["Handler"].removeprefix("app.")
                assert function in watched, f"{function} needs an alarm: see docs/alarms.md"
                assert watched[function] in alarms


def test_work_that_a_queue_gave_up_raises_an_alarm(resources, alarms):
    dead = {name for name in resources if name.endswith("DeadLetters")}
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in alarms.values()
        if alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
        for dimension in alarm["Dimensions"]
    }
    assert watched == dead


def test_work_that_waits_too_long_raises_an_alarm(resources, alarms):
    working = {
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::SQS::Queue" and not name.endswith("DeadLetters")
    }
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in alarms.values()
        if alarm["MetricName"] == "ApproximateAgeOfOldestMessage"
        for dimension in alarm["Dimensions"]
    }
    assert watched == working


def test_an_alarm_on_what_nobody_counts_or_with_other_dimensions_is_named(resources, tmp_path):
    wanted = {
        counted.Count(
            alarm["Properties"]["MetricName"],
            tuple(
                sorted((d["Name"], d["Value"]) for d in alarm["Properties"].get("Dimensions", []))
            ),
        )
        for alarm in resources.values()
        if alarm["Type"] == "AWS::CloudWatch::Alarm"
        and alarm["Properties"]["Namespace"] == {"Ref": "AWS::StackName"}
    }
    assert list(counted.never(wanted, resources)) == []
    late = counted.Count("Finished", (("function", "seal_ledger"),))
    (line,) = counted.never(wanted - {late}, resources)
    assert "SealLedgerMissing" in line
    without = {late._replace(dimensions=()), *(wanted - {late})}
    assert list(counted.never(without, resources)) == [line]
    Notes(tmp_path).note(late)
    assert counted.noted(tmp_path) == {late}
