"""Sales channels (渠道): who brought the policy, under which registration, and how it was paid."""

from random import Random

from infra.generator.draws import Row, data, pick
from infra.generator.organisations import agents_of, intermediaries_of
from infra.generator.people import Party

_TYPES = (
    *("individual_agent",) * 7,
    *("professional_agency",) * 3,
    *("part_time_agency",) * 3,
    "broker",
    *("direct",) * 3,
    *("telesales",) * 2,
    *("online",) * 2,
)
_OWN_NAMES = {"direct": "直属业务部", "telesales": "电话销售中心", "online": "官方网站"}


def channel(chance: Random, seed: int, outlet: str, line: str, holder: Party) -> Row:
    """The channel columns of a policy and its agent."""
    kind = pick(chance, _TYPES)
    agent = pick(chance, agents_of(seed, outlet, line))
    payer = "person" if holder.sex else "company"
    row = {
        "agent": agent["code"],
        "channel_type": kind,
        "payment_method": pick(chance, data("subjects")["payment_methods"][payer]),
    }
    if kind == "individual_agent":
        # 26 digits, as registration numbers (执业登记编号) have had since 2019
        registration = f"020001{outlet[:6]}8000{int(agent['code']):010d}"
        return row | {"channel_name": agent["name"], "channel_code": registration}
    if kind in _OWN_NAMES:
        return row | {"channel_name": _OWN_NAMES[kind]}
    intermediary = pick(chance, intermediaries_of(seed, holder.city.code, kind))
    row |= {"channel_name": intermediary["name"], "channel_code": intermediary["code"]}
    if "outlet" in intermediary:
        row["channel_outlet"] = intermediary["outlet"]
    return row
