"""Policy rows for tests: valid ones, with whatever a test wants changed."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from chalicelib.policies import service

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)


def number() -> str:
    """A policy number that no other test uses."""
    return f"PDZA{uuid4().hex[:16].upper()}"


def policy(policy_no: str, version: int = 1, **changes: Any) -> dict[str, Any]:
    """A valid policy row."""
    return {
        "policy_no": policy_no,
        "version": version,
        "line": "motor",
        "status": "in_force",
        "issued_on": "2026-03-01",
        "starts_on": "2026-03-02",
        "ends_on": "2027-03-01",
        "organisation": "4401",
        "insured_name": "阿卜杜拉·买买提",
        "insured_id_type": "resident_id",
        "insured_id_no": "11010519491231002X",
        "premium": 328_050,
        **changes,
    }


def take(*rows: dict[str, Any], file: str = "f") -> list[str]:
    """The outcomes of rows that come in one file."""
    named = [service.Row(row, f"{file}#{place}") for place, row in enumerate(rows)]
    return [outcome.outcome for outcome in service.take(named, AT)]
