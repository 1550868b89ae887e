"""The runbook's commands: each names what the template has, and means the day that it says.

They are run by bash with `aws` and `python` played by a script that writes down how it was called.
"""

import json
import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib import clock
from infra import packaging

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "runbook").iterdir())
STACK = "chabao-prod"
PLAYED = """#!/bin/sh
printf '%s\\t' "$(basename "$0")" "$@" >> "$CALLS"; echo >> "$CALLS"
case "$*" in *describe-stack-resource*) while [ "$1" != --logical-resource-id ]; do shift; done
echo "$2";; esac
"""


@pytest.fixture(scope="module")
def resources():
    return packaging.template()["Resources"]


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Where the operator stands: a checkout as far as the commands look at it."""
    folder = tmp_path_factory.mktemp("runbook")
    (folder / ".venv" / "bin").mkdir(parents=True)
    for program in (folder / "aws", folder / ".venv" / "bin" / "python"):
        program.write_text(PLAYED)
        program.chmod(0o755)
    (folder / "infra").symlink_to(ROOT / "infra")
    return folder


def called(folder, page):
    """Every call of a program that the commands of a page come to."""
    text = page.read_text("utf-8")
    commands = "\n".join(re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    calls = folder / page.stem
    done = subprocess.run(
        ["bash", "-u", "-c", f"STACK={STACK}; . infra/on_call.sh\n{commands}"],
        cwd=folder,
        env={"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(calls)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == "", (page.name, done.stderr)
    return [line.rstrip("\t").split("\t") for line in calls.read_text("utf-8").splitlines()]


def option(words, name):
    return words[words.index(f"--{name}") + 1]


def log_groups(resources):
    return {
        resource["Properties"]["LogGroupName"]["Fn::Sub"].replace("${AWS::StackName}", STACK)
        for resource in resources.values()
        if resource["Type"] == "AWS::Logs::LogGroup"
    }


def names(resources):
    """What a stack has by name: the template's own, and the rules that SAM makes of events."""
    events = {
        f"{function}{event}"
        for function, resource in resources.items()
        for event in resource.get("Properties", {}).get("Events", {})
    }
    return resources.keys() | events


def metrics(resources):
    return {
        resource["Properties"]["MetricName"]
        for resource in resources.values()
        if resource["Type"] == "AWS::CloudWatch::Alarm"
    }


def shown_days(calls):
    """The days that a run of this page makes up for, and those that it then verifies."""
    for words in calls:
        if words[:3] == ["aws", "lambda", "invoke"]:
            moment = clock.parse(json.loads(option(words, "payload"))["time"])
            yield (clock.shanghai_day(moment) - timedelta(days=1)).isoformat()
        elif "verify" in words:
            yield from (option(words, "from"), option(words, "to"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_to_look_at_first_in_commands_that_name_what_there_is(
    resources, played, page
):
    look = page.read_text("utf-8").partition("**Look.**")[2].partition("**Do.**")[0]
    assert "```sh" in look
    for program, *words in called(played, page):
        if program == "python":
            assert words[0] == "-m"
            assert words[1] in ("infra.dead_letters", "infra.within")
            if words[1] == "infra.dead_letters":
                assert words[2] in ("show", "redrive")
                assert words[3] in resources
                assert words[3].endswith("DeadLetters")
        elif words[:2] == ["logs", "tail"]:
            assert words[2] in log_groups(resources)
        elif words[1] == "describe-stack-resource":
            assert option(words, "logical-resource-id") in names(resources)
        elif words[1] == "get-metric-statistics":
            assert option(words, "metric-name") in metrics(resources)
        elif words[:2] == ["lambda", "invoke"]:
            assert clock.parse(json.loads(option(words, "payload"))["time"])
        else:
            assert words[1] in ("get-queue-attributes", "describe-rule", "get-account-settings")


def test_a_day_that_is_made_up_for_is_the_day_that_was_missing(played):
    """A run looks at Shanghai's day before its moment; its UTC day then is that day's own."""
    for name in ("seal-ledger-missing", "roll-up-day-missing"):
        page = ROOT / "docs" / "runbook" / f"{name}.md"
        assert set(shown_days(called(played, page))) == {"2026-11-21"}
        assert '"<the missing day>T' in page.read_text("utf-8")
