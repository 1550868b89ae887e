"""A member of staff as the token of the insurer's identity provider describes him."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Staff:
    """The bearer of a verified token; what the token does not say is empty or None."""

    sub: str
    """The subject; an agent's is his 工号."""
    name: str
    roles: frozenset[str]
    organisation: str
    department: str | None = None
