"""The service behind the pages, played by canned answers in the shapes of the contract."""

import copy
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

POLICY_NO = "PDZA202644010000000001"
ID_NO = "11010519491231002X"
TOKEN = "token-of-a-verified-query"


def _yuan(amount: float) -> dict[str, Any]:
    return {"amount": round(amount * 100), "currency": "CNY"}


ANSWER: dict[str, Any] = {
    "query_id": "q-01",
    "token": TOKEN,
    "expires_at": "2099-01-01T00:00:00+08:00",
    "assurance": "id",
    "data_as_of": "2026-11-20T23:05:00+08:00",
    "policy": {
        "policy_no": POLICY_NO,
        "line": "motor",
        "line_name": "机动车辆保险",
        "motor_kind": "commercial",
        "product": "新能源汽车商业保险（2021版）",
        "status": "in_force",
        "status_name": "有效",
        "starts_at": "2026-01-15T00:00:00+08:00",
        "ends_at": "2099-01-15T00:00:00+08:00",
        "starts_on": "2026-01-15",
        "ends_on": "2099-01-14",
        "issued_on": "2026-01-10",
        "organisation": {"code": "440100", "name": "广州市天河支公司"},
        "policyholder": {"name": "欧***"},
        "insured": {"name": "迪***·阿***", "id_no": "110***********002X"},
        "sum_insured": _yuan(2_156_800),
        "premium": _yuan(4326.58),
        "covers": [
            {
                "name": "新能源汽车损失保险",
                "sum_insured": _yuan(156_800),
                "premium": _yuan(2410.08),
                "deductible": None,
            },
            {
                "name": "新能源汽车第三者责任保险",
                "sum_insured": _yuan(2_000_000),
                "premium": _yuan(1756.5),
                "deductible": "绝对免赔率 10%",
            },
            {
                "name": "新能源汽车车上人员责任保险（驾驶人）",
                "sum_insured": _yuan(10_000),
                "premium": _yuan(160),
                "deductible": None,
            },
        ],
        "payments": [
            {
                "instalment": 1,
                "due_on": "2026-01-10",
                "due_amount": _yuan(4326.58),
                "paid_amount": _yuan(4326.58),
                "paid_on": "2026-01-10",
                "method": "银行转账",
                "receipt_no": "SJ2026011000001",
            }
        ],
        "endorsements": [
            {
                "endorsement_no": "PD2026440100000018",
                "kind": "变更号牌",
                "applied_on": "2026-03-02",
                "effective_on": "2026-03-03",
                "reason": "新车上牌",
                "premium_change": _yuan(0),
                "summary": "号牌号码由“未上牌”改为“粤AD12345”",
            }
        ],
        "subject": {
            "plate_no": "粤AD12345",
            "brand_model": "比亚迪 BYD7009BEV",
            "vin": "LGXC***********01",
            "engine_no": "TZ2****018",
            "first_registered_on": "2026-01-12",
        },
        "channel": {
            "type": "professional_agency",
            "type_name": "专业代理",
            "name": "广州安行保险代理有限公司",
            "code": "260018000000800",
            "payment_method": "银行转账",
        },
        "handler": {"name": "陈晓岚", "phone": "020-38880000"},
        "special_agreements": ["本车为家庭自用，不得用于网约车营运。"],
        "document": {"available": True, "version": 2},
    },
    "claims": [
        {
            "claim_no": "CLM2026440100000312",
            "status": "assessed",
            "status_name": "定损",
            "needs": ["请提交维修发票"],
            "expected_by": "2026-11-25T18:00:00+08:00",
            "promised_by": "2026-11-23T18:00:00+08:00",
            "overdue": True,
            "reported_at": "2026-11-18T09:12:00+08:00",
            "occurred_at": "2026-11-18T08:40:00+08:00",
            "cause": "collision",
            "cause_name": "碰撞",
            "assessed_amount": _yuan(3280.5),
            "paid_amount": None,
            "paid_at": None,
            "closed_at": None,
            "refusal_reason": None,
            "timeline": [
                {
                    "stage": "reported",
                    "stage_name": "报案",
                    "department": "客户服务部",
                    "handler": "林静",
                    "arrived_at": "2026-11-18T09:12:00+08:00",
                    "accepted_at": "2026-11-18T09:12:00+08:00",
                    "left_at": "2026-11-18T09:20:00+08:00",
                    "message": "已经受理您的报案。",
                },
                {
                    "stage": "surveyed",
                    "stage_name": "查勘",
                    "department": "查勘部",
                    "handler": "周伟",
                    "arrived_at": "2026-11-18T09:20:00+08:00",
                    "accepted_at": "2026-11-18T09:31:00+08:00",
                    "left_at": "2026-11-18T11:05:00+08:00",
                    "message": None,
                },
                {
                    "stage": "assessed",
                    "stage_name": "定损",
                    "department": "理赔部",
                    "handler": "何敏",
                    "arrived_at": "2026-11-18T11:05:00+08:00",
                    "accepted_at": None,
                    "left_at": None,
                    "message": None,
                },
            ],
            "documents": {
                "required": ["索赔申请书", "维修发票"],
                "received": ["索赔申请书"],
                "missing": ["维修发票"],
                "wanted": [{"code": "invoice", "name": "维修发票"}],
            },
        }
    ],
}

_RULES = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((Path(__file__).parents[2] / "schemas" / "lines").glob("*.json"))
    if not path.stem.endswith(".schema")
}
LINES: dict[str, Any] = {
    "lines": [
        {key: rule[key] for key in ("line", "entry", "verification")}
        | {"name": rule["name"]["zh-CN"]}
        for rule in _RULES.values()
        if rule["queryable"]
    ]
}
"""GET /v1/lines as the rules of the lines make it."""

OTHER_NO = "PEAC202644010000000009"
OTHERS: dict[str, Any] = {
    "policies": [
        {
            "policy_no": POLICY_NO,
            "line": "motor",
            "line_name": "机动车辆保险",
            "product": "新能源汽车商业保险（2021版）",
            "status": "in_force",
            "status_name": "有效",
            "ends_on": "2099-01-14",
            "handler": {"name": "陈晓岚", "phone": "020-38880000"},
        },
        {
            "policy_no": OTHER_NO,
            "line": "property",
            "line_name": "财产保险",
            "product": "家庭财产综合保险",
            "status": "in_force",
            "status_name": "有效",
            "ends_on": "2098-05-31",
            "handler": {"name": "何敏", "phone": "020-38881111"},
        },
    ]
}


@dataclass
class Reply:
    """What the service says: a status with JSON and headers, or None for no answer at all."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


SILENCE = None


def problem(status: int, code: str, errors: list[dict[str, str]] | None = None, **headers) -> Reply:
    """problem+json; headers as keywords with underscores."""
    body: dict[str, Any] = {"type": f"/problems/{code}", "title": code, "status": status}
    body |= {"detail": code, "code": code, "request_id": "req-7f3a"}
    if errors is not None:
        body["errors"] = errors
    named = {name.replace("_", "-"): str(value) for name, value in headers.items()}
    return Reply(status, body, {"Content-Type": "application/problem+json", **named})


def challenged(prefix: str = "00", algorithm: str = "SHA-256") -> Reply:
    """A proof of work wanted first (ALTCHA v2); a digit more of the prefix is 16 times the work."""
    reply = problem(403, "challenge-required")
    parameters = {"algorithm": algorithm, "nonce": "0011223344556677", "salt": "8899aabbccddeeff"}
    parameters |= {"cost": 1, "keyLength": 32, "keyPrefix": prefix}
    reply.body["challenge"] = {"parameters": parameters, "signature": "ab"}
    return reply


def answer(**policy: Any) -> Reply:
    """A verified answer, with fields of its policy replaced."""
    body = copy.deepcopy(ANSWER)
    body["policy"] |= policy
    return Reply(200, body)


def link(site: str) -> Reply:
    """The link to a policy document, alive for a minute."""
    until = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    body = {"url": f"{site}/assets/mark.svg?signed", "expires_at": until}
    return Reply(200, body | {"sha256": "0" * 64, "version": 2})


class Service:
    """Answers what a page asks of /v1, and remembers what it was asked."""

    def __init__(self, page: Page) -> None:
        self.asked: list[dict[str, Any]] = []
        self.replies: dict[str, Reply | list[Reply] | None] = {
            "/views": Reply(204, ""),
            "/v1/policies": Reply(200, {"policies": []}),
            "/v1/lines": Reply(200, LINES),
        }
        page.context.route("**/v1/**", self._reply)

    def will_say(self, ending: str, reply: Reply | None) -> None:
        """From now on paths with that ending get that reply."""
        self.replies[ending] = reply

    def says_in_turn(self, ending: str, *replies: Reply) -> None:
        """These one after the other, the last from then on."""
        self.replies[ending] = list(replies)

    @property
    def queries(self) -> list[dict[str, Any]]:
        """What was asked of it with credentials."""
        return self.to("/v1/queries")

    def to(self, ending: str) -> list[dict[str, Any]]:
        """What was asked of paths with that ending."""
        return [asked for asked in self.asked if asked["url"].endswith(ending)]

    def _reply(self, route: Route) -> None:
        request = route.request
        self.asked.append(
            {"url": request.url, "body": request.post_data, "headers": request.headers}
        )
        ending = max((one for one in self.replies if request.url.endswith(one)), key=len)
        reply = self.replies[ending]
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if reply is None:
            route.abort("internetdisconnected")
            return
        body = reply.body if isinstance(reply.body, str) else json.dumps(reply.body)
        headers = {"Content-Type": "application/json", **reply.headers}
        route.fulfill(status=reply.status, body=body, headers=headers)
