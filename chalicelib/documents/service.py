"""The life of a policy document: requested, made once, linked for a minute, verified."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import clock, dated, identifiers, observability, sealing, settings
from chalicelib.documents import store
from chalicelib.errors import (
    AssuranceTooLowError,
    DocumentNotReadyError,
    NotFoundError,
    RenderError,
)
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.policies.model import Policy
from chalicelib.texts import BASE
from chalicelib.tokens import QueryToken

KIND = "policy"
LANGUAGES = (BASE, "en", "bilingual")
"""The Chinese original, made for every policy, and its translations, made when asked for."""
RETRY_SECONDS = {"pending": 5, "failed": 3600}
"""When to ask again: a document is made within seconds, one that failed waits for a person."""

LOST_AFTER = timedelta(minutes=15)
"""Longer than the queue takes to try a message again: by then a document was made, or lost."""

Sign = Callable[[bytes], bytes]
"""Puts the insurer's electronic signature into a PDF: PAdES, with a licensed certificate's key."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_DOCUMENT_ID = re.compile(r"[A-Za-z0-9_-]{24}")


def on_import() -> bool:
    """Whether the deployment makes documents as policies come in, or when one is asked for."""
    return settings.get("RENDER") == "on_import"


def request(versions: Iterable[tuple[str, int]]) -> None:
    """Queues policy versions, given as number and version, for their documents."""
    store.enqueue([{"policy_no": number, "version": version} for number, version in versions])


def render(policy_no: str, version: int, sign: Sign | None = None, *, language: str = BASE) -> None:
    """Makes, stores and announces the document of a version; once made, nothing changes again.

    A version that cannot be printed as it is (RenderError) is reported and not tried again.
    Without a signature the document calls itself a copy for information (D3). A translation
    stands beside the original and is announced nowhere: its id says where it is.
    """
    policy = policies.version(policy_no, version)
    original = language == BASE
    if original and policy.get("document", {}).get("status") == "ready":
        return
    document_id = _document_id(policy, language)
    made = store.get(document_id)
    if made is None:
        office = organisations.entry("organisations", policy["organisation"]) or {}
        try:
            content = make(
                policy, document_id, office.get("name"), signed=sign is not None, language=language
            )
        except RenderError as error:
            logger.error("document not made", policy_no=policy_no, reason=error.detail)
            if original:
                policies.document_failed(policy_no, version, error.detail)
            return
        made = _keep(policy, document_id, content, sign, language)
    if original:
        policies.document_ready(policy_no, version, document_id, made.key, made.sha256)
    logger.info(
        "document made",
        policy_no=policy_no,
        version=version,
        language=language,
        sha256=made.sha256,
    )


def make(
    policy: Policy,
    document_id: str,
    office: str | None = None,
    *,
    signed: bool = False,
    language: str = BASE,
) -> bytes:
    """The PDF of a policy version, the same bytes each time; RenderError names the policy."""
    # Imported here: the layout engine and templates are for the function that renders only.
    from chalicelib.documents import contents, pdf

    try:
        html = contents.document_html(policy, document_id, office, signed=signed, variant=language)
        return pdf.make(html, document_id)
    except RenderError as error:
        observability.count("DocumentsNotMade")
        raise RenderError(f"{policy['policy_no']}: {error.detail}") from error


def press(html: str, identifier: str, style: str) -> bytes:
    """HTML of another room as PDF/A by the same press, fonts and refusals; RenderError as `make`.

    For functions that carry the layer of the layout engine; `style` is a style sheet's text.
    """
    from chalicelib.documents import pdf

    return pdf.make(html, identifier, style)


def letter(
    package: str,
    template: str,
    data: Mapping[str, Any],
    *,
    title: str,
    number: str,
    day: str,
    language: str = BASE,
) -> bytes:
    """A document of another room on the insurer's letterhead, as PDF/A; equal bytes each time.

    `template` stands in the `templates` of the room's `package` and extends `letterhead.html`; it
    sees `data`, the letter's own arguments and `words(key)`. `number` is what the letter is known
    by, printed and named by the RenderError of one that cannot be printed; `day` is its ISO date.
    For functions that carry the layer of the layout engine (docs/policy-documents.md).
    """
    from chalicelib.documents import letters

    head = {"title": title, "number": number, "day": day, "language": language}
    try:
        return press(letters.html(package, template, data, **head), number, letters.style())
    except RenderError as error:
        observability.count("DocumentsNotMade")
        raise RenderError(f"{number}: {error.detail}") from error


def request_letter(kind: str, reference: str | Mapping[str, Any]) -> None:
    """Queues a letter for render_document; events.LETTERS says who makes the kind.

    `reference` is what its room finds it by, opaque: nothing personal goes through the queue.
    """
    store.enqueue([{"kind": kind, "reference": reference}])


def open_for(
    token: QueryToken, policy_no: str, at: datetime, language: str = BASE
) -> dict[str, Any]:
    """The link to the current document of a policy that the token's bearer may see (D5).

    One that nobody queued yet, or that was lost on the way, is queued by being asked for; so is a
    translation.
    """
    if token.assurance != "id":
        raise AssuranceTooLowError
    record = policies.find(policy_no)
    same = identifiers.policy_no(policy_no) == identifiers.policy_no(token.policy_no)
    if record is None or not (same or (token.person and record.person == token.person)):
        raise NotFoundError
    policy = record.open()
    if language != BASE:
        return _translation(policy, language, at)
    _queue_if_due(policy, at)
    return link(policy, at)


def link(policy: Policy, at: datetime) -> dict[str, Any]:
    """`{"url", "expires_at", "sha256", "version"}`; DocumentNotReadyError says when to return."""
    document = policy.get("document")
    if document is None or document["status"] != "ready":
        seconds = RETRY_SECONDS[document["status"] if document else "pending"]
        raise DocumentNotReadyError(headers={"Retry-After": str(seconds)})
    return _link(policy, document["version"], document["key"], document["sha256"], at)


def filed(organisation: str, month: str, after: str) -> Iterator[str]:
    """Keys of what this very organisation issued in a month `yyyy-mm`, after a key, in order."""
    return store.filed(organisation, month, after)


def genuine(reference: str) -> dict[str, Any]:
    """Whether we made the document with this SHA-256 or document id; the same fields either way."""
    made = None
    if _SHA256.fullmatch(reference.lower()):
        made = store.by_sha256(reference.lower())
    elif _DOCUMENT_ID.fullmatch(reference):
        made = store.get(reference)
    if made is None:
        return {
            "genuine": False,
            "kind": None,
            "issued_on": None,
            "superseded": None,
            "sha256": None,
        }
    record = policies.find(made.policy_no)
    return {
        "genuine": True,
        "kind": made.kind,
        "issued_on": made.issued_on,
        "superseded": record is not None and record.version > made.version,
        "sha256": made.sha256,
    }


def _translation(policy: Policy, language: str, at: datetime) -> dict[str, Any]:
    """The link to a translation; what cannot be printed in Chinese is not tried in another."""
    made = store.get(_document_id(policy, language))
    if made is not None:
        return _link(policy, policy["version"], made.key, made.sha256, at)
    status = policy.get("document", {}).get("status", "pending")
    if status != "failed":
        number, version = policy["policy_no"], policy["version"]
        store.enqueue([{"policy_no": number, "version": version, "language": language}])
    seconds = RETRY_SECONDS["failed" if status == "failed" else "pending"]
    raise DocumentNotReadyError(headers={"Retry-After": str(seconds)})


def _link(policy: Policy, version: int, key: str, sha256: str, at: datetime) -> dict[str, Any]:
    name = key.rpartition("/")[2]
    return {
        "url": store.link(key, f"{policy['policy_no']}-{name}"),
        "expires_at": clock.shown(at + timedelta(seconds=store.LINK_SECONDS)),
        "sha256": sha256,
        "version": version,
    }


def _document_id(policy: Policy, language: str) -> str:
    translation = "" if language == BASE else language
    return sealing.document_id(policy["policy_no"], policy["version"], translation)


def _queue_if_due(policy: Policy, at: datetime) -> None:
    """Queues a pending document unless the import queued it just now.

    Asked for again before it is made it is queued again: the function that answers the public may
    note nothing on a policy, and a message too many costs the worker one read.
    """
    document = policy.get("document")
    if document is not None and document["status"] != "pending":
        return
    fresh = at - clock.parse(policy["imported_at"]) < LOST_AFTER
    if not (fresh and on_import()):
        request([(policy["policy_no"], policy["version"])])


def _keep(
    policy: Policy, document_id: str, content: bytes, sign: Sign | None, language: str
) -> store.DocumentItem:
    """First the object, then the register: what is registered is in storage."""
    number, version = policy["policy_no"], policy["version"]
    name = f"{version}.pdf" if language == BASE else f"{version}.{language}.pdf"
    key = f"policies/{policy['organisation']}/{number}/{name}"
    # A signature holds its own time: signed again, the same document has other bytes.
    unsigned = hashlib.sha256(content).hexdigest()
    sha256 = store.put(key, sign(content) if sign else content, unsigned, _locked_until(policy))
    made = store.DocumentItem(
        document_id,
        sha256=sha256,
        key=key,
        kind=KIND,
        policy_no=number,
        version=version,
        issued_on=policy["issued_on"],
        made_at=clock.stored(clock.now()),
        filed=f"{policy['organisation']}#{policy['issued_on'][:7]}",
    )
    store.register(made)
    return made


def _locked_until(policy: Policy) -> datetime:
    """The end of retention: whole years after the last day of cover."""
    years = dated.in_force("documents/retention", policy["issued_on"])["years"]
    last = date.fromisoformat(policy["ends_on"]) + timedelta(days=1)
    # The day after 28 February may be the 29th, which most years lack: they go on to 1 March.
    if (last.month, last.day) == (2, 29):
        last += timedelta(days=1)
    return clock.start_of_day(last.replace(year=last.year + years))
