"""What stands in a policy document: the policy put into printed words, as HTML for the press.

The items are those of Insurance Law Art. 18 and, for compulsory motor, of 交强险条例 Art. 12 (D1).
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import segno
from markupsafe import Markup

from chalicelib import codes, dated, masking, settings, texts
from chalicelib.documents import numerals, templating
from chalicelib.documents.facts import Row
from chalicelib.documents.variants import ORIGINAL, VARIANTS, Variant
from chalicelib.policies.model import Policy


def document_html(
    policy: Policy,
    document_id: str,
    office: str | None = None,
    *,
    signed: bool = False,
    variant: str = ORIGINAL,
) -> str:
    """The document as HTML without style: equal for equal arguments and settings.

    `office` is the name of the issuing organisation, its code is printed where it is not known.
    What will not be signed says that it is a copy for information, what is not in Chinese alone
    that the Chinese text prevails.
    """
    speech = VARIANTS[variant]
    kind = kind_of(policy)
    wording = dated.in_force("documents/wording", policy["issued_on"])
    insurer = dated.in_force("data/insurer", policy["issued_on"])
    site = settings.get("PUBLIC_SITE_URL")
    names = {one: str(codes.name("line", policy["line"], one)) for one in texts.LANGUAGES}
    blanks = {
        "clauses": policy.get("product") or speech.say(names),
        "hotline": insurer["hotline"],
        "site": site,
    }

    def own(name: str) -> Any:
        return wording[name].get(kind, wording[name].get("common"))

    def paragraphs(*names: str) -> list[str]:
        found = filter(None, map(own, names))
        return [line for words in found for line in speech.lines(words, **blanks)]

    subject = list(subject_rows(policy, variant))
    if policy["line"] == "motor" and not policy.get("plate_no"):
        # 交强险条例 Art. 12 asks for the plate in any case.
        subject.insert(0, Row(speech.label("plate_no"), speech.label("no_plate"), "plate_no"))
    notices = wording["notices"].get(kind, []) + wording["notices"]["common"]
    address = f"{site.rstrip('/')}/verify.html?document={document_id}"
    return (
        templating.environment()
        .select_template([f"{kind}.html", "policy.html"])
        .render(
            policy=policy,
            speech=speech,
            language=speech.languages[0],
            label=speech.label,
            title=wording["titles"][kind],
            insurer=insurer,
            copy=None if signed else wording["copy"],
            document_id=document_id,
            code=_code(address, speech.label("code")),
            insurer_lines=_insurer(
                insurer, office or policy["organisation"], site, address, speech
            ),
            remarks=_remarks(wording, speech, signed=signed),
            period=_period(policy, speech),
            parties=list(_parties(policy, speech)),
            subject=[
                (speech.say(group["heading"]), rows)
                for group, rows in _grouped(policy["line"], own("subject"), subject)
            ],
            covers=own("covers"),
            channel=list(_channel(policy, speech, insurer)),
            terms=[
                (speech.label("cover"), paragraphs("cover")),
                (speech.label("liability"), paragraphs("liability")),
                (speech.label("claim"), paragraphs("claim", "claim_payment")),
                (speech.label("breach"), paragraphs("breach")),
                (speech.label("dispute"), paragraphs("dispute")),
            ],
            notices=[
                f"{place}. {' '.join(speech.lines(words, **blanks))}"
                for place, words in enumerate(notices, 1)
            ],
        )
    )


def kind_of(policy: Policy) -> str:
    """What decides layout and wording: the line, and of motor commercial or compulsory."""
    return "_".join(part for part in (policy["line"], policy.get("motor_kind")) if part)


def subject_rows(policy: Policy, language: str) -> Iterator[Row]:
    """The subject of insurance (保险标的): the line's fields that have a value, in their order."""
    speech = VARIANTS[language]
    given = {**policy.get("subject", {}), **policy}
    for field in codes.line(policy["line"])["subject"]:
        value = given.get(field["field"])
        if value not in (None, ""):
            shown = _subject_value(field, str(value), speech)
            yield Row(speech.say(field["label"]), shown, field["field"])


def _subject_value(field: dict[str, Any], value: str, speech: Variant) -> str:
    match field["kind"]:
        case "code":
            names = field["codes"].get(value)
            return speech.say(names) if names else value
        case "money":
            return speech.yuan(numerals.amount(int(value)))
        case "date":
            return speech.day(value)
        case _ if "unit" in field:
            return f"{value} {speech.say(field['unit'])}"
        case _:
            return value


def _parties(policy: Policy, speech: Variant) -> Iterator[Row]:
    id_no = speech.label("id_no")
    yield Row(speech.label("policyholder"), policy.get("policyholder_name") or "")
    yield Row(
        speech.code("id_type", policy.get("policyholder_id_type")) or id_no,
        masking.id_no(policy.get("policyholder_id_no", "")),
    )
    yield Row(
        speech.label("policyholder_address"), policy.get("policyholder_address") or "", wide=True
    )
    yield Row(speech.label("insured"), policy["insured_name"])
    yield Row(
        speech.code("id_type", policy["insured_id_type"]) or id_no,
        masking.id_no(policy["insured_id_no"]),
    )
    yield Row(speech.label("insured_address"), policy.get("insured_address") or "", wide=True)
    if policy.get("beneficiary") or policy.get("relation"):
        yield Row(speech.label("beneficiary"), policy.get("beneficiary") or "")
        yield Row(speech.label("relation"), policy.get("relation") or "")


def _channel(policy: Policy, speech: Variant, insurer: dict[str, Any]) -> Iterator[Row]:
    yield Row(speech.label("payment_method"), policy.get("payment_method") or "")
    yield Row(speech.label("paid_on"), speech.day(policy.get("paid_on") or ""))
    kind = speech.code("channel_type", policy.get("channel_type"))
    yield Row(speech.label("channel_type"), kind or "")
    yield Row(speech.label("channel_name"), policy.get("channel_name") or "")
    yield Row(speech.label("channel_code"), policy.get("channel_code") or "")
    yield Row(speech.label("agent"), policy.get("agent") or "")
    if policy.get("previous_policy_no"):
        yield Row(speech.label("previous_policy_no"), policy["previous_policy_no"])
    if policy.get("coinsurance"):
        lead = policy.get("lead_insurer") or speech.say(insurer["name"])
        yield Row(speech.label("coinsurance"), speech.label("lead_insurer").format(name=lead))


def _insurer(
    insurer: dict[str, Any], office: str, site: str, address: str, speech: Variant
) -> list[str]:
    """Who insures, where, and where to ask: one text, as an element each would cost its time."""
    facts = {
        "insurer": speech.say(insurer["name"]),
        "domicile": f"{speech.say(insurer['domicile'])} {insurer['postcode']}",
        "office": office,
        "site": site,
        "verification": address,
    }
    return [f"{speech.label(key)} {value}" for key, value in facts.items()]


def _remarks(wording: dict[str, Any], speech: Variant, *, signed: bool) -> list[str]:
    """What the document says of itself, in both languages: a translation, a copy."""
    said = [] if speech.name == ORIGINAL else [wording["translation"]]
    if not signed:
        said.append(wording["copy"]["long"])
    return [f"{words['zh-CN']} {words['en']}" for words in said]


def _period(policy: Policy, speech: Variant) -> list[str]:
    return [
        texts.text(
            "document.label.period_words",
            language,
            start=templating.day(policy["starts_on"], language),
            end=templating.day(policy["ends_on"], language),
        )
        for language in speech.languages
    ]


def _grouped(
    line: str, groups: list[dict[str, Any]], rows: list[Row]
) -> Iterator[tuple[dict[str, Any], list[Row]]]:
    """The groups that have rows, each with its own: a group begins with its `first` field."""
    order = [field["field"] for field in codes.line(line)["subject"]]
    begins = [order.index(group["first"]) if "first" in group else 0 for group in groups]
    for group, begin, end in zip(groups, begins, [*begins[1:], len(order)], strict=True):
        if mine := [row for row in rows if row.field in order[begin:end]]:
            yield group, mine


def _code(address: str, title: str) -> Markup:
    """The QR code that leads to the verification of this very document."""
    drawn = BytesIO()
    code = segno.make_qr(address, error="m", boost_error=False)
    code.save(drawn, "svg", border=0, omitsize=True, xmldecl=False, nl=False, title=title)
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn here, from our address
