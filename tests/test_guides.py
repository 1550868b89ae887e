"""Guides name what there is: functions, pages, commands, and routes."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("README*.md")])


def test_the_drawing_shows_every_function() -> None:
    (drawing,) = re.findall(
        r"^```mermaid\n(.*?)^```$",
        (ROOT / "docs" / "architecture.md").read_text("utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    config = json.loads((ROOT / ".chalice" / "config.json").read_text("utf-8"))
    (functions,) = {frozenset(stage["lambda_functions"]) for stage in config["stages"].values()}
    assert {name for name in functions if not re.search(rf"\b{name}\b", drawing)} == set()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_links_of_a_guide_lead_somewhere(guide: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", guide.read_text("utf-8"))
    assert [target for target in targets if not (guide.parent / target).exists()] == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_staff_routes_that_a_guide_names_exist(guide: Path) -> None:
    access = json.loads((ROOT / "schemas" / "access.json").read_text("utf-8"))
    known = [
        re.compile(re.sub(r"\{[^}]*\}", "[^/]+", f"{route['method']} {route['path']}"))
        for route in access["routes"]
    ]
    named = re.findall(r"`((?:GET|POST|PUT) /v1/staff/[^\s`?]+)", guide.read_text("utf-8"))
    assert [name for name in named if not any(one.fullmatch(name) for one in known)] == []
