"""What came is looked at: is it what it says, is it that alone, can it be kept (C3)."""

from typing import Any

from chalicelib.attachments.findings import Kept, RefusedError

_ZIP_END = b"PK\x05\x06"
_ZIP_COMMENT = 65_557
"""A ZIP archive ends within so many bytes of the file's end: 22 and a comment (APPNOTE 4.3.16)."""
_PDF_HEAD = 1024
"""Readers accept a PDF's head within so many bytes of the file's start (ISO 32000-1, annex H)."""


def check(content: bytes, asked: dict[str, Any], rule: dict[str, Any]) -> Kept:
    """What is kept of the content; RefusedError with the reason.

    `asked` is what the form was signed for: `content_type`, `size`, `keep_location`.
    """
    # Both bring libraries of which the other functions need nothing.
    from chalicelib.attachments import papers, pictures

    if len(content) != asked["size"]:
        raise RefusedError("wrong-size")
    paper = asked["content_type"] == "application/pdf"
    if _ZIP_END in content[-_ZIP_COMMENT:] or (not paper and b"%PDF-" in content[:_PDF_HEAD]):
        raise RefusedError("two-in-one")
    if paper:
        return papers.check(content, rule)
    return pictures.check(content, asked["content_type"], asked["keep_location"], rule)
