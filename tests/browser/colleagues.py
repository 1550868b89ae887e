"""What a member of staff does on the staff pages; the provider and the service are played."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, Route, expect

from chalicelib.staff import access

from .service import Reply, Service

ENDS = 4_000_000_000


def token(roles: list[str], **claims: Any) -> str:
    """A token's form; the pages read of it only whom to greet."""
    told = {"sub": "S1", "name": "李合规", "organisation": "44000000", "exp": ENDS, **claims}
    middle = base64.urlsafe_b64encode(json.dumps({**told, "roles": roles}).encode()).decode()
    return f"e30.{middle.rstrip('=')}.c2ln"


class Provider:
    """An OpenID provider that lets everybody in, and remembers what it was asked.

    It stands on the pages' own origin: an insurer's site names another in `connect-src`.
    """

    def __init__(self, page: Page, site: str, service: Service) -> None:
        self.issuer = f"{site}/realms/insurer"
        self.asked: list[dict[str, str]] = []
        self.roles = ["compliance_officer"]
        self.claims: dict[str, Any] = {}
        self.state: str | None = None
        service.will_say(
            "/v1/sign-in", Reply(200, {"issuer": self.issuer, "client_id": "chabao-staff-pages"})
        )
        page.context.route(f"{self.issuer}/**", self._answer)

    def _answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.path.endswith("openid-configuration"):
            places = {name: f"{self.issuer}/{name}" for name in ("authorization", "token")}
            body = {"issuer": self.issuer} | {f"{name}_endpoint": at for name, at in places.items()}
            route.fulfill(json=body)
        elif address.path.endswith("/authorization"):
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.asked.append(asked)
            back = f"{asked['redirect_uri']}?code=once&state={self.state or asked['state']}"
            route.fulfill(content_type="text/html", body=f'<a href="{back}">back</a>')
        else:
            sent = {name: values[0] for name, values in parse_qs(route.request.post_data).items()}
            self.asked.append(sent)
            made = token(self.roles, **self.claims)
            route.fulfill(json={"access_token": made, "expires_in": 600})


class Colleague:
    """Signs in and looks at the page."""

    def __init__(self, page: Page, site: str, service: Service) -> None:
        self.page = page
        self.site = site
        self.service = service
        self.provider = Provider(page, site, service)

    def opens(self, place: str = "") -> None:
        """Goes to the staff page, nobody signed in yet."""
        self.page.goto(f"{self.site}/staff/{place}")
        expect(self.page.locator("html[data-ready]")).to_have_count(1)

    def signs_in(self, *roles: str, place: str = "", **claims: Any) -> None:
        """The whole way through the provider, to a place."""
        self.comes_back(*roles, place=place, **claims)
        expect(self.page.locator("#who")).to_be_visible()

    def comes_back(self, *roles: str, place: str = "", **claims: Any) -> None:
        """The same, whatever then becomes of it."""
        self.provider.roles, self.provider.claims = list(roles), claims
        opened = {"routes": access.granted(frozenset(roles))}
        self.service.will_say("/v1/staff/access", Reply(200, opened))
        self.opens(place)
        self.page.get_by_role("button", name="登录").click()
        self.page.get_by_role("link", name="back").click()


def at_the_stack(
    page: Page, stack: Any, subject: str, role: str, organisation: str, place: str = ""
) -> None:
    """The same at a running stack's own provider; whoever was signed in before is not any more."""
    stack.staff_token([role], organisation, sub=subject)
    page.goto("about:blank")
    page.goto(f"{stack.url}/staff/{place}")
    page.get_by_role("button", name="登录").click()
    page.get_by_label("sub", exact=True).fill(subject)
    page.get_by_label("name", exact=True).fill("员工")
    page.get_by_label("organisation", exact=True).fill(organisation)
    for box in page.locator("input[name=roles]").all():
        box.set_checked(box.get_attribute("value") == role)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#who")).to_contain_text(organisation)
