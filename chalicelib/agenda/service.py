"""One agent's day, put together from four reads whatever the number of his customers (L3).

His desk, what comes up with his customers' policies, whose birthday it is; then one batch with all
that is shown of the entries of the page. What an index says must still be true of what is read.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from chalicelib import clock, codes, dated
from chalicelib.agenda.reading import Reading
from chalicelib.contacts.service import Contact
from chalicelib.leads import desk
from chalicelib.leads.desk import Task
from chalicelib.pages import Page
from chalicelib.policies import agenda, parts
from chalicelib.policies.agenda import Entry
from chalicelib.policies.service import Record

KINDS = ("new_lead", "due_contact", "wrong_number", "premium_due", "birthday", "expiring")
"""In the order of the list: who waits for an answer first, who has weeks last."""


class Due(NamedTuple):
    """An entry of the list before anything of it is opened; sorted as the list is."""

    rank: int
    on: str
    reference: str
    task: Task | None
    entry: Entry | None

    @property
    def kind(self) -> str:
        """One of KINDS."""
        return KINDS[self.rank]

    @property
    def place(self) -> str:
        """Where the list goes on after it."""
        return f"{self.rank}/{self.on}/{self.reference}"


class Day(NamedTuple):
    """A page of an agent's day, how much there is of each kind, and where the list goes on."""

    items: list[dict[str, Any]]
    counts: dict[str, int]
    after: str | None


def of(agent: str, kind: str | None, page: Page, language: str, at: datetime) -> Day:
    """What an agent (工号) has to do on Shanghai's day of the moment; of one kind where given.

    Counts are those of the indexes: what turns out to be done is left out of the page only.
    """
    day = clock.shanghai_day(at)
    waiting = sorted(_waiting(agent, day), key=lambda due: due[:3])
    counts = {kind: sum(due.kind == kind for due in waiting) for kind in KINDS}
    wanted = [
        due
        for due in waiting
        if kind in (None, due.kind) and (page.after is None or due.place > page.after)
    ]
    shown = wanted[: page.limit]
    items = Opening(agent, shown, day, language).items()
    return Day(items, counts, shown[-1].place if len(wanted) > len(shown) else None)


def clocks(day: date) -> dict[str, int]:
    """How far ahead and back an agent's day looks, in days."""
    return dated.in_force("data/agenda", day)


def _waiting(agent: str, day: date) -> Iterable[Due]:
    for task in desk.of(agent, day):
        due = task.facts.get("first_contact_due_at") if task.kind == "new_lead" else None
        on = due or task.facts.get("next_on") or task.facts["since"]
        yield Due(KINDS.index(task.kind), on, task.reference, task, None)
    ahead = clocks(day)
    first = day - timedelta(days=ahead["overdue_days"])
    last = day + timedelta(days=max(ahead["expiring_days"], ahead["premium_days"]))
    premium_until = (day + timedelta(days=ahead["premium_days"])).isoformat()
    expiring_until = (day + timedelta(days=ahead["expiring_days"])).isoformat()
    for entry in agenda.coming(agent, first, last):
        if entry.key and entry.on <= premium_until:
            rank = KINDS.index("premium_due")
            yield Due(rank, entry.on, f"{entry.policy_no}/{entry.key}", None, entry)
        elif not entry.key and day.isoformat() <= entry.on <= expiring_until:
            yield Due(KINDS.index("expiring"), entry.on, entry.policy_no, None, entry)
    greeted = set()
    for entry in agenda.birthdays(day, agent):
        # Once a person, whose policies come in the order of their numbers.
        if entry.person not in greeted:
            greeted.add(entry.person)
            yield Due(KINDS.index("birthday"), entry.on, entry.policy_no, None, entry)


class Opening:
    """The entries of a page with all that is shown of them."""

    def __init__(self, agent: str, shown: Sequence[Due], day: date, language: str) -> None:
        self._agent, self._shown = agent, shown
        self._day, self._language = day, language
        entries = [entry for due in shown if (entry := due.entry or spoken_of(due.task))]
        leads = [due.reference for due in shown if due.task and due.task.of == desk.LEAD]
        self._read = Reading(entries, leads) if shown else None

    def items(self) -> list[dict[str, Any]]:
        """What is still true of the entries, in their order."""
        if self._read is None:
            return []
        return [item for due in self._shown if (item := self._item(due, self._read))]

    def _item(self, due: Due, read: Reading) -> dict[str, Any] | None:
        if due.task and due.task.of == desk.LEAD:
            found = read.leads.get(due.reference)
            return found and self._lead(due, *found)
        entry = due.entry or spoken_of(due.task)
        record = read.record(entry.policy_no) if entry else None
        if record is None or record.facts.get("agent") != self._agent:
            return None
        return self._customer(due, record, read)

    def _lead(
        self, due: Due, facts: dict[str, Any], person: dict[str, Any]
    ) -> dict[str, Any] | None:
        """A lead; None where it is somebody else's by now, or is over."""
        new = due.kind == "new_lead"
        if facts.get("agent") != self._agent or (facts["status"] == "assigned") != new:
            return None
        return {
            **self._common(due, person.get("name"), facts["line"]),
            "due_at": clock.shown(clock.parse(due.on)) if new else None,
            "due_on": clock.shanghai_day(clock.parse(due.on)).isoformat() if new else due.on,
            "lead_no": facts["lead_no"],
            "phone": None if facts.get("do_not_call") else person.get("phone"),
            "last_contact": self._last(facts) if facts.get("first_contact_at") else None,
            "marketing_consent": facts["marketing"],
            "do_not_call": facts.get("do_not_call", False),
        }

    def _customer(self, due: Due, record: Record, read: Reading) -> dict[str, Any] | None:
        """An entry about a customer; None where it is no longer true or nobody may be called."""
        policy, number = record.open(), record.policy_no
        head, known = read.last(record), read.numbers(record)
        good = [contact for contact in known if contact.wrong_since is None]
        amount: int | None = record.facts["premium"]
        consent, silent = policy.get("marketing_consent"), head.get("do_not_call", False)
        match due.kind:
            case "premium_due" if due.entry:
                part = read.policies.instalments.get((number, due.entry.key))
                if part is None or not agenda.covered(record) or not parts.unpaid(part.facts):
                    return None
                amount = part.facts.get("due_amount")
            case "expiring":
                if not agenda.covered(record) or number in read.policies.renewed:
                    return None
                if policy["ends_on"] != due.on:
                    return None
            case "birthday":
                # A greeting serves sales: without consent nobody is called for it (PIPL 24).
                if not agenda.covered(record) or not consent or silent:
                    return None
            case "wrong_number":
                if good or not known:
                    return None
        newest: Contact | None = good[0] if good and not silent else None
        return {
            **self._common(due, policy["insured_name"], record.line),
            "due_on": due.on,
            "customer_id": str(record.person).replace(":", "-", 1),
            "policy_no": record.facts["policy_no"],
            "product": record.facts.get("product"),
            "plate_no": policy.get("plate_no"),
            "ends_on": policy["ends_on"],
            "amount": None if amount is None else {"amount": amount, "currency": "CNY"},
            "phone": newest and newest.phone,
            "phone_source": newest and newest.source,
            "phone_recorded_on": newest and newest.recorded_on,
            "wrong_phones": [one.phone for one in known if one.wrong_since is not None],
            "last_contact": self._last(head) if "last_contact_at" in head else None,
            "marketing_consent": consent,
            "do_not_call": silent,
        }

    def _last(self, facts: dict[str, Any]) -> dict[str, Any]:
        outcome = facts.get("last_outcome")
        return {
            "at": clock.shown(clock.parse(facts["last_contact_at"])),
            "outcome": outcome,
            "outcome_name": codes.name("lead_outcome", outcome, self._language),
        }

    def _common(self, due: Due, name: str | None, line: str) -> dict[str, Any]:
        day = clock.shanghai_day(clock.parse(due.on)) if "T" in due.on else None
        return {
            "kind": due.kind,
            "kind_name": codes.name("agenda_kind", due.kind, self._language),
            "due_at": None,
            "overdue": (day.isoformat() if day else due.on) < self._day.isoformat(),
            "lead_no": None,
            "customer_id": None,
            "policy_no": None,
            "name": name,
            "line": line,
            "line_name": codes.name("line", line, self._language),
            "product": None,
            "plate_no": None,
            "ends_on": None,
            "amount": None,
            "phone_source": None,
            "phone_recorded_on": None,
            "wrong_phones": [],
        }


def spoken_of(task: Task | None) -> Entry | None:
    """The policy with which a customer is shown: the one last spoken of, or whose number it is."""
    if task is None or task.of == desk.LEAD:
        return None
    person = task.reference if task.of == desk.CUSTOMER else task.facts["person"]
    return Entry("", task.facts["policy_no"], "", person, frozenset(task.facts["phones"]))
