"""PDF documents: read as PDF, refused where they could do something on the reader's machine."""

import io
import logging
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, StreamObject

from chalicelib.attachments.findings import Kept, RefusedError

ACTIVE = frozenset(
    {"/AA", "/EmbeddedFile", "/EmbeddedFiles", "/JS", "/JavaScript", "/Launch", "/RichMedia"}
    | {"/ImportData", "/SubmitForm", "/XFA"}
)
"""Names of what a document can do or carry (ISO 32000-2, 12.6.4, 7.11.4): none of a claim's."""
MOST_OBJECTS = 100_000

# It tells what it stumbled over by quoting the document, and that belongs into no log.
logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)


def check(content: bytes, rule: dict[str, Any]) -> Kept:
    """The document as it came; RefusedError where it is none, locked, active or damaged."""
    if not content.startswith(b"%PDF-"):
        raise RefusedError("not-this-type")
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise RefusedError("locked")
        pages = len(reader.pages)
        active = any(ACTIVE & names for names in _names(reader))
    except RefusedError:
        raise
    # On damaged files the reader raises whatever it runs into, assertions included.
    except Exception as error:
        raise RefusedError("damaged") from error
    if not 0 < pages <= rule["max_pages"]:
        raise RefusedError("too-many-pages" if pages else "damaged")
    if active:
        raise RefusedError("active-content")
    return Kept(content, "application/pdf", facts={"pages": pages})


def _names(reader: PdfReader) -> Iterator[set[str]]:
    """Names of every dictionary that can be reached from the document's root, each seen once."""
    waiting: list[Any] = [reader.trailer]
    seen: set[int] = set()
    while waiting:
        found = waiting.pop().get_object()
        if id(found) in seen:
            continue
        seen.add(id(found))
        if len(seen) > MOST_OBJECTS:
            raise RefusedError("damaged")
        if isinstance(found, DictionaryObject | StreamObject):
            action = found.get("/S")
            yield {*found.keys(), *([str(action)] if action is not None else [])}
            waiting.extend(found.values())
        elif isinstance(found, ArrayObject):
            waiting.extend(found)
