"""What follows the issue of a policy: endorsements (批单), payments (缴费), telephone numbers."""

from collections.abc import Iterator
from datetime import date, timedelta

from infra.generator.draws import Row, data, digits, pick, stream, yuan
from infra.generator.people import mobile
from infra.generator.policies import is_endorsed
from infra.generator.terms import later

_INSTALMENT_THRESHOLD = 5_000_000  # premiums above 50,000 yuan are paid by the quarter
_SOURCES = ("claim_report", "telesales", "face_to_face", "renewal")
_KINDS = ("mobile", "mobile", "office", "home")


def endorsements(seed: int, row: Row, today: date) -> Iterator[Row]:
    """The endorsement that made version 2; a premium it changed is part of the policy's premium."""
    if not is_endorsed(row):
        return
    chance = stream(seed, "endorsement", row["policy_no"])
    words = pick(chance, data("claims")["endorsements"])
    starts_on = date.fromisoformat(row["starts_on"])
    last = min(today, date.fromisoformat(row["ends_on"]))
    days = max(0, (last - starts_on).days)
    effective_on = starts_on + timedelta(days=int(chance.random() * (days + 1)))
    yield {
        "policy_no": row["policy_no"],
        "endorsement_no": f"E{row['policy_no'][1:]}001",
        "kind": words["kind"],
        "applied_on": min(today, effective_on - timedelta(days=1)).isoformat(),
        "effective_on": effective_on.isoformat(),
        "reason": words["reason"],
        "premium_change": yuan(fen(row["premium"]) * words["change"] // 100),
        "summary": words["summary"],
    }


def payments(seed: int, row: Row, today: date) -> Iterator[Row]:
    """Instalments whose due amounts add up to the premium; a suspended policy owes all but one."""
    chance = stream(seed, "payment", row["policy_no"])
    premium = fen(row["premium"])
    first = date.fromisoformat(row["paid_on"])
    by_quarter = premium > _INSTALMENT_THRESHOLD or row["status"] == "suspended"
    lasts = later(first, 9).isoformat() <= row["ends_on"]
    count = 4 if by_quarter and lasts else 1
    for number in range(count):
        due = premium // count + (premium % count if number == 0 else 0)
        due_on = later(first, 3 * number)
        payment = {
            "policy_no": row["policy_no"],
            "instalment": str(number + 1),
            "due_on": due_on.isoformat(),
            "due_amount": yuan(due),
            "method": row["payment_method"],
        }
        owed = number and (due_on > today or row["status"] == "suspended")
        if owed:
            yield payment | {"paid_amount": "0.00"}
        else:
            receipt = f"R{due_on:%Y%m%d}{digits(chance, 8)}"
            yield payment | {
                "paid_amount": yuan(due),
                "paid_on": due_on.isoformat(),
                "receipt_no": receipt,
            }


def contacts(seed: int, row: Row, today: date) -> Iterator[Row]:
    """Further numbers that callers and sellers noted: for two policies in five."""
    chance = stream(seed, "contact", row["policy_no"])
    if chance.random() >= 0.4:
        return
    issued_on = date.fromisoformat(row["issued_on"])
    span = max(0, (today - issued_on).days)
    for _ in range(1 + int(chance.random() * 2)):
        kind = pick(chance, _KINDS)
        known = row.get(f"{kind}_phone", "")
        yield {
            "policy_no": row["policy_no"],
            "phone": known or mobile(chance),
            "phone_kind": kind if known or kind == "mobile" else "mobile",
            "source": pick(chance, _SOURCES),
            "recorded_on": _day(issued_on, int(chance.random() * (span + 1))),
        }


def wrong_contacts(seed: int, row: Row, today: date) -> Iterator[Row]:
    """Numbers found wrong when somebody called them: one contact in twelve."""
    for number, contact in enumerate(contacts(seed, row, today)):
        chance = stream(seed, "wrong contact", row["policy_no"], number)
        if chance.random() < 1 / 12:
            recorded_on = date.fromisoformat(contact["recorded_on"])
            span = (today - recorded_on).days
            yield {
                "phone": contact["phone"],
                "policy_no": row["policy_no"],
                "reported_on": _day(recorded_on, int(chance.random() * (span + 1))),
                "reason": pick(chance, data("claims")["wrong_contact_reasons"]),
            }


def fen(amount: str) -> int:
    """An amount that `yuan` wrote, in fen again."""
    return int(amount.replace(".", ""))


def _day(first: date, days: int) -> str:
    return (first + timedelta(days=days)).isoformat()
