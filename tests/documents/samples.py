"""Policies for the press, and what a reader gets back out of the PDF."""

import re
import subprocess
from pathlib import Path
from typing import Any, cast

from chalicelib.policies.model import Policy

DOCUMENT_ID = "Vb3nq0Zr5m2cY8K1xW7tQeLs"
FONTS = Path(__file__).parents[2] / ".cache" / "fonts"


def policy(**changes: Any) -> Policy:
    """A commercial motor policy with everything that a document shows."""
    content: dict[str, Any] = {
        "policy_no": "PDAA202631010000000123",
        "version": 1,
        "line": "motor",
        "motor_kind": "commercial",
        "status": "in_force",
        "issued_on": "2026-01-28",
        "starts_on": "2026-01-31",
        "ends_on": "2027-01-30",
        "organisation": "310115",
        "policyholder_name": "𠮷田科技（上海）有限公司",
        "policyholder_id_type": "credit_code",
        "policyholder_id_no": "9131000063159284XQ",
        "policyholder_address": "上海市浦东新区世纪大道1000号12楼",
        "insured_name": "艾合买提·买买提",
        "insured_id_type": "resident_id",
        "insured_id_no": "11010519491231002X",
        "insured_address": "新疆维吾尔自治区乌鲁木齐市天山区解放南路22号",
        "product": "机动车商业保险",
        "sum_insured": 218_680_000,
        "premium": 328_050,
        "payment_method": "银行转账",
        "paid_on": "2026-01-28",
        "covers": [
            {
                "name": "机动车损失保险",
                "sum_insured": 18_680_000,
                "premium": 163_020,
                "deductible": None,
            },
            {
                "name": "机动车第三者责任保险",
                "sum_insured": 200_000_000,
                "premium": 165_030,
                "deductible": "每次事故500元",
            },
        ],
        "special_agreements": "仅限家庭自用。\n第一受益人为上海分行。",
        "channel_type": "professional_agency",
        "channel_name": "上海安畅保险代理有限公司",
        "channel_code": "201091000000800",
        "agent": "3101150021",
        "plate_no": "沪A12345",
        "brand_model": "雅阁 HG7154ABC5A",
        "vin": "LHGCV1646L8012345",
        "engine_no": "L15BN1234567",
        "first_registered_on": "2020-06-18",
        "imported_at": "2026-01-28T04:00:00.000000Z",
        "subject": {"vehicle_use": "private", "seats": "5"},
        **changes,
    }
    return cast(Policy, {name: value for name, value in content.items() if value is not None})


def text(pdf: bytes) -> str:
    """What `pdftotext` reads, without white space, so that line breaks do not matter."""
    read = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"],
        input=pdf,
        capture_output=True,
        check=True,
    )
    return bare(read.stdout.decode("utf-8"))


def word_boxes(pdf: bytes) -> list[tuple[int, float, float, float, float]]:
    """Where each word stands: page, left, top, right, bottom in points."""
    read = subprocess.run(
        ["pdftotext", "-bbox", "-enc", "UTF-8", "-", "-"],
        input=pdf,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    place = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">'
    return [
        (page, *map(float, found))
        for page, content in enumerate(read.split("<page ")[1:])
        for found in re.findall(place, content)
    ]


def bare(words: str) -> str:
    """Words without white space."""
    return "".join(words.split())
