"""Every route × role × {own organisation, below, sibling, above}, against a matrix of its own.

`matrix.txt` says once more, in a form that a reviewer takes in at a glance, what the table in
`schemas/access.json` says: nobody's access changes by accident. Cells are extent and detail.
"""

import itertools
from pathlib import Path

import pytest

from chalicelib.organisations import service as organisations
from chalicelib.staff import access
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

MATRIX = Path(__file__).with_name("matrix.txt")
EXTENTS = {"w": "own", "o": "organisation", "c": "company", "x": "exact"}
DETAILS = {"f": "figures", "s": "summary", "t": "transactions"}
PLACES = {"own": "M1", "below": "M11", "sibling": "M2", "above": "M"}


def matrix():
    """(method, path) → role → (extent, detail) or None."""
    header, *lines = MATRIX.read_text("utf-8").splitlines()
    roles = header.split()[1:]
    found = {}
    for line in lines:
        method, path, *cells = line.split()
        found[method, f"/v1/staff{path}"] = {
            role: None if cell == "-" else (EXTENTS[cell[0]], DETAILS[cell[1]])
            for role, cell in zip(roles, cells, strict=True)
        }
    return found


CASES = [
    (route, role, granted)
    for route, cells in matrix().items()
    for role, granted in [*cells.items(), ("emperor", None)]
]


@pytest.fixture(scope="module")
def tree(aws):
    rows = [("M", ""), ("M1", "M"), ("M11", "M1"), ("M2", "M")]
    entries = [
        ({"code": c, "name": c, "level": "city"} | ({"parent": p} if p else {}), f"matrix#{c}")
        for c, p in rows
    ]
    organisations.take("organisations", entries)
    organisations._tree.cache_clear()


def test_the_matrix_has_every_route_and_every_role():
    assert set(matrix()) == {(r["method"], r["path"]) for r in access.routes()}
    assert {role for cells in matrix().values() for role in cells} == access.roles()


@pytest.mark.parametrize(
    ("place", "agents"), list(itertools.product(PLACES, ["himself", "another", "nobody"]))
)
def test_every_route_reaches_as_far_as_the_matrix_says_for_every_role(tree, place, agents):
    agent = {"himself": "E1", "another": "E2", "nobody": None}[agents]
    for route, role, granted in CASES:
        grants = access.grants(*route, frozenset({role}))
        scope = Scope(Staff("E1", "", frozenset({role}), "M1"), grants)
        extent, detail = granted or (None, None)
        reached = (extent == "organisation" and place in ("own", "below")) or (
            extent == "own" and agents == "himself"
        )
        assert scope.detail(PLACES[place], agent) == (detail if reached else None), (route, role)
        assert scope.exact is (extent == "exact")
        assert scope.company is (extent == "company")


SERVED = [(r["method"], r["path"]) for r in access.routes() if r["state"] == "served"]


@pytest.mark.parametrize(("method", "path"), SERVED)
def test_the_door_opens_every_served_route_to_the_roles_of_the_matrix_alone(
    door, staff_token, tree, method, path
):
    for route, role, granted in CASES:
        if route != (method, path):
            continue
        concrete = path.replace("{", "").replace("}", "")
        token = staff_token([role], "M1", sub="E1")
        reply = door.call(method, concrete, token=token, body={} if method != "GET" else None)
        if granted is None:
            assert (reply.status, reply.body["code"]) == (403, "forbidden"), role
        else:
            # Nothing was asked for properly and nothing is there; but the door was open.
            assert reply.status in (200, 400, 404), (role, reply.body)
