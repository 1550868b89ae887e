"""The words of a report's forms, from dated data: what XLSX and PDF say is the same."""

from datetime import date, timedelta
from typing import Any

from chalicelib import codes, languages, validation
from chalicelib.figures.units import HEAD_OFFICE
from chalicelib.reports import periods
from chalicelib.texts import BASE

Report = dict[str, Any]


class Wording:
    """The words of one report, in Chinese, which is what is filed."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.quarter = periods.parse(report["period"])
        self._rules = self.quarter.rules
        self._named: dict[str, dict[str, str]] = {
            name: {one["code"]: one["name"][BASE] for one in self._rules[name]}
            for name in ("line_groups", "channels", "sections", "ages")
        }

    def word(self, code: str) -> str:
        """A word of the form itself."""
        return str(self._rules["words"][code][BASE])

    def form(self, name: str) -> str:
        """The title of a form."""
        return str(self._rules["forms"][name]["title"][BASE])

    def columns(self, name: str) -> dict[str, str]:
        """The columns of a form by code."""
        return {one["code"]: one["name"][BASE] for one in self._rules["forms"][name]["columns"]}

    def sections(self) -> dict[str, str]:
        """The parts of an answer by code."""
        return self._named["sections"]

    def name(self, kind: str, code: str | None) -> str:
        """What a code is called.

        `line_group channel age line subject organisation partner language`.
        """
        named = {"line_group": "line_groups", "channel": "channels", "age": "ages"}
        if kind in named:
            return self._named[named[kind]][code or ""]
        if kind == "line":
            return codes.name("line", code, BASE) or self._named["line_groups"]["unidentified"]
        if kind == "subject":
            return str(codes.name("objection_subject", code, BASE))
        if kind == "language":
            return languages.name(code) if code else self.word("none")
        if kind == "partner":
            return self._names("partners", code) if code else self.word("no_partner")
        if kind == "organisation":
            return self._names("organisations", code) if code else self.word("none")
        return code or self.word("none")

    def measure(self, code: str) -> str:
        """What was done about a person."""
        return str(self._rules["measures"][code][BASE])

    @property
    def company(self) -> bool:
        """Whether it is the consolidated report."""
        return bool(self.report["organisation"]["code"] == HEAD_OFFICE)

    @property
    def head(self) -> list[tuple[str, str]]:
        """What stands above every form."""
        report = self.report
        name = report["organisation"]["name"] or report["organisation"]["code"]
        return [
            (self.word("organisation"), self.word("company") if self.company else name),
            *([(self.word("region"), region)] if (region := self._region()) else []),
            (self.word("period"), f"{report['first']}至{report['last']}"),
            (self.word("due_on"), report["due_on"]),
            (self.word("version"), f"{report['version']:04d}"),
            (
                self.word("recipient"),
                self._rules["recipient"]["head_office" if self.company else "branch"][BASE],
            ),
        ]

    @property
    def completeness(self) -> str:
        """Which days are missing, or that none is."""
        missing = self.report["missing_days"]
        return (
            self.word("missing") + "、".join(_runs(missing)) if missing else self.word("complete")
        )

    def left_out(self, shown: int, count: int) -> str:
        """That rows of a table are not printed."""
        return self.word("left_out").format(shown=shown, count=count)

    @property
    def mergers(self) -> list[str]:
        """Which organisations were closed in the quarter, and who has their business."""
        return [
            self.word("merger").format(
                name=one["name"] or one["code"],
                day=one["closed_on"],
                successor=self._names("organisations", one["successor"]),
            )
            for one in self.report.get("mergers", ())
        ]

    def _region(self) -> str | None:
        """The province of a branch (GB/T 2260)."""
        code = self.report["organisation"]["region"]
        found = validation.load("data/regions")["regions"].get(str(code)[:2]) if code else None
        return found and str(found[BASE])

    def _names(self, kind: str, code: str | None) -> str:
        return str(self.report["names"][kind].get(code, code))


def _runs(days: list[str]) -> list[str]:
    """Days in a row as one: `2026-07-01至2026-07-31`."""
    runs: list[list[date]] = []
    for day in map(date.fromisoformat, days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [f"{run[0]}至{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
