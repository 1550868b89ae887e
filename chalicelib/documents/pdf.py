"""The press: HTML of ours to PDF/A-3a, tagged, with embedded fonts (D2); it fetches nothing (D4).

With cutting.py the only file that knows WeasyPrint, imported on first use: its 0.7 s belong to the
function that renders, not to the one that answers.
"""

import gc
import logging
import os
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn
from xml.etree import ElementTree

from chalicelib.documents import cutting, fonts
from chalicelib.errors import RenderError

VARIANT = "pdf/a-3a"

ZLIB_LEVEL = 4
"""A third of the usual level's time for 3 % more bytes: nearly all of them are cut fonts."""

_folders: list[TemporaryDirectory[str]] = []
"""Kept until the process ends: fontconfig reads them whenever it likes."""


def make(html: str, identifier: str, style: str | None = None) -> bytes:
    """The document; equal bytes for equal arguments, whenever and wherever.

    `style` is the style sheet's text, that of policy documents where it is left out.

    RenderError if a character is in no packaged font, or if anything had to be left out.
    """
    if lacking := fonts.missing(html):
        named = ", ".join(f"U+{ord(character):04X}" for character in lacking)
        raise RenderError(f"no packaged font has {named}")
    return _press()(html, identifier, style or _policy_style())


@cache
def _policy_style() -> str:
    return _style("policy.css")


@cache
def _press() -> Callable[[str, str, str], bytes]:
    """WeasyPrint with what is parsed once for all documents of the process."""
    os.environ["FONTCONFIG_FILE"] = str(_font_configuration())
    from cssselect2 import ElementWrapper  # type: ignore[import-untyped] # it ships no types
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcher

    # WeasyPrint ships no type information, so that its classes are of type Any.
    class Closed(URLFetcher):  # type: ignore[misc]
        """Style and images stand within the document: only an intruder asks for an address."""

        def fetch(self, url: str, headers: object = None) -> NoReturn:  # noqa: ARG002 - its signature
            raise FatalURLFetchingError(url)

    fetcher, font_config = Closed(), FontConfiguration()

    @cache
    def sheet(style: str) -> Any:
        with _complaints_raised():
            return CSS(string=style, url_fetcher=fetcher, font_config=font_config)

    elements = sheet(_style("elements.css"))
    sheet(_policy_style())

    class PolicyHTML(HTML):  # type: ignore[misc] # HTML is of type Any
        """HTML of our policy templates: rules of other elements need not be tried on theirs, and
        being well-formed XML they need no reader in Python, which costs a twentieth of the time.

        WeasyPrint 70 has no public way to choose either sheet or reader.
        """

        def __init__(self, string: str, url_fetcher: URLFetcher) -> None:
            try:
                # Our own template, which escapes what it is given and declares no entity.
                root = ElementTree.fromstring(string)  # noqa: S314
            except ElementTree.ParseError as error:
                raise RenderError("the document is not well-formed") from error
            self.base_url, self.url_fetcher, self.media_type = None, url_fetcher, "print"
            self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

        def _ua_stylesheets(self, forms: bool = False) -> list[CSS]:  # noqa: ARG002 - its signature
            return [elements]

    cutting.install()

    # What is loaded now stays: the collector need not walk it again during every document.
    gc.collect()
    gc.freeze()

    def press(html: str, identifier: str, style: str) -> bytes:
        page = PolicyHTML if style == _policy_style() else HTML
        # Nearly all of a document lives until its end: walking it meanwhile finds nothing to free.
        gc.disable()
        try:
            with _complaints_raised(), warnings.catch_warnings():
                # WeasyPrint 70 leaves its colour profile to the collector to close.
                warnings.filterwarnings("ignore", "unclosed file", ResourceWarning)
                pdf: bytes = page(string=html, url_fetcher=fetcher).write_pdf(
                    stylesheets=[sheet(style)],
                    font_config=font_config,
                    pdf_variant=VARIANT,
                    pdf_identifier=identifier.encode(),
                    finisher=_settle,
                )
        except FatalURLFetchingError as error:
            raise RenderError("the document asked for an address") from error
        finally:
            gc.enable()
        return pdf

    return press


def _style(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


def _settle(_document: object, pdf: Any) -> None:
    """Brings every object into its final form once, streams at a quick level of zlib's.

    pydyf (0.13) does it twice, for the file and for its identifier, and compresses at the slowest
    level: a fifth of a document's time.
    """
    from pydyf import Object, Stream  # type: ignore[import-untyped] # it ships no types

    class Settled(Object):  # type: ignore[misc] # Object is of type Any
        def __init__(self, original: Any) -> None:
            super().__init__()
            self.number, self.generation = original.number, original.generation
            self._data: bytes = original.data

        @property
        def data(self) -> bytes:
            return self._data

    def compress(stream: Any) -> None:
        _, _, data = Stream(stream.stream).data.partition(b"\nstream\n")
        stream.stream = [zlib.compress(data.removesuffix(b"\nendstream"), ZLIB_LEVEL)]
        stream.extra["Filter"], stream.compress = "/FlateDecode", False

    def add_late(late: Any) -> None:
        # Two streams are made while the file is written: of all other objects, and of offsets.
        if isinstance(late, Stream) and late.compress:
            compress(late)
        add(late)

    for place, part in enumerate(pdf.objects):
        if isinstance(part, Stream) and part.compress:
            compress(part)
        elif not isinstance(part, Stream) and part.free == "n":
            pdf.objects[place] = Settled(part)
    add, pdf.add_object = pdf.add_object, add_late


def _font_configuration() -> Path:
    folder = TemporaryDirectory(prefix="fonts-")
    _folders.append(folder)
    path = Path(folder.name) / "fonts.conf"
    path.write_text(fonts.configuration(Path(folder.name) / "cache"), "utf-8")
    return path


@contextmanager
def _complaints_raised() -> Iterator[None]:
    """What WeasyPrint only warns of (a missing glyph, an unknown rule) stops the document."""
    complaints: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            # The template alone: what is filled in may be personal data.
            complaints.append(str(record.msg))

    listener, logger = Listener(logging.WARNING), logging.getLogger("weasyprint")
    logger.addHandler(listener)
    try:
        yield
    finally:
        logger.removeHandler(listener)
    if complaints:
        raise RenderError(f"left out by the layout engine: {complaints[0]}")
