"""The content of a policy document set by the field's fast ends: Typst and ReportLab.

Both get what our HTML says, element by element, with fixed columns, the same faces and a QR code;
neither makes tags or PDF/A here, which ours has and pays for.
"""

import io
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, NamedTuple

WIDTHS = {2: (1, 6), 3: (1, 4, 2), 4: (1, 2, 1, 2), 5: (1, 3, 2, 2, 2), 6: (1, 3, 1, 1, 1, 1)}


class Block(NamedTuple):
    """A heading (`h1`, `h2`), a paragraph (`p`) or a table; its cells row by row."""

    kind: str
    rows: list[list[str]]


class Reader(HTMLParser):
    """Takes headings, paragraphs and tables out of our HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self._table = self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002 - its signature
        if tag in ("svg", "head"):
            self._silent += 1
        elif tag == "table":
            self._table += 1
            self.blocks.append(Block("table", []))
        elif tag == "tr":
            self.blocks[-1].rows.append([])
        elif tag in ("td", "th"):
            self.blocks[-1].rows[-1].append("")
        elif tag in ("h1", "h2", "p") and not self._table:
            self.blocks.append(Block(tag, [[""]]))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("svg", "head"):
            self._silent -= 1
        elif tag == "table":
            self._table -= 1

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent and self.blocks and self.blocks[-1].rows[-1]:
            self.blocks[-1].rows[-1][-1] += data.strip()


def blocks(html: str) -> list[Block]:
    """What the document says, in its order."""
    reader = Reader()
    reader.feed(html)
    return reader.blocks


def typst(fonts: Path) -> Callable[[str], bytes]:
    """Typst with a compiler that lives as long as the process."""
    import typst as engine

    compiler = engine.Compiler(font_paths=[str(fonts)], ignore_system_fonts=True)
    head = (
        '#set page("a4", margin: (x: 16mm, y: 19mm), numbering: "1 / 1")\n'
        '#set text(font: ("Noto Sans SC", "HanaMinA"), size: 8.5pt, lang: "zh")\n'
    )

    def work(html: str) -> bytes:
        parts = [head]
        for block in blocks(html):
            if block.kind != "table":
                words = _quoted(block.rows[0][0])
                size = {"h1": "#text(19pt, weight: 700)", "h2": "#text(9.5pt, weight: 700)"}
                parts.append(f"{size.get(block.kind, '#text(7pt)')}[#{words}]\n")
                continue
            for row in filter(None, block.rows):
                columns = ", ".join(f"{share}fr" for share in _widths(len(row)))
                cells = ", ".join(map(_quoted, row))
                parts.append(f"#table(columns: ({columns}), stroke: 0.3pt, {cells})\n")
        return bytes(compiler.compile("".join(parts).encode(), format="pdf"))

    return work


def reportlab(fonts: Path) -> Callable[[str], bytes]:
    """ReportLab's flowing text and tables, faces loaded once."""
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    for name in ("Regular", "Bold"):
        pdfmetrics.registerFont(TTFont(name, str(fonts / f"NotoSansSC-{name}.ttf")))
    small = {"fontSize": 8.5, "leading": 12, "wordWrap": "CJK"}
    styles = {
        "p": ParagraphStyle("p", fontName="Regular", **small),
        "h1": ParagraphStyle("h1", fontName="Bold", fontSize=19, leading=26, wordWrap="CJK"),
        "h2": ParagraphStyle("h2", fontName="Bold", **small),
    }
    width = A4[0] - 32 * mm

    def paragraph(words: str, kind: str = "p") -> Any:
        escaped = words.replace("&", "&amp;").replace("<", "&lt;")
        return Paragraph(escaped, styles[kind])

    def work(html: str) -> bytes:
        story: list[Any] = []
        for block in blocks(html):
            if block.kind != "table":
                story.append(paragraph(block.rows[0][0], block.kind))
                continue
            for row in filter(None, block.rows):
                shares = _widths(len(row))
                columns = [width * share / sum(shares) for share in shares]
                story.append(Table([[paragraph(cell) for cell in row]], colWidths=columns))
        code = Drawing(70, 70)
        code.add(QrCodeWidget(html[html.index("https://") :][:80], barWidth=70, barHeight=70))
        story.append(code)
        target = io.BytesIO()
        SimpleDocTemplate(target, pagesize=A4, leftMargin=16 * mm, rightMargin=16 * mm).build(story)
        return target.getvalue()

    return work


def _widths(columns: int) -> tuple[int, ...]:
    return WIDTHS.get(columns, (1,) * columns)


def _quoted(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
