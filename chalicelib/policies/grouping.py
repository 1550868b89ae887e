"""Grouping (同一客户归并): of a customer's several policies one stands for him (domain.md §6).

The rule of the brief keeps the commercial motor policy of the first year; a customer without one is
stood for by his first motor policy, else by his first.
"""

from collections.abc import Sequence

from chalicelib.policies.service import Record


def main(records: Sequence[Record]) -> str | None:
    """The comparable number of the policy that stands for a customer; None without any."""
    return min(records, key=_order).policy_no if records else None


def _order(record: Record) -> tuple[int, str, str]:
    motor = record.line == "motor"
    commercial = motor and record.facts.get("motor_kind") == "commercial"
    return 2 - motor - commercial, str(record.facts["starts_on"]), record.policy_no
