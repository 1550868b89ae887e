"""The journey on the real stack: visitor, lead, the agent's day, a call, a policy, the funnel."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect

from chalicelib import clock, validation

from .colleagues import at_the_stack
from .needs import heading_of, reaches_contact

LEADS = 5
"""As many as figures need to be told."""
BEIJING = "11000000"


def test_visitor_lead_agents_day_call_policy_funnel(page: Page, stack: Any) -> None:
    phones = [f"137{uuid4().int % 10**8:08d}" for _ in range(LEADS)]
    agent = _visits(page, stack.url, phones[0])
    _others(stack, phones[1:])

    _signs_in(page, stack, agent)
    page.goto(f"{stack.url}/staff/#today")
    page.get_by_role("link", name="王芳").first.click()
    expect(page.locator("h1")).to_have_text("王芳", timeout=15_000)
    expect(page.locator(".badge").first).to_have_text("已分派")
    page.select_option("#call-outcome", "reached")
    page.fill("#call-note", "想了解家庭财产保险")
    page.locator("main form button").click()
    expect(page.locator(".badge").first).to_have_text("已联系", timeout=15_000)

    _buys(stack, phones, agent)
    tomorrow = clock.now() + timedelta(days=1)
    made = stack.post_json(f"/_local/schedules/roll_up_day?at={clock.stored(tomorrow)}")
    assert made.status_code == 200, made.text
    token = stack.staff_token(["branch_manager"], BEIJING, sub="journey-manager")
    today = clock.shanghai_day(clock.now()).isoformat()
    figures = stack.get(
        f"/v1/staff/lead-figures?from={today}&until={today}&by=source",
        headers={"Authorization": f"Bearer {token}"},
    ).json()
    validation.validate("leads/figures", figures)
    shown = figures["total"]
    assert shown["received"] >= LEADS
    assert shown["converted"] >= shown["found"] >= LEADS
    page.goto(f"{stack.url}/staff/#today")
    expect(page.get_by_role("link", name="王芳")).to_have_count(0)


def _visits(page: Page, site: str, phone: str) -> str:
    """The number of the agent whom the page names, after the whole questionnaire."""
    page.set_default_timeout(15_000)
    reaches_contact(page, site)
    page.fill("#q-contact-name", "王芳")
    page.fill("#q-contact-phone", phone)
    page.select_option("#q-contact-region", "110000")
    page.click("form button[type=submit]")
    heading_of(page, "核对后提交")
    page.check("#q-consent-contact")
    page.click("form button[type=submit]")
    heading_of(page, "评估结果")
    expect(page.locator(".fit").first).to_be_visible()
    return page.locator(".received dd").nth(1).inner_text()


def _others(stack: Any, phones: list[str]) -> None:
    """Other visitors of the same day and place."""
    example = validation.load("leads/lead")["examples"][0]
    for place, phone in enumerate(phones):
        contact = {"name": "李雷", "phone": phone, "region": "110000"}
        headers = {"X-Local-Source-Ip": f"2001:db8:77:{place}::1"}
        reply = stack.post_json("/v1/leads", {**example, "contact": contact}, headers=headers)
        assert reply.status_code == 201, reply.text


def _signs_in(page: Page, stack: Any, agent: str) -> None:
    """As the agent, at the stack's own provider."""
    at_the_stack(page, stack, agent, "agent", agent[:-2])


def _buys(stack: Any, phones: list[str], agent: str) -> None:
    """A file of the core system with a policy for each telephone."""
    today = clock.shanghai_day(clock.now())
    rows = [
        {
            "policy_no": f"PJOU{uuid4().hex[:16].upper()}",
            "version": "1",
            "line": "motor",
            "status": "in_force",
            "issued_on": today.isoformat(),
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=364)).isoformat(),
            "organisation": agent[:-2],
            "agent": agent,
            "policyholder_phone": phone,
            "insured_name": "王芳",
            "insured_id_type": "resident_id",
            "insured_id_no": "11010519491231002X",
            "premium": "3280.50",
        }
        for phone in phones
    ]
    content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    key = f"policies/{uuid4().hex}.jsonl"
    stack.put_object("incoming", key, content.encode())
    assert stack.drain() or stack.drain() or stack.drain()
    digest = hashlib.sha256(content.encode()).hexdigest()[:12]
    report = json.loads(stack.object("documents", f"imports/{key}/{digest}/report.json"))
    assert report["accepted"] == LEADS, report
