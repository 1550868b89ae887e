"""The shape of a policy as rooms hand it to each other: open values, never what storage holds.

Field names are those of the core system's file (contract, `policies`), with text turned into
types: dates are ISO `YYYY-MM-DD`, money is integer fen, codes are our codes, booleans are booleans.
"""

from typing import NotRequired, TypedDict


class Cover(TypedDict):
    """One cover (险别): name as printed, amounts in fen, deductible as printed or None."""

    name: str
    sum_insured: int | None
    premium: int | None
    deductible: str | None


class Document(TypedDict):
    """Where the policy document of a version stands."""

    version: int
    status: str
    """`pending`, `ready` or `failed`."""
    document_id: NotRequired[str]
    key: NotRequired[str]
    sha256: NotRequired[str]
    reason: NotRequired[str]
    """Why it failed, with the policy number; nothing personal."""


class Policy(TypedDict):
    """A policy version. What the core system left empty is absent."""

    policy_no: str
    version: int
    line: str
    status: str
    issued_on: str
    starts_on: str
    ends_on: str
    organisation: str
    insured_name: str
    insured_id_type: str
    insured_id_no: str
    premium: int
    imported_at: str
    product: NotRequired[str]
    agent: NotRequired[str]
    motor_kind: NotRequired[str]
    policyholder_name: NotRequired[str]
    policyholder_id_type: NotRequired[str]
    policyholder_id_no: NotRequired[str]
    policyholder_sex: NotRequired[str]
    policyholder_birth_date: NotRequired[str]
    policyholder_phone: NotRequired[str]
    policyholder_address: NotRequired[str]
    relation: NotRequired[str]
    beneficiary: NotRequired[str]
    marketing_consent: NotRequired[bool]
    insured_sex: NotRequired[str]
    insured_birth_date: NotRequired[str]
    insured_address: NotRequired[str]
    occupation: NotRequired[str]
    serial_no: NotRequired[str]
    sum_insured: NotRequired[int]
    payment_method: NotRequired[str]
    paid_on: NotRequired[str]
    covers: NotRequired[list[Cover]]
    special_agreements: NotRequired[str]
    channel_type: NotRequired[str]
    channel_name: NotRequired[str]
    channel_code: NotRequired[str]
    channel_outlet: NotRequired[str]
    previous_policy_no: NotRequired[str]
    coinsurance: NotRequired[bool]
    lead_insurer: NotRequired[str]
    plate_no: NotRequired[str]
    brand_model: NotRequired[str]
    vin: NotRequired[str]
    engine_no: NotRequired[str]
    first_registered_on: NotRequired[str]
    subject: NotRequired[dict[str, str]]
    """The subject fields of lines other than motor, by field name."""
    document: NotRequired[Document]
