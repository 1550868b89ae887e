"""What stands in a policy document: the policy put into printed words, as HTML for the press.

The items are those of Insurance Law Art. 18 and, for compulsory motor, of 交强险条例 Art. 12 (D1).
"""

from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from typing import Any, NamedTuple

import segno
from jinja2 import Environment
from markupsafe import Markup

from chalicelib import codes, dated, settings
from chalicelib.documents import numerals, templating
from chalicelib.policies.model import Policy

LANGUAGE = "zh-CN"


_CODE_TITLE = "在线核验二维码"


class Row(NamedTuple):
    """A labelled value."""

    label: str
    value: str


def document_html(
    policy: Policy, document_id: str, office: str | None = None, *, signed: bool = False
) -> str:
    """The document as HTML without style: equal for equal arguments and settings.

    `office` is the name of the issuing organisation, its code is printed where it is not known.
    What will not be signed says that it is a copy for information.
    """
    kind = kind_of(policy)
    language = LANGUAGE
    wording = dated.in_force("documents/wording", policy["issued_on"])
    insurer = dated.in_force("data/insurer", policy["issued_on"])
    query_address = settings.get("PUBLIC_SITE_URL")
    blanks = {
        "clauses": policy.get("product") or codes.name("line", policy["line"], language),
        "hotline": insurer["hotline"],
        "site": query_address,
    }

    def paragraph(name: str) -> str:
        by_kind = wording[name]
        text: str = by_kind.get(kind, by_kind["common"])[language]
        return text.format(**blanks)

    return (
        _environment()
        .select_template([f"{kind}.html", "policy.html"])
        .render(
            policy=policy,
            kind=kind,
            language=language,
            title=_title(policy, kind, wording),
            insurer=insurer,
            office=office or policy["organisation"],
            copy=None if signed else wording["copy"],
            document_id=document_id,
            verification=_verification(query_address, document_id),
            query_address=query_address,
            subject=list(subject_rows(policy, language)),
            liability=paragraph("liability"),
            claim_payment=paragraph("claim_payment"),
            breach=paragraph("breach"),
            dispute=paragraph("dispute"),
            notices=[
                text[language].format(**blanks)
                for text in wording["notices"].get(kind, wording["notices"]["common"])
            ],
        )
    )


def kind_of(policy: Policy) -> str:
    """What decides layout and wording: the line, and of motor commercial or compulsory."""
    return "_".join(part for part in (policy["line"], policy.get("motor_kind")) if part)


def subject_rows(policy: Policy, language: str) -> Iterator[Row]:
    """The subject of insurance (保险标的): the line's fields that have a value, in their order."""
    given = {**policy.get("subject", {}), **policy}
    for field in codes.line(policy["line"])["subject"]:
        value = given.get(field["field"])
        if value not in (None, ""):
            yield Row(field["label"][language], _subject_value(field, str(value), language))


def _subject_value(field: dict[str, Any], value: str, language: str) -> str:
    match field["kind"]:
        case "code":
            names = field["codes"].get(value)
            return names[language] if names else value
        case "money":
            return f"{numerals.amount(int(value))} 元"
        case "date":
            return templating.day(value)
        case _ if "unit" in field:
            return f"{value} {field['unit'][language]}"
        case _:
            return value


def _title(policy: Policy, kind: str, wording: dict[str, Any]) -> dict[str, str]:
    if kind in wording["titles"]:
        titles: dict[str, str] = wording["titles"][kind]
        return titles
    name = codes.line(policy["line"])["name"]
    return {"zh-CN": f"{name['zh-CN'].removesuffix('保险')}保险单", "en": f"{name['en']} Policy"}


def _verification(site: str, document_id: str) -> dict[str, Any]:
    address = f"{site.rstrip('/')}/verify.html?document={document_id}"
    code = segno.make_qr(address, error="m", boost_error=False)
    drawn = BytesIO()
    code.save(drawn, "svg", border=0, omitsize=True, xmldecl=False, nl=False, title=_CODE_TITLE)
    return {"address": address, "code": Markup(drawn.getvalue().decode())}  # noqa: S704 - drawn here, from our address


@cache
def _environment() -> Environment:
    found = templating.environment()
    found.filters |= {
        "code": lambda code, group: codes.name(group, code, LANGUAGE),
        "pairs": _pairs,
    }
    return found


def _pairs(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows two by two, as they stand side by side."""
    every = list(rows)
    return [every[start : start + 2] for start in range(0, len(every), 2)]
