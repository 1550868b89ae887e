"""Who is covered: accident and short-term health (意外险, 短期健康险)."""

from random import Random

from infra.generator.draws import Row, pick
from infra.generator.people import everyday_name
from infra.generator.subjects.contract import Contract, word


def accident(chance: Random, contract: Contract) -> Row:
    row = {"occupation_class": f"class_{1 + int(chance.random() * 6)}"}
    if contract.product["holder"] == "group":
        count = 5 + int(chance.random() * 60)
        colleagues = (everyday_name(chance, pick(chance, ("male", "female"))) for _ in range(4))
        names = "、".join((contract.insured.name, *colleagues))
        return row | {"insured_count": str(count), "insured_persons": f"{names}等{count}人"}
    return row | {
        "insured_count": "1",
        "activated_on": contract.term.issued_on.isoformat(),
        "beneficiary_share": "法定受益人均等",
    }


def health(chance: Random, contract: Contract) -> Row:
    return accident(chance, contract) | {
        "waiting_days": pick(chance, ("30", "60", "90")),
        "hospital_scope": word(chance, "hospital_scopes"),
        "reimbursement_ratio": pick(chance, ("80", "90", "100")),
    }
