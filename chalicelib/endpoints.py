"""What routes declare of themselves: read by the door, by the OpenAPI document and by the tests."""

from dataclasses import dataclass
from typing import TypedDict

from chalicelib.errors import ChabaoError


@dataclass(frozen=True)
class Endpoint:
    """What a route declares: read by the OpenAPI document and by the tests."""

    method: str
    path: str
    access: str
    body: str | None
    answer: str | None
    room: str
    name: str
    summary: str
    success: int = 200
    also: int | None = None
    """A second status of success; with the same body, unless it is 304."""
    problems: tuple[type[ChabaoError], ...] = ()
    """What the view itself may raise; what the door raises goes without saying."""
    query: tuple[str, ...] = ()
    """Optional query parameters."""


class Told(TypedDict, total=False):
    """What a route may say of itself besides its access and its schemas; see `Endpoint`."""

    success: int
    also: int
    problems: tuple[type[ChabaoError], ...]
    query: tuple[str, ...]


ENDPOINTS: list[Endpoint] = []
ACCESS = ("public", "query", "claim", "staff")
"""`public`: nobody is asked; `query`: Bearer token of a verified query; `claim`: that or the token
of a claim's reporter; `staff`: Bearer token of the identity provider, and a grant in
`schemas/access.json`."""
