"""What staff see of imports: files with their progress, reports, rejected rows, another try.

Staff name an import by moment and digest, `20261121T010203000000Z-<16 hex>`: names of files are
none of a URL's business.
"""

import hashlib
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, texts
from chalicelib.errors import FieldError, ForbiddenError, InvalidInputError, NotFoundError
from chalicelib.imports import kinds, planning, report, store
from chalicelib.pages import Page

MONTHS = 5
"""Calendar months that the 90 days of keeping can touch."""
READ = 100
SEARCHED = 20
"""Index pages that one request reads at most when filters leave little of them."""
_ID = re.compile(r"(\d{8}T\d{6})(\d{6})Z-([0-9a-f]{16})")


def listed(
    page: Page, kind: str | None, state: str | None, language: str, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of imports, the newest first, and the key to go on after."""
    if state is not None and state not in store.STATES:
        raise _invalid("state", language)
    if kind is not None and kind != "check" and not kinds.exists(kind):
        raise _invalid("kind", language)
    month, after = _after(page.after, language) if page.after else (clock.stored(at)[:7], None)
    oldest = _earlier(clock.stored(at)[:7], MONTHS)
    found: list[dict[str, Any]] = []
    for _ in range(SEARCHED):
        keys, more = store.of_month(month, after, READ)
        items = store.states(import_id for _, import_id in keys)
        for moment, import_id in keys:
            item = items.get(import_id)
            after = (moment, import_id)
            if item is not None and _is_wanted(item, kind, state):
                found.append(_entry(item, language))
                if len(found) == page.limit:
                    return found, "/".join([month, *after])
        if not more:
            month, after = _earlier(month, 1), None
            if month <= oldest:
                return found, None
    return found, "/".join([month, *(after or ("", ""))])


def shown(import_no: str, detail: str, language: str) -> tuple[dict[str, Any], str]:
    """One import with its report, as far as there is one yet, and its key.

    Whoever sees figures only gets no cells of rejected rows, masked as they are.
    """
    item = _get(import_no)
    written = None
    if item.totals is not None or item.state == store.REFUSED:
        place = store.ours(f"{store.folder(item.pk)}/report.json")
        written = json.loads(b"".join(store.chunks(place)))
        if detail != "transactions":
            written.pop("rejections", None)
    entry = _entry(item, language)
    has_rejected = bool(entry["outcomes"] and entry["outcomes"]["rejected"] and item.totals)
    return {**entry, "report": written, "rejected_rows": has_rejected}, item.pk


def rejected_rows(import_no: str, at: datetime) -> tuple[dict[str, Any], str]:
    """A link to the rejected rows for a minute; NotFoundError where none were rejected.

    Of a consistency check it is the differences.
    """
    item = _get(import_no)
    if item.totals is None or not item.totals["rejected"]:
        raise NotFoundError
    what = "differences" if item.pk.startswith("check/") else "rejected"
    name = f"{what}-{item.pk.rpartition('/')[2]}.csv"
    return {
        "url": store.link(f"{store.folder(item.pk)}/{what}.csv", name),
        "expires_at": clock.shown(at + timedelta(seconds=store.LINK_SECONDS)),
        "rows": item.totals["rejected"],
    }, item.pk


def retry(
    import_no: str, detail: str, *, force: bool, language: str
) -> tuple[dict[str, Any], str, bool]:
    """Queues what is left; whether there was anything. Who sees figures only may force nothing."""
    item = _get(import_no)
    if force and detail != "transactions":
        raise ForbiddenError
    queued = planning.resume(item.pk, force=force)
    now = store.get(item.pk) or item
    return _entry(now, language), item.pk, queued


def number(import_id: str, started_at: str) -> str:
    """The name of an import for staff; `started_at` as stored."""
    digest = hashlib.sha256(import_id.encode()).hexdigest()[:16]
    return f"{re.sub('[-:.]', '', started_at)}-{digest}"


def _get(import_no: str) -> store.ImportItem:
    found = _ID.fullmatch(import_no)
    if found is None:
        raise NotFoundError
    second, rest, _ = found.groups()
    day, time = second.split("T")
    stored = f"{day[:4]}-{day[4:6]}-{day[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}.{rest}Z"
    for import_id in store.begun_at(stored):
        if number(import_id, stored) == import_no and (item := store.get(import_id)) is not None:
            return item
    raise NotFoundError


def _entry(item: store.ImportItem, language: str) -> dict[str, Any]:
    kind, _, rest = str(item.pk).partition("/")
    done, total, outcomes = _progress(item)
    finished_at = item.totals and item.state in (store.FINISHED, store.STOPPED)
    return {
        "import_no": number(item.pk, item.started_at),
        "kind": kind,
        "file_name": rest.rpartition("/")[0],
        "state": item.state,
        "state_name": texts.text(f"import.state.{item.state}", language),
        "started_at": clock.shown(clock.parse(item.started_at)),
        "finished_at": item.totals["finished_at"] if finished_at else None,
        "rows": {"done": done, "total": total},
        "outcomes": outcomes,
    }


def _progress(item: store.ImportItem) -> tuple[int, int, dict[str, int] | None]:
    """Rows done, rows in all, and what they came to.

    Until the report is written the lines below the header stand for the rows in all.
    """
    if item.state == store.REFUSED:
        return 0, 0, None
    if item.totals is not None and item.state in (store.FINISHED, store.STOPPED):
        outcomes = {name: item.totals[name] for name in report.OUTCOMES}
        return item.totals["total"], item.totals["total"], outcomes
    lines = max(0, item.details["lines"] - item.details["first_line"] + 1)
    if item.state != store.RUNNING:
        return min(int(item.rows or 0), lines), lines, None
    counted: Counter[str] = Counter()
    for part in store.ranges(item.pk):
        counted.update(part.details.get("outcomes", {}))
    done = counted.total()
    return done, max(lines, done), {name: counted[name] for name in report.OUTCOMES}


def _is_wanted(item: store.ImportItem, kind: str | None, state: str | None) -> bool:
    return (kind is None or item.pk.startswith(f"{kind}/")) and state in (None, item.state)


def _after(key: str, language: str) -> tuple[str, tuple[str, str] | None]:
    month, _, rest = key.partition("/")
    moment, _, import_id = rest.partition("/")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or month[:4] < "2000":
        raise _invalid("cursor", language)
    return month, (moment, import_id) if moment and import_id else None


def _earlier(month: str, months: int) -> str:
    """The month `yyyy-mm` so many months before."""
    count = int(month[:4]) * 12 + int(month[5:]) - 1 - months
    return f"{count // 12:04d}-{count % 12 + 1:02d}"


def _invalid(name: str, language: str) -> InvalidInputError:
    detail = texts.text("field.invalid", language)
    return InvalidInputError([FieldError(f"/{name}", "invalid", detail)])
