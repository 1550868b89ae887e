"""What a person does on the query page, in the words of a person."""

import json

from playwright.sync_api import Locator, Page, expect

from .pages import WEB
from .service import ID_NO, POLICY_NO, Reply, Service, answer


class Visitor:
    """Types, presses and reads."""

    def __init__(self, page: Page, site: str, service: Service) -> None:
        self.page = page
        self.site = site
        self.service = service
        self.words = json.loads((WEB / "texts/zh-CN.json").read_text("utf-8"))
        self.insurer = self.words["insurer.short"]

    def opens(self, path: str = "query.html") -> None:
        """Goes to a page and waits until its words are there."""
        self.page.goto(f"{self.site}/{path}")
        self.waits_for_words()

    def waits_for_words(self) -> None:
        expect(self.page.locator("html[data-ready]")).to_have_count(1)

    def types(self, policy_no: str = POLICY_NO, id_no: str = ID_NO) -> None:
        self.page.fill("#policy_no", policy_no)
        self.page.fill("#id_no", id_no)

    def opens_other_lines(self, line: str) -> None:
        """Goes to the form of the lines other than motor and chooses one."""
        self.opens("query.html?entry=non-motor")
        self.page.select_option("#line", line)

    def asks(self, reply: Reply | None) -> None:
        """Types the right pair, presses the button, and the service says that."""
        self.service.will_say("/v1/queries", reply)
        self.types()
        self.page.click("button[type=submit]")

    def sees_answer(self, **policy: object) -> Locator:
        """The whole way to an answer."""
        self.opens()
        self.asks(answer(**policy))
        expect(self.page.locator("#answer h1")).to_be_visible()
        return self.page.locator("#answer")

    def sees_weak_answer(self) -> Locator:
        """A cargo policy, opened by its serial number alone."""
        self.opens_other_lines("cargo")
        self.page.fill("#policy_no", POLICY_NO)
        self.page.fill("#serial_no", "YA2026000123")
        reply = answer(line="cargo", subject={}, payments=[], endorsements=[])
        reply.body["assurance"] = "weak"
        self.service.will_say("/v1/queries", reply)
        self.page.click("button[type=submit]")
        expect(self.page.locator("#answer h1")).to_be_visible()
        return self.page.locator("#answer")

    @property
    def trouble(self) -> Locator:
        return self.page.locator("#trouble")

    def tabs_to(self, wanted: str) -> None:
        """Presses Tab until that id has the focus, or the thing with that text."""
        reached = "[document.activeElement.id, document.activeElement.innerText?.split('\\n')[0]]"
        for _ in range(40):
            self.page.keyboard.press("Tab")
            if wanted in self.page.evaluate(reached):
                return
        raise AssertionError(f"40 times Tab do not lead to {wanted}")
