"""The frame of the staff pages: signing in, what is kept of it, being told what went wrong."""

import base64
import hashlib

import pytest
from playwright.sync_api import Page, expect

from chalicelib.staff import access

from .axe import Axe
from .colleagues import Colleague, token
from .pages import reads_in
from .service import SILENCE, Reply, Service, problem
from .test_accessibility import FITS, SMALL

DESK = """
import { element } from "../assets/element.js";
const route = "GET /v1/staff/today";
export const desks = [{ name: "sample", route, load: async () => ({ desk }) }];
const desk = (frame) => ({
  async enter([number]) {
    const { answer, etag } = await frame.ask("GET", `/v1/staff/sample${number ? "/" : ""}`);
    const change = async () => {
      try {
        await frame.ask("POST", "/v1/staff/change", { body: { a: 1 }, match: etag });
        frame.tell("staff.desks");
      } catch (error) {
        frame.fail(error, () => "field");
      }
    };
    frame.draw(
      element("h1", { tabindex: "-1" }, `${answer.name} ${number ?? ""}`),
      element("label", {}, "a ", element("input", { id: "field", name: "a", class: "button" })),
      element("button", { class: "button", onclick: change }, "change"),
      element("a", { class: "button", href: "#sample/7" }, "seven"),
    );
  },
});
"""
WORDS = {"staff.desk.sample": "样例", "staff.desk.sample-what": "试一试"}
KEPT = """() => JSON.stringify([
  { ...localStorage }, { ...sessionStorage }, history.state, document.cookie, location.href])"""


@pytest.fixture
def colleague(page: Page, site: str, service: Service) -> Colleague:
    """Somebody of staff in front of a page with one desk."""
    page.context.route(
        "**/staff/desks.js", lambda route: route.fulfill(content_type="text/javascript", body=DESK)
    )

    def worded(route) -> None:
        found = route.fetch()
        route.fulfill(json={**found.json(), **WORDS})

    page.context.route("**/texts/staff/*.json", worded)
    page.context.route("**/texts/staff-sample/*.json", lambda route: route.fulfill(json={}))
    service.will_say("/v1/staff/sample", Reply(200, {"name": "所有"}))
    service.will_say("/v1/staff/sample/", Reply(200, {"name": "一个"}, {"ETag": '"3"'}))
    return Colleague(page, site, service)


def test_somebody_signs_in_by_the_code_flow_with_a_proof_of_possession(
    colleague: Colleague,
) -> None:
    colleague.signs_in("agent", place="#sample")
    expect(colleague.page.locator("h1")).to_contain_text("所有")
    expect(colleague.page.locator("#who")).to_contain_text("李合规 · 44000000")
    asked, exchanged = colleague.provider.asked
    digest = hashlib.sha256(exchanged["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == exchanged["redirect_uri"] == f"{colleague.site}/staff/"
    (sent,) = colleague.service.to("/v1/staff/sample")
    assert sent["headers"]["authorization"] == f"Bearer {token(['agent'])}"


def test_the_token_is_in_memory_only_and_goes_with_the_page(colleague: Colleague) -> None:
    urls: list[str] = []
    colleague.page.on("request", lambda request: urls.append(request.url))
    colleague.signs_in("agent", place="#sample")
    expect(colleague.page.locator("h1")).to_contain_text("所有")
    kept = colleague.page.evaluate(KEPT)
    assert "c2ln" not in kept
    assert "code" not in kept
    assert not any("c2ln" in url for url in urls)
    colleague.page.reload()
    expect(colleague.page.get_by_role("button", name="登录")).to_be_visible()
    expect(colleague.page.locator("#who")).to_be_hidden()


def test_an_answer_of_the_provider_that_nobody_waits_for_is_refused(colleague: Colleague) -> None:
    colleague.provider.state = "of-somebody-else"
    colleague.opens()
    colleague.page.get_by_role("button", name="登录").click()
    colleague.page.get_by_role("link", name="back").click()
    expect(colleague.page.locator("#trouble")).to_contain_text("登录没有完成")
    assert len(colleague.provider.asked) == 1
    assert "code" not in colleague.page.url


@pytest.mark.parametrize("reply", [SILENCE, Reply(200, {"issuer": None, "client_id": None})])
def test_without_a_provider_the_page_says_so(colleague: Colleague, reply: Reply | None) -> None:
    colleague.service.will_say("/v1/sign-in", reply)
    colleague.opens()
    colleague.page.get_by_role("button", name="登录").click()
    expect(colleague.page.locator("#trouble")).to_be_visible()


def test_who_has_not_signed_the_undertaking_is_told_so_and_may_try_again(
    colleague: Colleague,
) -> None:
    colleague.opens()
    colleague.service.will_say("/v1/staff/access", problem(403, "undertaking-required"))
    colleague.page.get_by_role("button", name="登录").click()
    colleague.page.get_by_role("link", name="back").click()
    expect(colleague.page.locator("#trouble")).to_contain_text("undertaking-required")
    opened = {"routes": access.granted(frozenset({"agent"}))}
    colleague.service.will_say("/v1/staff/access", Reply(200, opened))
    colleague.page.get_by_role("button", name="再试一次").click()
    expect(colleague.page.locator("#desk").get_by_role("link", name="样例")).to_be_visible()


def test_a_role_without_a_desk_is_told_so(colleague: Colleague) -> None:
    colleague.signs_in("assessor", place="#sample")
    expect(colleague.page.locator("#desk")).to_contain_text("没有可以在这里办理的工作")
    assert colleague.service.to("/v1/staff/sample") == []


def test_who_signs_out_leaves_nothing_and_is_asked_anew(colleague: Colleague) -> None:
    colleague.signs_in("agent", place="#sample")
    colleague.page.get_by_role("button", name="退出").click()
    expect(colleague.page.locator("#notice")).to_contain_text("已退出")
    expect(colleague.page.locator("#desk")).not_to_contain_text("所有")
    colleague.page.get_by_role("button", name="登录").click()
    expect(colleague.page.get_by_role("link", name="back")).to_be_visible()
    assert colleague.provider.asked[-1]["prompt"] == "login"


def test_an_idle_session_ends(colleague: Colleague) -> None:
    colleague.page.clock.install()
    colleague.signs_in("agent", place="#sample")
    expect(colleague.page.locator("h1")).to_contain_text("所有")  # or its requests time out
    colleague.page.clock.fast_forward("14:00")
    colleague.page.keyboard.press("Shift")
    colleague.page.clock.fast_forward("14:00")
    expect(colleague.page.locator("h1")).to_contain_text("所有")
    colleague.page.clock.fast_forward("02:00")
    expect(colleague.page.locator("#notice")).to_contain_text("自动退出")
    expect(colleague.page.locator("#desk")).not_to_contain_text("所有")


def test_a_token_that_has_ended_ends_the_session(colleague: Colleague) -> None:
    colleague.service.will_say("/v1/staff/sample", problem(401, "unauthenticated"))
    colleague.comes_back("agent", place="#sample")
    expect(colleague.page.locator("#notice")).to_contain_text("登录已到期")


def test_a_place_opens_by_its_address_and_back_leads_out_of_it(colleague: Colleague) -> None:
    colleague.signs_in("agent")
    colleague.page.locator("#desk").get_by_role("link", name="样例").click()
    colleague.page.get_by_role("link", name="seven").click()
    expect(colleague.page.locator("h1")).to_have_text("一个 7")
    expect(colleague.page.locator("h1")).to_be_focused()
    colleague.page.go_back()
    expect(colleague.page.locator("h1")).to_contain_text("所有")


def test_an_address_that_is_cut_off_leads_to_the_list_of_desks(colleague: Colleague) -> None:
    colleague.signs_in("agent", place="#%E6%A0")
    expect(colleague.page.locator("#desk").get_by_role("link", name="样例")).to_be_visible()


def test_what_the_service_refuses_is_said_with_a_link_to_the_field(colleague: Colleague) -> None:
    colleague.signs_in("agent", place="#sample/7")
    wrong = [{"pointer": "/a", "code": "required", "detail": "请填写"}]
    colleague.service.will_say("/v1/staff/change", problem(400, "invalid-input", wrong))
    colleague.page.get_by_role("button", name="change").click()
    (sent,) = colleague.service.to("/v1/staff/change")
    assert sent["headers"]["if-match"] == '"3"'
    colleague.page.locator("#trouble").get_by_role("link", name="请填写").click()
    expect(colleague.page.locator("#field")).to_be_focused()
    colleague.service.will_say("/v1/staff/change", problem(412, "precondition-failed"))
    colleague.page.get_by_role("button", name="change").click()
    expect(colleague.page.locator("#trouble")).to_contain_text("precondition-failed")
    colleague.service.will_say("/v1/staff/change", Reply(200, {}))
    colleague.page.get_by_role("button", name="change").click()
    expect(colleague.page.locator("#notice")).to_have_text("工作台")


@pytest.mark.parametrize("state", ["out", "list", "desk"])
def test_the_frame_is_clean_in_both_languages_and_fits_a_phone(
    colleague: Colleague, axe: Axe, state: str
) -> None:
    colleague.page.set_viewport_size({"width": 320, "height": 640})
    if state == "out":
        colleague.opens()
    else:
        colleague.signs_in("agent", place="#sample" if state == "desk" else "")
    for language in ("中文", "English"):
        reads_in(colleague.page, language)
        expect(colleague.page.locator("#desk h1")).to_be_visible()
        assert axe.faults(colleague.page) == [], language
        assert colleague.page.evaluate(FITS), language
        assert colleague.page.evaluate(SMALL) == [], language
    colleague.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe.faults(colleague.page) == []
