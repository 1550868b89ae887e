"""The lists of an organisation's own agents (业务员), written beside its own while rows pass by."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from chalicelib.expiry import store
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.periods import Period
from chalicelib.expiry.rows import COLUMNS, Row
from chalicelib.expiry.separated import Separated
from chalicelib.expiry.spreadsheet import Spreadsheet

FORMS = ("xlsx", "csv")
"""For work; what is filed as PDF is the organisation's."""

_PLACE = next(place for place, column in enumerate(COLUMNS) if column.name == "customer")


@dataclass
class _List:
    sheet: Spreadsheet
    lines: Separated
    figures: Figures
    customer: int = 0
    """The customer of the row before, by the number in the organisation's list."""


class AgentLists:
    """Lists that open with an agent's first row; equal to the list of that agent alone."""

    def __init__(
        self, period: Period, organisation: str, folder: Path, title: Callable[[str], str]
    ) -> None:
        """`title` gives the heading of an agent's list."""
        self._period, self._organisation = period, organisation
        self._folder, self._title = folder, title
        self._lists: dict[str, _List] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def add(self, row: Row) -> None:
        """Writes a row into its agent's list, if the organisation itself holds the policy."""
        agent = row.policy.get("agent")
        if (
            agent is None
            or row.policy["organisation"] != self._organisation
            or not store.has_file(agent)
        ):
            return
        if agent not in self._lists:
            self._lists[agent] = self._begin(agent)
        own = self._lists[agent]
        number = own.figures.customers + (row.customer != own.customer)
        own.customer = row.customer
        cells = [number if place == _PLACE else cell for place, cell in enumerate(row.cells)]
        own_row = row._replace(customer=number, cells=cells)
        own.sheet.add(own_row)
        own.lines.add(own_row)
        own.figures.add(own_row)

    def finish(self, also: Iterable[str] = ()) -> dict[str, Figures]:
        """Closes the files, `<agent>.xlsx` and `.csv` in the folder; the figures by agent.

        `also` are agents who get a list even if it is empty.
        """
        for agent in set(also) - self._lists.keys():
            self._lists[agent] = self._begin(agent)
        with self._open:
            for own in self._lists.values():
                own.sheet.finish(own.figures)
        return {agent: own.figures for agent, own in self._lists.items()}

    def _begin(self, agent: str) -> _List:
        sheet = Spreadsheet(self._folder / f"{agent}.xlsx", self._title(agent), self._period.first)
        lines = Separated(self._folder / f"{agent}.csv")
        self._open.enter_context(sheet)
        self._open.enter_context(lines)
        return _List(sheet, lines, Figures(self._period))
