"""A portfolio: everything that an insurer's core system would export, consistent with itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from infra.generator import claims, organisations, policies, servicing
from infra.generator.customers import LINES
from infra.generator.draws import Row

TODAY = date(2026, 11, 21)
"""The day around which data lie unless the caller says another: no clock is read here."""

KINDS = (
    "organisations",
    "intermediaries",
    "agents",
    "policies",
    "endorsements",
    "payments",
    "claims",
    "contacts",
    "wrong-contacts",
)
"""Import kinds in an order in which each finds what it refers to."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Rows by kind. Masters are tuples; what grows with `count` is made anew at every iteration."""

    seed: int
    count: int
    lines: tuple[str, ...]
    today: date

    @property
    def organisations(self) -> tuple[Row, ...]:
        return organisations.organisations()

    @property
    def intermediaries(self) -> tuple[Row, ...]:
        return organisations.intermediaries(self.seed)

    @property
    def agents(self) -> tuple[Row, ...]:
        return organisations.agents(self.seed)

    @property
    def policies(self) -> Iterator[Row]:
        return policies.policies(self.seed, self.count, self.lines, self.today)

    @property
    def endorsements(self) -> Iterator[Row]:
        return self._following(servicing.endorsements)

    @property
    def payments(self) -> Iterator[Row]:
        return self._following(servicing.payments)

    @property
    def claims(self) -> Iterator[Row]:
        return self._following(claims.claims)

    @property
    def contacts(self) -> Iterator[Row]:
        return self._following(servicing.contacts)

    @property
    def wrong_contacts(self) -> Iterator[Row]:
        return self._following(servicing.wrong_contacts)

    def rows(self, kind: str) -> Iterator[Row]:
        """The rows of an import kind by the name it has in keys of the incoming bucket."""
        if kind not in KINDS:
            raise ValueError(f"no import kind {kind}: one of {', '.join(KINDS)}")
        return iter(getattr(self, kind.replace("-", "_")))

    def _following(self, what: Callable[[int, Row, date], Iterator[Row]]) -> Iterator[Row]:
        for row in self.policies:
            yield from what(self.seed, row, self.today)


def portfolio(
    seed: int, count: int, *, lines: Sequence[str] | None = None, today: date = TODAY
) -> Portfolio:
    """`count` policies around `today` with all that belongs to them.

    From 16 policies on every line is there, in force, and two risks are shared (共保); `lines`
    restricts them. ValueError for a line that does not exist.
    """
    chosen = tuple(line for line in LINES if lines is None or line in lines)
    if unknown := set(lines or ()) - set(LINES):
        raise ValueError(f"no line {', '.join(sorted(unknown))}: one of {', '.join(LINES)}")
    if not chosen:
        raise ValueError("a portfolio needs a line")
    return Portfolio(seed, count, chosen, today)
