"""The one table of roles, routes, extent and detail (`schemas/access.json`), and what it gives."""

from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from typing import Any, NamedTuple

from chalicelib import validation
from chalicelib.errors import NotFoundError
from chalicelib.organisations import service as organisations
from chalicelib.staff.model import Staff

DETAILS = ("figures", "summary", "transactions")
"""How much a route shows, the least first."""


class Grant(NamedTuple):
    """What a role has on a route; both words are explained in `schemas/access.schema.json`."""

    extent: str
    detail: str


class Widening(NamedTuple):
    """An organisation beyond his own that two people opened to somebody, and their approval."""

    organisation: str
    approval_id: str


class Scope:
    """How far a route reaches for one member of staff: the union of what his roles are granted."""

    def __init__(
        self, staff: Staff, grants: frozenset[Grant], exceptions: Iterable[Widening] = ()
    ) -> None:
        self._staff = staff
        self._grants = grants
        self.exceptions = tuple(exceptions)
        """Those that hold today; they widen what is granted by organisation, and nothing else."""

    @cached_property
    def organisations(self) -> frozenset[str]:
        """Codes of the organisations whose things he may see: his own and all below it.

        An exception adds another with all below it.
        """
        if not self._granted("organisation"):
            return frozenset()
        tops = [self._staff.organisation, *(one.organisation for one in self.exceptions)]
        return frozenset().union(*map(organisations.within, tops))

    @property
    def own(self) -> str | None:
        """The agent's code if his own customers are within reach."""
        return self._staff.sub if self._granted("own") else None

    @property
    def exact(self) -> bool:
        """Whether complete credentials open things wherever they are."""
        return bool(self._granted("exact"))

    @property
    def company(self) -> bool:
        """Whether what belongs to no organisation is within reach."""
        return bool(self._granted("company"))

    def detail(self, organisation: str | None, agent: str | None = None) -> str | None:
        """How much of a thing of that organisation and agent he may see; None for nothing."""
        found: list[Grant] = []
        if agent is not None and agent == self.own:
            found += self._granted("own")
        if organisation is not None and organisation in self.organisations:
            found += self._granted("organisation")
        return most(found)

    def require(self, organisation: str | None, agent: str | None = None) -> str:
        """The same; NotFoundError for nothing, for what one may not see is not there (S2)."""
        detail = self.detail(organisation, agent)
        if detail is None:
            raise NotFoundError
        return detail

    def exact_detail(self) -> str | None:
        """How much complete credentials open; None for nothing."""
        return most(self._granted("exact"))

    def company_detail(self) -> str:
        """How much of what belongs to no organisation he may see; NotFoundError for nothing."""
        detail = most(self._granted("company"))
        if detail is None:
            raise NotFoundError
        return detail

    def _granted(self, extent: str) -> list[Grant]:
        return [grant for grant in self._grants if grant.extent == extent]


def most(grants: list[Grant]) -> str | None:
    """The largest detail among grants, None without any."""
    return max((grant.detail for grant in grants), key=DETAILS.index, default=None)


def roles() -> frozenset[str]:
    """The codes of all roles."""
    return frozenset(_table()["roles"])


def routes() -> Iterator[dict[str, Any]]:
    """Every entry of the table, planned ones too."""
    yield from _table()["routes"]


def state(method: str, path: str) -> str | None:
    """`served` or `planned`; None for a route that does not exist."""
    entry = _by_route().get((method, path))
    return None if entry is None else str(entry["state"])


def grants(method: str, path: str, staff_roles: frozenset[str]) -> frozenset[Grant]:
    """What these roles are granted on the route; a role that nobody knows gives nothing."""
    named = _by_route()[method, path]["grants"]
    return frozenset(Grant(**named[role]) for role in staff_roles & named.keys())


def granted(staff_roles: frozenset[str]) -> list[dict[str, str]]:
    """The served routes that these roles open, each with the largest detail they give."""
    found = []
    for entry in routes():
        given = list(grants(entry["method"], entry["path"], staff_roles))
        detail = most(given)
        if entry["state"] == "served" and detail is not None:
            found.append({"method": entry["method"], "path": entry["path"], "detail": detail})
    return found


@cache
def _table() -> dict[str, Any]:
    return validation.load("access")


@cache
def _by_route() -> dict[tuple[str, str], dict[str, Any]]:
    return {(entry["method"], entry["path"]): entry for entry in _table()["routes"]}
