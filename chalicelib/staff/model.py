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

    def is_subject(self, subject: str | None) -> bool:
        """Whether that is him, where a second person is wanted.

        Without case: most providers know people by names that have none, and whoever signs in as
        `ZHANG` is no other than `zhang`.
        """
        return subject is not None and subject.casefold() == self.sub.casefold()
