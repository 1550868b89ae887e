"""What is shown of entries, read together: policies, numbers, last contacts, leads."""

from collections.abc import Iterable, Sequence
from typing import Any

from chalicelib import sealing, tables
from chalicelib.contacts import service as contacts
from chalicelib.contacts.service import Book, Contact
from chalicelib.leads import customers, desk
from chalicelib.policies import agenda
from chalicelib.policies.agenda import Entry, Opened
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions


class Reading:
    """Entries and leads, read in one batch per hundred keys; once more where a key was unknown."""

    def __init__(self, entries: Sequence[Entry], leads: Iterable[str] = ()) -> None:
        marks = {entry.person for entry in entries if entry.person}
        self._book = Book()
        found = tables.read_together(
            agenda.asked(entries),
            self._book.ask(
                {entry.policy_no for entry in entries},
                {mark for entry in entries for mark in entry.phones},
            ),
            desk.asked(leads, marks),
            restrictions.asked(marks),
        )
        self.policies: Opened = agenda.opened(found[0])
        self._book.read(found[1])
        self._heads, self.leads = desk.heads(found[2]), desk.leads(found[2])
        records = self.policies.records.values()
        self._free = {record.policy_no for record in restrictions.free(records, marks, found[3])}
        self._known = {
            record.policy_no: list(contacts.from_policy(dict(record.open()))) for record in records
        }
        self._book.complete(self._known)
        more = {str(record.person) for record in records} - marks
        if more:
            (late,) = tables.read_together(desk.asked((), more))
            self._heads |= desk.heads(late)

    def record(self, policy_no: str) -> Record | None:
        """A policy by its comparable number; None also where its person is restricted."""
        return self.policies.records.get(policy_no) if policy_no in self._free else None

    def numbers(self, record: Record) -> list[Contact]:
        """The telephone numbers of a policy, good ones first, newest first."""
        return self._book.contacts(record.policy_no, self._known[record.policy_no])

    def last(self, record: Record) -> dict[str, Any]:
        """What the last contact with the customer left; empty where nobody has called."""
        head = self._heads.get(str(record.person))
        if head is None:
            # Only while hash keys are exchanged does a person stand under more than one mark.
            marks = sealing.hashes(*record.identity())
            head = customers.head(marks) if len(marks) > 1 else {}
        return head
