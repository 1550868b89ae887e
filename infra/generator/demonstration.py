"""One policy of each line that a visitor can query at once, with what its line asks for."""

from infra.generator.columns import line_rule
from infra.generator.draws import Row
from infra.generator.portfolio import Portfolio

_CREDENTIALS = {"id_no": "insured_id_no", "insured_name": "insured_name", "serial_no": "serial_no"}


def demo(portfolio: Portfolio) -> list[dict[str, str | None]]:
    """Policies in force of the queryable lines, in the contract's form of `demo.policies`.

    With every credential that the policy has, so that each alternative of its line's rule can be
    tried; a serial number that it has not is null. A policy led by another insurer is no example:
    its answer holds no policy.
    """
    waiting = [line for line in portfolio.lines if line_rule(line)["queryable"]]
    shown: dict[str, Row] = {}
    for row in portfolio.policies:
        if row["line"] in waiting and row["status"] == "in_force" and "lead_insurer" not in row:
            waiting.remove(row["line"])
            shown[row["line"]] = row
        if not waiting:
            break
    return [_entry(shown[line]) for line in portfolio.lines if line in shown]


def _entry(row: Row) -> dict[str, str | None]:
    entry: dict[str, str | None] = {"line": row["line"], "policy_no": row["policy_no"]}
    for credential, field in _CREDENTIALS.items():
        entry[credential] = row.get(field)
    return entry
