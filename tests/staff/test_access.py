"""The table of roles and routes: complete, and true of what is served."""

import importlib

import pytest
from jsonschema import Draft202012Validator

from chalicelib import http, validation
from chalicelib.staff import access

ROUTES = list(access.routes())
CONTRACT = {
    ("GET", "claims"),
    ("POST", "claims/{claim_no}/events"),
    ("GET", "objections"),
    ("POST", "objections/{objection_no}/events"),
    ("GET", "leads"),
    ("POST", "leads"),
    ("POST", "leads/{lead_no}/contacts"),
    ("POST", "leads/{lead_no}/assignments"),
    ("POST", "queries"),
    ("POST", "policies/{policy_no}/contacts"),
    ("POST", "expiry-lists"),
    ("GET", "today"),
    ("POST", "customers/searches"),
    ("GET", "customers/{customer_id}"),
    ("GET", "documents"),
    ("POST", "documents/{key}/downloads"),
    ("GET", "reports"),
    ("POST", "reports/{period}/{organisation}/signatures"),
    ("GET", "privacy-requests"),
    ("POST", "privacy-requests/{request_no}/events"),
    ("GET", "audit"),
    ("POST", "approvals/{approval_id}"),
    ("PUT", "partners/{code}"),
    ("GET", "imports"),
}


def test_the_table_keeps_its_schema():
    schema = validation.load("access.schema")
    assert list(Draft202012Validator(schema).iter_errors(validation.load("access"))) == []


def test_every_route_of_the_contract_is_in_the_table_once():
    named = [(route["method"], route["path"]) for route in ROUTES]
    assert len(named) == len(set(named))
    assert {(method, f"/v1/staff/{path}") for method, path in CONTRACT} <= set(named)


def test_what_is_marked_as_served_is_served_and_nothing_else():
    importlib.import_module("app")
    registered = {(e.method, e.path) for e in http.ENDPOINTS if e.access == "staff"}
    assert registered == {(r["method"], r["path"]) for r in ROUTES if r["state"] == "served"}


def test_every_staff_route_and_no_other_stands_behind_the_gate():
    app = importlib.import_module("app").app
    for path, methods in app.routes.items():
        for entry in methods.values():
            gate = entry.authorizer and entry.authorizer.name
            assert gate == ("authorize_staff" if path.startswith("/v1/staff/") else None)


def test_only_known_roles_are_granted_anything():
    for route in ROUTES:
        assert route["grants"].keys() <= access.roles()
    assert access.grants("GET", "/v1/staff/audit", frozenset({"emperor"})) == frozenset()


CORRECTING = "/v1/staff/imports/{import_no}/rejected-rows"
"""Rows that an import refused go back to whoever has them corrected, for a purpose on record."""


def test_administrators_see_no_personal_data_but_rows_to_be_corrected():
    for route in ROUTES:
        if route["personal"]:
            assert "system_admin" not in route["grants"], route
            assert "business_admin" not in route["grants"] or route["path"] == CORRECTING, route


CALLS = "/v1/staff/customers/{customer_id}/contacts"
"""An agent writes there what came of a call; nobody looks for a customer."""


def test_only_the_credit_checker_looks_for_customers_everywhere():
    for route in ROUTES:
        if "customers" in route["path"] and route["path"] != CALLS:
            everywhere = {role for role, g in route["grants"].items() if g["extent"] == "exact"}
            assert everywhere == {"credit_checker"}


def test_a_route_that_is_not_marked_as_served_cannot_be_registered():
    with pytest.raises(ValueError, match="not marked as served"):
        http.Routes(__name__).get("/v1/staff/unheard-of", access="staff")


def test_whoever_is_signed_in_is_told_which_routes_his_roles_open(door, staff_token):
    token = staff_token(["compliance_officer", "branch_manager", "emperor"], "4401", sub="E7")
    told = door.get("/v1/staff/access", token=token).body
    validation.validate("people/access", told)
    details = {(one["method"], one["path"]): one["detail"] for one in told["routes"]}
    assert details["GET", "/v1/staff/objections"] == "transactions"
    assert details["GET", "/v1/staff/claims"] == "summary"
    assert ("GET", "/v1/staff/today") not in details
    none = door.get("/v1/staff/access", token=staff_token(["emperor"], "4401", sub="E8"))
    assert none.status == 403
