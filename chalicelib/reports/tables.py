"""The tables of a report's forms, alike for XLSX and PDF: columns with kinds, rows of cells."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from chalicelib.reports.wording import Wording


class Column(NamedTuple):
    """A column: its name, what its cells are (`text count rate money`), and how wide it is."""

    name: str
    kind: str = "count"
    width: int = 11


class Table(NamedTuple):
    """A table; None in a cell says that there is nothing to say."""

    title: str
    columns: list[Column]
    rows: list[list[Any]]
    left_out: int = 0
    """Rows that are not printed."""

    def shortened(self, most: int, total: str) -> "Table":
        """So many rows and the total, where there are more; how many were left out."""
        last = self.rows[-1:] if self.rows and self.rows[-1][0] == total else []
        further = len(self.rows) - len(last) - most
        return (
            self._replace(rows=self.rows[:most] + last, left_out=further) if further > 0 else self
        )


class Form(NamedTuple):
    """A sheet or section: its short name, its title and its tables."""

    name: str
    title: str
    tables: list[Table]


Report = dict[str, Any]
_RATES = frozenset({"on_time_rate", "average_days"})
_STANDING = (
    *("opening", "received", "moved", "closed", "closing"),
    *("on_time", "on_time_rate", "average_days"),
)


def tables(report: Report, words: Wording) -> list[Form]:
    """Every form with its title and tables, in the order in which they are filed."""
    forms = report["forms"]
    found = [
        Form("A3", words.form("A3"), [_queries(forms["A3"], words)]),
        Form("A4", words.form("A4"), _objections(forms["A4"], words)),
        Form("A5", words.form("A5"), [_handling(forms["A5"], words)]),
        Form("A6", words.form("A6"), [_cases(forms["A6"], words)]),
    ]
    title = words.word("compared")
    found.append(Form(title, title, [_compared(report, words)]))
    if words.company:
        title = words.word("by_branch")
        found.append(Form(title, title, [_branches(report, words)]))
    for code in ("line", "partner", "language", "organisation"):
        title = words.word(f"by_{code}")
        found.append(Form(title, title, [_details(forms["A3"][f"by_{code}"], code, words)]))
    title = words.word("by_day")
    found.append(Form(title, title, [_days(report, words)]))
    if report["differences"]:
        title = words.word("differences")
        found.append(Form(title, title, [_differences(report, words)]))
    return found


def _queries(form: dict[str, Any], words: Wording) -> Table:
    columns = words.columns("A3")
    sections = words.sections()

    def cells(row: dict[str, Any]) -> list[Any]:
        return [*(row[code] for code in columns), *(row["views"][code] for code in sections)]

    rows: list[list[Any]] = []
    for code in dict.fromkeys(row["line_group"] for row in form["rows"]):
        own = [row for row in form["rows"] if row["line_group"] == code]
        name = words.name("line_group", code)
        rows += [[name, words.name("channel", row["channel"]), *cells(row)] for row in own]
        sums = [sum(numbers) for numbers in zip(*map(cells, own), strict=True)]
        rows.append([name, words.word("subtotal"), *sums])
    rows.append([words.word("total"), words.word("total"), *cells(form["total"])])
    heads = [Column(words.word("line_group"), "text", 13), Column(words.word("channel"), "text", 9)]
    named = [Column(name) for name in (*columns.values(), *sections.values())]
    return Table("", heads + named, rows)


def _compared(report: Report, words: Wording) -> Table:
    """The same figures of earlier quarters, and by how much they changed."""
    names = {
        "queries": words.columns("A3")["queries"],
        "queries_verified": words.columns("A3")["person_times"],
        "objections_received": words.columns("A4")["received"],
        "objections_closed": words.columns("A4")["closed"],
        "violation_cases": words.word("cases"),
    }
    rows = []
    for row in report["comparison"]["rows"]:
        figure, _, group = row["figure"].partition("/")
        name = names[figure] + (f"({words.name('line_group', group)})" if group else "")
        cells = (row[code] for code in ("previous_quarter", "previous_quarter_change"))
        year = (row[code] for code in ("year_before", "year_before_change"))
        rows.append([name, row["now"], *cells, *year])
    quarter, year_before = words.word("previous_quarter"), words.word("year_before")
    columns = [
        Column(words.word("pointer"), "text", 13),
        Column(words.word("period")),
        Column(words.quarter.before.key),
        Column(f"{quarter}(%)", "rate"),
        Column(f"{words.quarter.year - 1}Q{words.quarter.number}"),
        Column(f"{year_before}(%)", "rate"),
    ]
    return Table("", columns, rows)


def _objections(form: dict[str, Any], words: Wording) -> list[Table]:
    named = words.columns("A4")
    columns = [Column(named[code], "rate" if code in _RATES else "count") for code in _STANDING]

    def row(label: str, found: dict[str, Any]) -> list[Any]:
        return [label, *(found[code] for code in _STANDING)]

    parts = []
    for kind in ("line_group", "channel", "subject"):
        rows = [row(words.name(kind, found[kind]), found) for found in form[f"by_{kind}"]]
        rows.append(row(words.word("total"), form["total"]))
        parts.append(Table("", [Column(words.word(kind), "text", 13), *columns], rows))
    ages = [[words.name("age", found["age"]), found["open"]] for found in form["ages"]]
    columns = [Column(words.word("age"), "text", 13), Column(named["closing"])]
    return [*parts, Table(words.word("ages"), columns, ages)]


def _handling(form: dict[str, Any], words: Wording) -> Table:
    named = words.columns("A5")
    rows = [
        [words.name("line_group", row["line_group"]), *(row[code] for code in named)]
        for row in form["rows"]
    ]
    rows.append([words.word("total"), *(form["total"][code] for code in named)])
    columns = [Column(name, width=9) for name in named.values()]
    return Table("", [Column(words.word("line_group"), "text", 13), *columns], rows)


def _cases(form: dict[str, Any], words: Wording) -> Table:
    kinds = {"amount": "money"}
    widths = {"facts": 34, "rule": 22, "case_no": 24, "objection_no": 24, "measures": 16}
    widths |= {"branch": 14, "discovered_on": 14, "line": 14, "persons": 14}
    columns = [
        Column(name, kinds.get(code, "text"), widths.get(code, 11))
        for code, name in words.columns("A6").items()
    ]
    if form["nil"]:
        nil: list[Any] = [None] * len(columns)
        nil[list(words.columns("A6")).index("facts")] = words.word("nil")
        return Table("", columns, [nil])
    return Table("", columns, [_case(case, words) for case in form["cases"]])


def _case(case: dict[str, Any], words: Wording) -> list[Any]:
    shown = {
        **case,
        "line": words.name("line", case["line"]),
        "branch": words.name("organisation", case["branch"]),
        "persons": _joined(person["name"] for person in case["persons"]),
        "measures": _joined(words.measure(person["measure"]) for person in case["persons"]),
        "rectification": case["rectification"] and words.word(case["rectification"]),
        "reported_to_police": words.word("yes" if case["reported_to_police"] else "no"),
        "status": words.word(case["status"]),
    }
    return [shown[code] for code in words.columns("A6")]


def _joined(texts: Iterable[str]) -> str | None:
    return "、".join(texts) or None


def _branches(report: Report, words: Wording) -> Table:
    codes = (
        *("queries", "queries_verified", "objections_received", "objections_closed"),
        *("objections_open", "violation_cases"),
    )
    rows = [
        [row["name"] or row["code"], *(row[code] for code in codes)] for row in report["branches"]
    ]
    rows.append([words.word("total"), *(report["totals"][code] for code in codes)])
    queries, objections = words.columns("A3"), words.columns("A4")
    names = [queries["queries"], queries["person_times"]]
    names += [objections[code] for code in ("received", "closed", "closing")]
    names.append(words.word("cases"))
    return Table(
        "", [Column(words.word("branch"), "text", 26), *(Column(name) for name in names)], rows
    )


def _details(found: list[dict[str, Any]], kind: str, words: Wording) -> Table:
    rows = [
        [words.name(kind, row["code"]), row["code"], row["queries"], row["person_times"]]
        for row in found
    ]
    sums = [sum(row[name] for row in found) for name in ("queries", "person_times")]
    rows.append([words.word("total"), "", *sums])
    named = words.columns("A3")
    headings = {"organisation": "branch", "line": "line_group"}
    heading = words.word(headings.get(kind, kind))
    columns = [Column(heading, "text", 26), Column(words.word("code"), "text", 14)]
    return Table("", [*columns, Column(named["queries"]), Column(named["person_times"])], rows)


def _days(report: Report, words: Wording) -> Table:
    queries, objections = words.columns("A3"), words.columns("A4")
    codes = ("day", "queries", "queries_verified", "objections_received", "objections_closed")
    rows = [[row[code] for code in codes] for row in report["days"]]
    rows.append([words.word("total"), *(sum(row[n] for row in rows) for n in range(1, len(codes)))])
    columns = [Column(words.word("day"), "text", 13)]
    columns += [Column(queries["queries"]), Column(queries["person_times"])]
    columns += [Column(objections["received"]), Column(objections["closed"])]
    return Table("", columns, rows)


def _differences(report: Report, words: Wording) -> Table:
    rows = [
        [
            one["pointer"],
            *(None if one[name] is None else str(one[name]) for name in ("before", "after")),
        ]
        for one in report["differences"]
    ]
    columns = [Column(words.word(code), "text", 40) for code in ("pointer", "before", "after")]
    return Table("", columns, rows)
