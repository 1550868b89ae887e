"""The figures of a list, summed while its rows pass by."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from chalicelib.expiry.periods import Period
from chalicelib.expiry.rows import Row

WEEK = 7


@dataclass
class Figures:
    """Counts and premiums in fen; by week means by the first day of the week of the period."""

    period: Period
    policies: int = 0
    renewed: int = 0
    customers: int = 0
    premium: int = 0
    consented: int = 0
    reachable: int = 0
    """Policies with at least one telephone number that is not known to be wrong."""
    as_of: str = ""
    """When the newest of the rows was imported."""
    line_policies: Counter[str] = field(default_factory=Counter)
    line_premium: Counter[str] = field(default_factory=Counter)
    week_premium: Counter[tuple[date, str]] = field(default_factory=Counter)
    unit_policies: Counter[str] = field(default_factory=Counter)
    unit_premium: Counter[str] = field(default_factory=Counter)
    agent_policies: Counter[tuple[str, str]] = field(default_factory=Counter)
    agent_premium: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Counts a row in."""
        policy = row.policy
        line, unit, premium = policy["line"], policy["organisation"], policy["premium"]
        agent = (unit, policy.get("agent", ""))
        self.policies += 1
        self.customers = row.customer
        self.premium += premium
        self.consented += policy.get("marketing_consent") is True
        self.reachable += row.reachable
        self.as_of = max(self.as_of, policy["imported_at"])
        self.line_policies[line] += 1
        self.line_premium[line] += premium
        self.week_premium[self._week(date.fromisoformat(policy["ends_on"])), line] += premium
        self.unit_policies[unit] += 1
        self.unit_premium[unit] += premium
        self.agent_policies[agent] += 1
        self.agent_premium[agent] += premium

    def add_renewed(self, count: int) -> None:
        """Counts policies that were left out because they go on in another one."""
        self.renewed += count

    def weeks(self) -> list[tuple[date, date]]:
        """First and last day of each week: seven days from the first one on, the last shorter."""
        days = (self.period.last - self.period.first).days + 1
        firsts = [self.period.first + timedelta(days=day) for day in range(0, days, WEEK)]
        return [(day, min(day + timedelta(days=WEEK - 1), self.period.last)) for day in firsts]

    def summary(self) -> dict[str, Any]:
        """What the manifest says; money in fen."""
        return {
            "policies": self.policies,
            "renewed": self.renewed,
            "customers": self.customers,
            "premium": self.premium,
        }

    def _week(self, day: date) -> date:
        return day - timedelta(days=(day - self.period.first).days % WEEK)
