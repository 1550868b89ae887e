"""Which documents there are, whose they are, and who may have them (D5)."""

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import links
from chalicelib.approvals import exports
from chalicelib.approvals.service import Approval
from chalicelib.documents import service as documents
from chalicelib.downloads import kinds, store
from chalicelib.downloads.kinds import HEAD_OFFICE, REPORTS, Kind
from chalicelib.errors import NotFoundError
from chalicelib.links import Standing
from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from chalicelib.staff import access
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

_LOOK = ("GET", "/v1/staff/documents")
_SIGN = ("POST", "/v1/staff/reports/{period}/{organisation}/signatures")
LOOKS = 40
"""Queries for one page at most: a page that found too little by then is short, with a cursor."""


class Selection(NamedTuple):
    """Documents of a kind and period, of an organisation with all below it."""

    kind: Kind
    period: str
    organisation: str
    company: bool
    """Whether what belongs to the whole company is among them."""

    @property
    def units(self) -> frozenset[str]:
        """The codes that keys may name."""
        below = organisations.within(self.organisation)
        return below | {HEAD_OFFICE} if self.company else below


class Document(NamedTuple):
    """An object that may be downloaded; size and time where the listing tells them."""

    key: str
    organisation: str
    size: int | None = None
    stored_at: datetime | None = None

    @property
    def identity(self) -> str:
        """The key as it stands in a path."""
        return base64.urlsafe_b64encode(self.key.encode()).decode().rstrip("=")


def select(
    staff: Staff, scope: Scope, kind: Kind, period: str, organisation: str | None
) -> Selection:
    """What was asked for, one's own organisation where none is named; NotFoundError out of reach.

    What belongs to the whole company is the head office's.
    """
    wanted = organisation or staff.organisation
    scope.require(wanted)
    return Selection(kind, period, wanted, _is_head_office(wanted))


def found(selection: Selection, page: Page) -> tuple[list[Document], str | None]:
    """A page in the order of keys, and the key to go on after, None at the end."""
    look = _by_index if selection.kind.indexed else _by_prefix
    listed: list[Document] = []
    after = page.after or ""
    for document, seen in look(selection, after):
        after = seen
        if document is not None:
            listed.append(document)
        if len(listed) == page.limit:
            return listed, after
        if not seen:
            break
    return listed, after or None


def whole(selection: Selection) -> Iterator[Document]:
    """All of them, page by page."""
    after: str | None = ""
    while after is not None:
        documents_found, after = found(selection, Page(100, after))
        yield from documents_found


def open_one(
    staff: Staff, scope: Scope, identity: str, purpose: str, at: datetime
) -> tuple[Standing, Approval | None]:
    """The newest version of a document, and who has to be waited for before it may leave.

    NotFoundError for what is not there, not a document or out of reach. Whoever may not look for
    documents opens the reports that he may sign, and nothing else (decision 0071).
    """
    key = _key(identity)
    known = kinds.of(key)
    if known is None:
        raise NotFoundError
    kind, organisation = known
    wanted = _SIGN if kind.name == REPORTS else _LOOK
    if not any(access.grants(*route, staff.roles) for route in {_LOOK, wanted}):
        raise NotFoundError
    if organisation == HEAD_OFFICE:
        organisation = staff.organisation
        if not _is_head_office(organisation):
            raise NotFoundError
    scope.require(organisation)
    standing = links.standing(key)
    if standing is None:
        raise NotFoundError
    export = {"kind": kind.name, "key": key, "version": standing.version_id, "purpose": purpose}
    return standing, exports.needed(staff, organisation, export, standing.rows, at)


def _is_head_office(organisation: str) -> bool:
    entry: dict[str, Any] = organisations.entry("organisations", organisation) or {}
    return entry.get("level") == HEAD_OFFICE


def _key(identity: str) -> str:
    try:
        return base64.urlsafe_b64decode(identity + "=" * (-len(identity) % 4)).decode()
    except ValueError as error:
        raise NotFoundError from error


def _by_index(selection: Selection, after: str) -> Iterator[tuple[Document | None, str]]:
    """(document or None, the key after which it goes on); "" is the end."""
    parts = after.split("/")
    reached = parts[1] if len(parts) > 2 else ""
    done = after.endswith("/~")
    left = sorted(
        unit for unit in selection.units if unit > reached or (unit == reached and not done)
    )
    for unit in left[:LOOKS]:
        for key in documents.filed(unit, selection.period, after if unit == reached else ""):
            yield Document(key, unit), key
        # Nothing of a unit comes after a tilde: its keys go on with a letter or a digit.
        yield None, f"{selection.kind.name}/{unit}/~"
    if len(left) <= LOOKS:
        yield None, ""


def _by_prefix(selection: Selection, after: str) -> Iterator[tuple[Document | None, str]]:
    """The same by the beginning of the keys, leaving out what is not the selection's."""
    units = selection.units
    for _ in range(LOOKS):
        entries, more = store.listing(selection.kind.prefix(selection.period), after)
        for key, size, stored_at in entries:
            after = key
            known = kinds.of(key)
            mine = known is not None and known[1] in units
            yield Document(key, known[1], size, stored_at) if known and mine else None, key
        if not more:
            yield None, ""
            return
