"""Partner links: allowed pages only, attribution that is signed and ages."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib import validation
from chalicelib.errors import NotFoundError, PreconditionFailedError
from chalicelib.partners import service

WEB = Path(__file__).parents[2] / "web"
AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
BANK = {"name": {"zh-CN": "示范银行", "en": "Model Bank"}, "active": True}

pytestmark = pytest.mark.usefixtures("aws")


def followed(code: str, entry: str = "query") -> str:
    """The attribution that a followed link carries."""
    return parse_qs(urlsplit(service.follow(code, entry, AT)).query)["partner"][0]


@pytest.mark.parametrize("entry", ["query", "motor", "non-motor", "claim", "lead"])
def test_a_link_leads_to_a_page_of_ours_and_keeps_what_the_page_needs(entry: str) -> None:
    address = urlsplit(service.follow("iac", entry, AT))
    assert f"{address.scheme}://{address.netloc}" == "http://127.0.0.1:8000"
    assert service.attributed(parse_qs(address.query)["partner"][0], AT) == "iac"
    if entry == "non-motor":
        assert address.path == "/query.html"
        assert list(parse_qs(address.query)) == ["entry", "partner"]
        assert parse_qs(address.query)["entry"] == ["non-motor"]
    else:
        assert list(parse_qs(address.query)) == ["partner"]


def test_every_allowed_page_and_the_place_on_it_exist() -> None:
    for entry in validation.load("data/partners")["entries"].values():
        page = urlsplit(entry["page"])
        name = page.path.removeprefix("/") or "index.html"
        html = (WEB / name).read_text("utf-8")
        assert not page.fragment or f'id="{page.fragment}"' in html, entry


@pytest.mark.parametrize("entry", ["", "https://evil.example", "//evil.example", "staff", "QUERY"])
def test_no_link_leads_anywhere_else(entry: str) -> None:
    with pytest.raises(NotFoundError):
        service.follow("iac", entry, AT)


@pytest.mark.parametrize("code", ["nobody", "", "IAC", "iac/..", "é"])
def test_an_unknown_partner_has_no_links(code: str) -> None:
    with pytest.raises(NotFoundError):
        service.follow(code, "query", AT)


def test_an_attribution_that_is_forged_foreign_or_old_is_none() -> None:
    good = followed("iac")
    code, day, signature = good.split(".")
    assert service.attributed(good, AT + timedelta(days=30)) == "iac"
    assert service.attributed(good, AT + timedelta(days=31)) is None
    assert service.attributed(good, AT - timedelta(days=1)) is None
    for bad in (
        None,
        "",
        "iac",
        f"bank.{day}.{signature}",
        f"{code}.20261120.{signature}",
        f"{code}.{day}.{signature[:-2]}AA",
        "x" * 200,
    ):
        assert service.attributed(bad, AT) is None


def test_staff_register_change_and_close_a_partner() -> None:
    etag, stored = service.register("model-bank", BANK, None)
    assert stored["code"] == "model-bank"
    assert service.register("model-bank", BANK, None) == (etag, stored)
    assert service.attributed(followed("model-bank"), AT) == "model-bank"
    attribution = followed("model-bank")
    with pytest.raises(PreconditionFailedError):
        service.register("model-bank", {**BANK, "active": False}, '"7"')
    service.register("model-bank", {**BANK, "active": False}, etag)
    assert service.attributed(attribution, AT) is None
    with pytest.raises(NotFoundError):
        service.follow("model-bank", "query", AT)


def test_the_directory_names_entries_contact_and_health_and_lines_to_paste() -> None:
    plain = service.links(None, "en")
    assert [link["entry"] for link in plain["links"]] == [
        *("query", "motor", "non-motor", "claim", "lead")
    ]
    assert all(link["html"] is None for link in plain["links"])
    assert plain["maintenance"]["email"]
    assert plain["health"].endswith("/v1/health")
    own = service.links("iac", "en")["links"][1]
    assert own["url"] == "http://127.0.0.1:8000/go/iac?to=motor"
    assert own["html"] == f'<a href="{own["url"]}">Motor policies</a>'
