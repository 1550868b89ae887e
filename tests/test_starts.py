"""What each function imports before its first event: its own rooms, and all of them."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.starts import NEEDED, prepare

ROOT = Path(__file__).parents[1]
EVENTS = ast.parse((ROOT / "chalicelib" / "events.py").read_text("utf-8"))
PROGRAM = "import sys, json, app; print(json.dumps([sorted(sys.modules), len(app.app.routes)]))"


def started(handler):
    """The modules that a function has imported, and how many routes it has."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={"_HANDLER": handler, "AWS_LAMBDA_FUNCTION_NAME": "test", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    modules, routes = json.loads(done.stdout)
    return set(modules), routes


def imported(function):
    """Modules of rooms that the body of a function imports, without `chalicelib.`."""
    return {
        f"{node.module}.{alias.name}".removeprefix("chalicelib.")
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_every_function_of_the_stage_but_the_api_has_its_modules_written_down():
    config = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))
    functions = set(config["stages"]["prod"]["lambda_functions"])
    assert set(NEEDED) == functions - {"api_handler"}


def test_what_a_handler_of_an_event_imports_is_what_is_written_down():
    handlers = {node.name: node for node in EVENTS.body if isinstance(node, ast.FunctionDef)}
    for name in NEEDED.keys() - {"authorize_staff"}:
        assert imported(handlers[name]) == set(NEEDED[name]), name


def test_the_gate_starts_without_the_sdk_and_without_a_room_but_its_own():
    modules, routes = started("app.authorize_staff")
    assert routes == 0
    assert not {"boto3", "pynamodb", "jsonschema", "urllib.request", "jwt"} & modules
    assert {
        name.split(".")[1] for name in modules if name.count(".") > 1 and "chalicelib" in name
    } == {"staff"}


def test_an_events_function_starts_with_its_rooms_and_no_routes():
    modules, routes = started("app.send_message")
    assert routes == 0
    assert "chalicelib.notifications.service" in modules
    assert not {name for name in modules if name.endswith(".routes")}


def test_the_api_starts_with_all_routes():
    assert started("app.app")[1] > 80


def test_a_function_that_nobody_wrote_down_does_not_start():
    with pytest.raises(KeyError):
        prepare("unheard_of")
