"""Policyholder, insured and their telephones as columns of the policies file."""

from random import Random

from infra.generator.customers import Customer
from infra.generator.draws import Row, pick
from infra.generator.people import Party, mobile
from infra.generator.places import landline

_SOURCES = (*("underwriting",) * 6, "face_to_face", "telesales", "renewal", "claim_report")


def customer_columns(chance: Random, buyer: Customer) -> Row:
    """What is the same in all policies of a customer."""
    return {
        "organisation": buyer.outlet,
        "relation": buyer.relation,
        "marketing_consent": "true" if chance.random() < 0.6 else "false",
        "coinsurance": "false",
        "contact_source": pick(chance, _SOURCES),
        **_party(buyer.holder, "policyholder"),
        **_party(buyer.insured, "insured"),
        **_phones(chance, buyer.insured),
    }


def _party(party: Party, role: str) -> Row:
    row = {
        f"{role}_name": party.name,
        f"{role}_id_type": party.id_type,
        f"{role}_id_no": party.id_no,
        f"{role}_address": party.address,
    }
    if role == "policyholder":
        row["policyholder_phone"] = party.phone
    elif party.occupation:
        row["occupation"] = party.occupation
    if party.born_on:
        row |= {f"{role}_sex": party.sex, f"{role}_birth_date": party.born_on.isoformat()}
    return row


def _phones(chance: Random, insured: Party) -> Row:
    if not insured.sex:
        row = {"office_phone": insured.phone}
        return row | ({"mobile": mobile(chance)} if chance.random() < 0.6 else {})
    row = {"mobile": insured.phone}
    return row | ({"home_phone": landline(chance, insured.city)} if chance.random() < 0.3 else {})
